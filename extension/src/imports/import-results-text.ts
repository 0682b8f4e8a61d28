import type { ActivityEntry } from '../../../shared/activity.ts';
import { referenceWords } from '../../../shared/external-references.ts';
import type { ResultLine, RowState } from '../../../shared/imports/result-files.ts';
import { idIn } from '../../../shared/imports/row-verdict.ts';
import { capitalised, plain } from '../plain-text.ts';
import { textTable } from '../text-table.ts';
import { endWords } from './import-words.ts';

/** In the order in which somebody has to look at them. */
const states: readonly RowState[] = ['invalid', 'refused', 'unknown', 'not_sent', 'succeeded', 'known'];

/** All rows of an import, to be read: those that need somebody first, and why each failed beside its person. */
export function importResultsText(heading: string, lines: readonly ResultLine[]): string {
  const sorted = states.flatMap((state) => lines.filter((each) => each.state === state));
  const rows = sorted.map(({ row, reference, state, message, code, id = '-', requestId }) => [
    row ? String(row.line) : '-',
    plain(reference, 80) || '-',
    endWords[state],
    state === 'succeeded' || state === 'known' ? plain(id, 80) : whyWords(state, message ?? code ?? '-'),
    plain(requestId || '-', 128),
  ]);
  return textTable(heading, [['line', 'person', 'result', 'why, or Pearsana’s id', 'request'], ...rows]);
}

/** The column before it says “not sent” already. */
const whyWords = (state: RowState, why: string): string =>
  plain(state === 'not_sent' ? capitalised(why.replace(/^Not sent: /, '')) : why);

/**
 * What the BFF keeps of a row: all but its line, and of a refusal no more than its code.
 * @param message why the row failed, where this window was told
 */
export function resultOfWrite(
  { state, externalReferences, code, requestId, result, endedAt }: ActivityEntry,
  message?: string,
): ResultLine {
  return {
    reference: referenceWords(externalReferences),
    state: state === 'in_flight' ? 'unknown' : state,
    ...(code !== null && { code }),
    ...(message !== undefined && state !== 'succeeded' && { message }),
    ...(state === 'in_flight' && { message: 'It is being sent right now.' }),
    ...{ requestId, id: idIn(result), at: endedAt ?? undefined },
  };
}
