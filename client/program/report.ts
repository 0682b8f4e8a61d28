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
  const clear = () => {
    if (shown) output.write('\r\u001B[2K');
    shown = false;
  };
  return {
    row(row) {
      // The progress line counts the rows that succeeded. Print only the others.
      if (['ready', 'succeeded', 'known'].includes(row.state)) return;
      clear();
      output.write(`${rowWords(row)}\n`);
    },
    say(sentence) {
      clear();
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
