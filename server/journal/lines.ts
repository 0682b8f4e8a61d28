import { withoutKeys } from '../callers/key-format.ts';
import type { Ending, Intent } from './journal-store.ts';

/**
 * The journal as JSON lines, for whoever collects what a program prints: two a write, joined by `row`. They follow the
 * database and stop nothing: what counts is what stands there.
 */
export type JournalLines = {
  intent(row: string, intent: Intent): void;
  outcome(row: string, ending: Ending): void;
};

/** To standard output, where the log goes too: its lines have no `record`. */
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
