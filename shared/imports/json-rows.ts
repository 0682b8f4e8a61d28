import { toMendName } from './columns.ts';
import type { Breathe, Fault } from './fault.ts';
import { countLineEnds } from './file-text.ts';

/** An entry of a JSON list, and the line where it begins. */
export type JsonRow = { line: number; request: unknown };

/** How many characters are parsed in one turn of the event loop. */
const charactersAtOnce = 64 * 1024;

/**
 * Reads the entries of a JSON list of requests, one by one: parsing a large list at once would hold everything up.
 * @param text its lines must end with `\n`.
 * @param mostRows reading stops once there are more entries than this.
 */
export async function readJsonRows(
  text: string,
  { mostRows, breathe }: { mostRows: number; breathe: Breathe },
): Promise<{ rows: JsonRow[]; faults: Fault[] }> {
  const rows: JsonRow[] = [];
  let at = text.search(/\S/);
  if (text[at] !== '[') return refused('The file must contain a list of requests: [ {…}, {…} ].');
  let line = 1 + countLineEnds(text.slice(0, at));
  let pause = at + charactersAtOnce;
  do {
    at += 1;
    const end = endOfEntry(text, at);
    const entry = text.slice(at, end);
    if (rows.length === 0 && text[end] === ']' && entry.trim() === '')
      return refused('The list in this file is empty.');
    try {
      const request = withoutRemark(JSON.parse(entry));
      rows.push({ line: line + countLineEnds(entry.slice(0, entry.search(/\S/))), request });
    } catch (error) {
      return notJson(line + lineOfFault(error, entry));
    }
    line += countLineEnds(entry);
    at = end;
    if (at < pause) continue;
    pause = at + charactersAtOnce;
    await breathe();
  } while (text[at] === ',' && rows.length <= mostRows);
  if (rows.length > mostRows)
    return refused(
      `The file has more than ${mostRows.toLocaleString('en')} entries. Split it into several files.`,
    );
  const isWhole = text[at] === ']' && text.slice(at + 1).trim() === '';
  return isWhole ? { rows, faults: [] } : notJson(line);
}

/** The first entry of a JSON list; undefined if the text does not begin with a list that has one. */
export function firstJsonEntry(text: string): unknown {
  const at = text.search(/\S/);
  if (text[at] !== '[') return undefined;
  try {
    return withoutRemark(JSON.parse(text.slice(at + 1, endOfEntry(text, at + 1))));
  } catch {
    return undefined;
  }
}

/** Where the entry that begins here ends: at a comma or a closing bracket of its list, or with the text. */
function endOfEntry(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    switch (text[at]) {
      case '"':
        at += 1;
        while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
        break;
      case '[':
      case '{':
        depth += 1;
        break;
      case ']':
      case '}':
        if (depth === 0) return at;
        depth -= 1;
        break;
      case ',':
        if (depth === 0) return at;
        break;
    }
  }
  return text.length;
}

function refused(message: string): { rows: JsonRow[]; faults: Fault[] } {
  return { rows: [], faults: [{ message }] };
}

function notJson(line: number): { rows: JsonRow[]; faults: Fault[] } {
  return { rows: [], faults: [{ line, message: 'This is not valid JSON.' }] };
}

/** Removes the remark that a file of rows to mend has in each entry: it is not part of the request. */
function withoutRemark(entry: unknown): unknown {
  if (typeof entry !== 'object' || entry === null || !(toMendName in entry)) return entry;
  const { [toMendName]: _, ...request } = entry;
  return request;
}

/** In which line of an entry its fault is, counted from 0, by the engine's message. V8 gives a place; other engines may not. */
function lineOfFault(error: unknown, entry: string): number {
  const message = error instanceof Error ? error.message : '';
  const line = /line (\d+)/.exec(message)?.[1];
  if (line !== undefined) return Number(line) - 1;
  const position = /position (\d+)/.exec(message)?.[1];
  if (position !== undefined) return countLineEnds(entry.slice(0, Number(position)));
  const isCutOff = /\bend\b/.test(message);
  return countLineEnds(isCutOff ? entry : entry.slice(0, entry.search(/\S/)));
}
