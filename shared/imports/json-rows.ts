import { toMendName } from './columns.ts';
import type { Fault } from './fault.ts';

/** An entry of a JSON list, and the line where it begins. */
export type JsonRow = { line: number; request: unknown };

/** Reads the entries of a JSON list of requests. */
export function readJsonRows(text: string, mostRows: number): { rows: JsonRow[]; faults: Fault[] } {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (error) {
    return { rows: [], faults: [{ ...lineOfFault(error, text), message: 'This is not valid JSON.' }] };
  }
  if (!Array.isArray(list)) return refused('The file must contain a list of requests: [ {…}, {…} ].');
  if (list.length === 0) return refused('The list in this file is empty.');
  if (list.length > mostRows)
    return refused(
      `The file has more than ${mostRows.toLocaleString('en')} entries. Split it into several files.`,
    );
  const lines = entryLines(text);
  const rows = list.map((entry: unknown, index) => ({
    line: lines[index] ?? 1,
    request: withoutRemark(entry),
  }));
  return { rows, faults: [] };
}

function refused(message: string): { rows: JsonRow[]; faults: Fault[] } {
  return { rows: [], faults: [{ message }] };
}

/** Removes the remark that a file of rows to correct has in each entry: it is not part of the request. */
function withoutRemark(entry: unknown): unknown {
  if (typeof entry !== 'object' || entry === null || !(toMendName in entry)) return entry;
  const { [toMendName]: _, ...request } = entry;
  return request;
}

/** The line of each entry of the outermost list, in valid JSON. */
function entryLines(text: string): number[] {
  const lines: number[] = [];
  let line = 1;
  let depth = 0;
  let expected = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '\n') line += 1;
    else if (character === ' ' || character === '\t') continue;
    else {
      if (expected && character !== ']') lines.push(line);
      expected = false;
      if (character === '"') {
        at += 1;
        while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
      } else if (character === '[' || character === '{') {
        expected = depth === 0;
        depth += 1;
      } else if (character === ']' || character === '}') depth -= 1;
      else if (character === ',') expected = depth === 1;
    }
  }
  return lines;
}

/** Reads the line from the engine's message. V8 gives a place; other engines may not. */
function lineOfFault(error: unknown, text: string): { line?: number } {
  const message = error instanceof Error ? error.message : '';
  const line = /line (\d+)/.exec(message)?.[1];
  if (line !== undefined) return { line: Number(line) };
  const position = /position (\d+)/.exec(message)?.[1];
  return position === undefined ? {} : { line: text.slice(0, Number(position)).split('\n').length };
}
