import { withoutKeys } from '../callers/key-format.ts';
import type { Ending, Intent } from './journal-store.ts';

/**
 * The journal as JSON lines, for programs that collect output: two lines for each write, joined by `row`. The database is
 * what counts; a line that is lost stops nothing.
 */
export type JournalLines = {
  intent(row: string, intent: Intent): void;
  outcome(row: string, ending: Ending): void;
};

/** Writes to standard output, like the log, whose lines have no `record`. */
export function toOutput(output: { write(line: string): void }): JournalLines {
  function put(record: 'intent' | 'outcome', row: string, facts: object): void {
    const line = JSON.stringify({ record, time: new Date().toISOString(), row, ...facts });
    output.write(`${withoutKeys(line)}\n`);
  }
  return {
    intent(row, { caller, environment, operation, requestId, references }) {
      put('intent', row, { caller, environment, operation, requestId, references });
    },
    outcome(row, { state, code, partner, result }) {
      put('outcome', row, { outcome: state, code, partner, result });
    },
  };
}
