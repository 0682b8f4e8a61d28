import type { ActivityEntry } from '../../../shared/activity.ts';
import { referenceWords } from '../../../shared/external-references.ts';
import type { RowResult } from '../../../shared/imports/result-files.ts';
import type { RowMark } from './row-marks.ts';

/** A write whose outcome was unknown until a person found it out. */
export type Resolved = Pick<
  ActivityEntry,
  'requestId' | 'importId' | 'externalReferences' | 'state' | 'resolved' | 'result'
>;

/**
 * The row's end by what a person has found out; the same one if that is about another row.
 * @param importId of the import that the result is from
 */
export function resolvedRow(result: RowResult, write: Resolved, importId: string | undefined): RowResult {
  if (result.state !== 'unknown' || !write.resolved) return result;
  // Of a row whose answer was lost, this window has no request id.
  const isIt = result.requestId
    ? result.requestId === write.requestId
    : importId !== undefined &&
      importId === write.importId &&
      result.reference === referenceWords(write.externalReferences);
  if (!isIt) return result;
  const { row, reference } = result;
  const ended = { row, reference, requestId: write.requestId, at: write.resolved.at };
  if (!write.resolved.happened) return { ...ended, state: 'not_sent', code: 'RESOLVED', message: notSent };
  // What was found out is about an earlier write, which kept this row from being sent.
  const state = result.code === 'OUTCOME_UNKNOWN' ? 'known' : 'succeeded';
  return { ...ended, state, message: 'Marked as sent.' };
}

const notSent = 'Marked as not sent. It can be sent again.';

/** The same for what is shown at a line. */
export function resolvedMark(mark: RowMark, write: Resolved): RowMark {
  if (mark.kind !== 'unknown' || !write.resolved) return mark;
  const { line } = mark;
  const { happened } = write.resolved;
  const kind = happened ? 'done' : 'new';
  if ('result' in mark) {
    const result = resolvedRow(mark.result, write, write.importId);
    return result === mark.result ? mark : { line, kind, result };
  }
  if (!('known' in mark) || mark.known.requestId !== write.requestId) return mark;
  if (!happened) return { line, kind, words: notSent };
  return { line, kind, known: { ...mark.known, state: 'succeeded', result: write.result } };
}
