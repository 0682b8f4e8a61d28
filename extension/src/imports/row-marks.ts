import type { KnownWrite } from '../../../shared/activity.ts';
import type { ImportOperation } from '../../../shared/import-record.ts';
import type { CheckedRow } from '../../../shared/imports/check-roster.ts';
import { joinFaults } from '../../../shared/imports/fault.ts';
import type { RowResult } from '../../../shared/imports/result-files.ts';
import { notReached } from '../../../shared/imports/row-end.ts';
import { doneWords, knownWords } from '../known-words.ts';
import { capitalised, plain } from '../plain-text.ts';
import { timeWords } from '../time-words.ts';

/** How a row looks beside its line. */
export const markKinds = ['new', 'done', 'refused', 'unknown', 'faulty'] as const;
export type MarkKind = (typeof markKinds)[number];

/** What is shown of a row at its line; lines are counted from 0. */
export type RowMark = { line: number; kind: MarkKind } & (
  | { known: KnownWrite }
  | { result: RowResult }
  | { words?: string }
);

/** What a file's marks are about. */
export type MarkedFor = { operation: ImportOperation; environment: string };

/** What is known of each row: its faults, else what became of it in this import, else what was sent before. */
export function marksOf(
  rows: readonly CheckedRow[],
  known: ReadonlyMap<CheckedRow, KnownWrite>,
  results: ReadonlyMap<CheckedRow, RowResult> = new Map(),
): RowMark[] {
  return onePerLine(
    rows.map((row): RowMark => {
      const line = row.line - 1;
      if (row.faults.length > 0) return { line, kind: 'faulty', words: joinFaults(row.faults) };
      const [write, result] = [known.get(row), results.get(row)];
      if (result && !(result.state === 'known' && write))
        return { line, kind: kindsOfResults[result.state], result };
      return write && write.state !== 'not_sent'
        ? { line, kind: kindsOfKnown[write.state], known: write }
        : { line, kind: 'new' };
    }),
  );
}

const kindsOfKnown = {
  succeeded: 'done',
  refused: 'refused',
  unknown: 'unknown',
  in_flight: 'unknown',
} as const satisfies Record<string, MarkKind>;

const kindsOfResults: Record<RowResult['state'], MarkKind> = {
  ...{ succeeded: 'done', known: 'done', refused: 'refused', unknown: 'unknown', invalid: 'faulty' },
  not_sent: 'new',
};

/** The entries of a JSON list may all be in one line: then nothing could be said of it. */
function onePerLine(marks: readonly RowMark[]): RowMark[] {
  return marks.filter(
    ({ line }, index) => line !== marks[index - 1]?.line && line !== marks[index + 1]?.line,
  );
}

/** The words beside the line. */
export function markWords(mark: RowMark, { operation, environment }: MarkedFor, now: number): string {
  const name = plain(environment, 60);
  if ('known' in mark) return knownWords(operation, mark.known, now, name) ?? '';
  if (!('result' in mark)) return plain(mark.words ?? `Never sent to ${name}`, 160);
  const { state, id } = mark.result;
  const done = `${doneWords[operation]} in ${name}${id === undefined ? '' : ` (${id})`}`;
  const failed = failedWords(mark.result, name);
  const words: Record<RowResult['state'], string> = {
    succeeded: capitalised(done),
    known: `Already ${done}`,
    refused: failed,
    unknown: failed,
    invalid: failed,
    not_sent: failed,
  };
  return plain(words[state], 160);
}

/** The same, short enough to end before the minimap in most windows: without an id, which pointing at the line shows. */
export function shortMarkWords(...about: Parameters<typeof markWords>): string {
  return plain(markWords(...about).replace(/ \([^()]*\)$/, ''), 64);
}

/** Why a row is not done, and where. */
export function failedWords(
  { state, message = '' }: Pick<RowResult, 'state' | 'message'>,
  environment: string,
): string {
  if (state === 'refused') return `Refused in ${environment}: ${message}`;
  if (state === 'unknown') return `Outcome unknown in ${environment}: ${message}`;
  if (state === 'not_sent') return `Not sent to ${environment}: ${message.replace(/^Not sent: /, '')}`;
  return message;
}

/** Whether it is in Problems too, whose words VS Code shows to whoever points at the line. */
function isProblem(mark: RowMark): boolean {
  if (mark.kind === 'faulty') return true;
  return 'result' in mark && isUndone(mark.result) && mark.result.code !== 'RESOLVED';
}

/** Whether a row needs somebody; the hundreds that an import had not come to need only the same import again. */
export function isUndone({ state, code }: Pick<RowResult, 'state' | 'code'>): boolean {
  return state === 'refused' || state === 'unknown' || (state === 'not_sent' && code !== notReached.code);
}

/** More of it, line by line, for whoever points at the line. */
export function markDetails(mark: RowMark, about: MarkedFor, now: number): string[] {
  const details = isProblem(mark) ? [] : [markWords(mark, about, now)];
  if ('known' in mark) {
    const { startedAt, requestId, mine, code } = mark.known;
    const time = capitalised(timeWords(startedAt, now, 'medium'));
    details.push(`${time}, sent by ${mine ? 'you' : 'somebody else'}`);
    if (code !== undefined) details.push(`Code ${code}`);
    details.push(`Request ${requestId}`);
  } else if ('result' in mark) {
    const { at, requestId, code } = mark.result;
    if (at !== undefined && code === undefined) details.push(capitalised(timeWords(at, now, 'medium')));
    if (code !== undefined) details.push(`Code ${code}`);
    if (requestId) details.push(`Request ${requestId}`);
  }
  if (mark.kind === 'unknown')
    details.push('It will not be sent again until somebody marks it as resolved in the Activity view.');
  return details.map((each) => plain(each, 400));
}

/** Lines from one to another, both included. */
export type Run = { from: number; to: number };

/** The lines of a kind, put together where they follow each other. */
export function runsOf(marks: readonly RowMark[], kind: MarkKind): Run[] {
  const runs: Run[] = [];
  for (const { line } of marks.filter((mark) => mark.kind === kind)) {
    const last = runs.at(-1);
    if (last && last.to === line - 1) last.to = line;
    else runs.push({ from: line, to: line });
  }
  return runs;
}

/** An edit: so many lines from one on were replaced by others. */
export type Edit = { from: number; removed: number; added: number };

type Position = { line: number; character: number };

/** The edit that replaces a range by a text. Whole lines that are put in or taken away leave the next one as it is. */
export function editOf({ start, end }: { start: Position; end: Position }, text: string): Edit {
  const added = text.split('\n').length - 1;
  const removed = end.line - start.line;
  const isWhole = start.character === 0 && end.character === 0 && (text === '' || text.endsWith('\n'));
  const more = isWhole ? 0 : 1;
  return { from: start.line, removed: removed + more, added: added + more };
}

/** The marks after an edit: those of the lines that were edited are gone, since nothing is known of their new text. */
export function marksAfter(marks: readonly RowMark[], { from, removed, added }: Edit): RowMark[] {
  return marks.flatMap((mark) => {
    if (mark.line < from) return mark;
    return mark.line < from + removed ? [] : { ...mark, line: mark.line + added - removed };
  });
}
