import Papa from 'papaparse';
import type { Breathe, Fault } from './fault.ts';
import { countLineEnds } from './file-text.ts';

/** A row of the file, and the line where it begins. */
export type CsvRow = { line: number; cells: readonly string[] };
export type CsvTable = { rows: CsvRow[]; faults: Fault[] };

/** The characters that may separate cells, in the order in which they are tried. */
const delimiters = [',', ';', '\t'] as const;
export type Delimiter = (typeof delimiters)[number];

/** How many characters are parsed in one turn of the event loop: about 500 rows of a roster. */
const charactersAtOnce = 32 * 1024;
/** How many characters of the file are searched for the header. */
const headerCharacters = 64 * 1024;

/**
 * Parses the rows of a piece of text. Unless the piece is the last one, its last row is left out, because it may continue
 * in the next piece.
 */
function parsePiece(
  text: string,
  { delimiter, preview = 0, isLast }: { delimiter: Delimiter; preview?: number; isLast: boolean },
): Papa.ParseResult<string[]> {
  return new Papa.Parser({ delimiter, newline: '\n', preview }).parse(text, 0, !isLast);
}

/**
 * Reads every row that is not blank, with the line where it begins.
 * @param text its lines must end with `\n`, because lines are counted by the line ends inside the cells.
 * @param mostRows reading stops once there are more rows than this.
 */
export async function parseCsv(
  text: string,
  { delimiter, mostRows, breathe }: { delimiter: Delimiter; mostRows: number; breathe: Breathe },
): Promise<CsvTable> {
  const rows: CsvRow[] = [];
  const faults: Fault[] = [];
  let line = 1;
  let at = 0;
  let length = charactersAtOnce;
  while (at < text.length && rows.length <= mostRows) {
    const isLast = at + length >= text.length;
    const { data, errors, meta } = parsePiece(text.slice(at, at + length), { delimiter, isLast });
    // If a row has two faults, the first one explains the second.
    const broken = new Map(errors.reverse().map(({ row = 0, code }) => [row, code]));
    for (const [index, cells] of data.entries()) {
      if (cells.some((cell) => cell.trim() !== '')) rows.push({ line, cells });
      const code = broken.get(index);
      if (code !== undefined) faults.push({ line, message: quoteWords(code) });
      line += 1 + cells.reduce((sum, cell) => sum + countLineEnds(cell), 0);
    }
    at = isLast ? text.length : at + meta.cursor;
    // A row that is longer than the piece needs a longer one.
    length = meta.cursor > 0 ? charactersAtOnce : length * 2;
    await breathe();
  }
  return { rows, faults };
}

type FirstRows = { delimiter: Delimiter; cells: readonly string[]; next: readonly string[] };

/** The first row that is not blank, and the next one, split by each delimiter. */
export function firstRows(text: string): FirstRows[] {
  return delimiters.map((delimiter) => {
    const { data } = parsePiece(text.slice(0, headerCharacters), { delimiter, preview: 50, isLast: true });
    const [cells = [], next = []] = data.filter((row) => row.some((cell) => cell.trim() !== ''));
    return { delimiter, cells, next };
  });
}

/** Writes rows as the text of a CSV file, with the line ends that spreadsheets use. */
export function formatCsv(rows: readonly (readonly string[])[], delimiter: Delimiter = ','): string {
  return `${Papa.unparse(rows as string[][], { delimiter, newline: '\r\n' })}\r\n`;
}

/** The place of a cell in the text, including its quotation marks; offsets in UTF-16 units. A cell that a short row lacks is at its end. */
export function cellRange(
  text: string,
  rowStart: number,
  delimiter: Delimiter,
  cell: number,
): { start: number; end: number } {
  let start = rowStart;
  for (let index = 0; ; index += 1) {
    const end = cellEnd(text, start, delimiter);
    if (index === cell) return { start, end };
    if (text[end] !== delimiter) return { start: end, end };
    start = end + 1;
  }
}

function cellEnd(text: string, start: number, delimiter: Delimiter): number {
  let at = start;
  if (text[at] === '"') {
    at = text.indexOf('"', at + 1);
    while (at >= 0 && text[at + 1] === '"') at = text.indexOf('"', at + 2);
    if (at < 0) return text.length;
  }
  while (at < text.length && text[at] !== delimiter && text[at] !== '\n') at += 1;
  return at;
}

function quoteWords(code: string): string {
  return code === 'MissingQuotes'
    ? 'A quotation mark opens a cell here and is never closed.'
    : 'The quotation marks here do not match. Write a quotation mark inside a cell twice ("").';
}
