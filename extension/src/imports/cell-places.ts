import { cellRange } from '../../../shared/imports/csv-table.ts';
import type { Fault } from '../../../shared/imports/fault.ts';
import type { Roster } from '../../../shared/imports/roster.ts';

/** Where a fault is in a text; lines and characters are counted from 0. */
export type Place = { start: Position; end: Position };
type Position = { line: number; character: number };

/** Finds the places of faults in a file. */
export function placeFinder({
  text,
  format,
  delimiter,
}: Pick<Roster, 'text' | 'format' | 'delimiter'>): (fault: Fault) => Place {
  const starts = lineStarts(text);
  const positionOf = (offset: number): Position => {
    const line = lastAtMost(starts, offset);
    return { line, character: offset - (starts[line] ?? 0) };
  };
  return ({ line = 1, cell }) => {
    const index = Math.min(line, starts.length) - 1;
    const start = starts[index] ?? 0;
    const next = starts[index + 1];
    const wholeLine = { start, end: next === undefined ? text.length : next - 1 };
    const found =
      format === 'csv' && cell !== undefined ? cellRange(text, start, delimiter, cell) : wholeLine;
    const { start: from, end: to } =
      found.end > found.start ? found : aroundCell(found, text, delimiter, start);
    return { start: positionOf(from), end: positionOf(to) };
  };
}

/** An empty cell has nothing to underline: it is marked by what is beside it, its separators or the end of a short row. */
function aroundCell(
  { start, end }: { start: number; end: number },
  text: string,
  delimiter: string,
  rowStart: number,
) {
  return {
    start: Math.max(rowStart, start - 1),
    end: text[end] === delimiter ? end + 1 : end,
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** The last index whose value is not above the wanted one; the values rise. */
function lastAtMost(values: readonly number[], wanted: number): number {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((values[middle] ?? 0) <= wanted) low = middle;
    else high = middle - 1;
  }
  return low;
}
