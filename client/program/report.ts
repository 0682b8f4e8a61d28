import { styleText } from 'node:util';
import type { RowResult } from '../../shared/imports/result-files.ts';

/** A row as the program reports it. Only `check` reports rows as `ready`. */
export type ToldRow = Omit<RowResult, 'state' | 'row'> & {
  line: number;
  state: RowResult['state'] | 'ready';
};

/** Tells a person at a terminal, or a program that reads the output, what happens. */
export type Report = {
  row: (row: ToldRow) => void;
  /** Writes a sentence for people. */
  say: (sentence: string) => void;
  /** Shows how far the import is. Only on a terminal. */
  progress: (words: string) => void;
};

type Streams = { output: NodeJS.WritableStream & { isTTY?: boolean }; errors: NodeJS.WritableStream };

/** How many rows with the same fault are printed one by one: thousands of equal lines would hide everything else. */
const mostAlike = 5;

export function createReport({ output, errors }: Streams): Report {
  if (!output.isTTY) {
    return {
      row: (row) => {
        output.write(`${JSON.stringify(asLine(row))}\n`);
      },
      say: (sentence) => {
        errors.write(`${printable(sentence)}\n`);
      },
      progress: () => {},
    };
  }
  let shown = false;
  /** How many rows ended in the same way so far, and how many of them were not printed. */
  const alike = new Map<string, { count: number; hidden: number; words: string }>();
  const clear = () => {
    if (shown) output.write('\r\u001B[2K');
    shown = false;
  };
  const tellHidden = () => {
    for (const group of alike.values()) {
      if (group.hidden > 0) output.write(`… and ${group.hidden.toLocaleString('en')} more: ${group.words}\n`);
      group.hidden = 0;
    }
  };
  return {
    row(row) {
      // The progress line counts the rows that succeeded. Print only the others.
      if (['ready', 'succeeded', 'known'].includes(row.state)) return;
      const words = inOneLine(row.message ?? '');
      const group = alike.get(`${row.state} ${words}`) ?? { count: 0, hidden: 0, words };
      alike.set(`${row.state} ${words}`, group);
      group.count += 1;
      if (group.count > mostAlike) group.hidden += 1;
      else {
        clear();
        output.write(`${rowWords(row)}\n`);
      }
    },
    say(sentence) {
      clear();
      tellHidden();
      output.write(`${printable(sentence)}\n`);
    },
    progress(words) {
      clear();
      output.write(words);
      shown = true;
    },
  };
}

function asLine({ line, reference, state, code, message, requestId, id }: ToldRow): object {
  return { line, reference, state, code, message, requestId: requestId || undefined, id };
}

const colours = { invalid: 'red', refused: 'red', not_sent: 'yellow', unknown: 'magenta' } as const;

function rowWords({ line, reference, state, message = '' }: ToldRow): string {
  const colour = state in colours ? colours[state as keyof typeof colours] : 'green';
  const words = state === 'not_sent' ? 'not sent' : state;
  return `${styleText(colour, words.padEnd(9))} line ${line}${reference ? ` (${inOneLine(reference)})` : ''}: ${inOneLine(message)}`;
}

/** Text from a file or from the BFF must not control the terminal. Line ends stay. */
export function printable(text: string): string {
  return text.replaceAll(/[^\P{C}\n]/gu, '\u00B7');
}

function inOneLine(text: string): string {
  return printable(text).replaceAll('\n', ' ');
}
