// Loaded into a process ahead of its program (NODE_OPTIONS=--import=…), and so into each of its threads: its wall clock is
// wrong by as many milliseconds as the file says that LYING_CLOCK names. Its monotonic clock is right, as on any machine.
import { readFileSync } from 'node:fs';

const file = String(process.env.LYING_CLOCK);
const TrueDate = Date;
const now = () => TrueDate.now() + Number(readFileSync(file, 'utf8'));

globalThis.Date = class extends TrueDate {
  constructor(...given: [value: number | string | Date] | []) {
    super(given[0] ?? now());
  }

  static override now(): number {
    return now();
  }
} as DateConstructor;
