/** A fault in a file to import, and its place. */
export type Fault = {
  /** The line of the file where the row begins; the header is usually line 1. Undefined if the fault is in the whole file. */
  line?: number;
  /** The cell, counted from 0, if the fault is in one cell. */
  cell?: number;
  /** A sentence for people, without the line. */
  message: string;
};

/** Gives other work a turn of the event loop. It is called often enough that none of our own turns is long. */
export type Breathe = () => Promise<void>;

/** The fault as a list shows it: `Line 12: …`. */
export function faultWords({ line, message }: Fault): string {
  return line === undefined ? message : `Line ${line}: ${message}`;
}
