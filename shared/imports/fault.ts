/** Something wrong in a file that is to be imported, and where. */
export type Fault = {
  /** The line of the file where the row begins; the header is usually line 1. Undefined if the whole file is meant. */
  line?: number;
  /** The cell, counted from 0, where one cell is to blame. */
  cell?: number;
  /** A sentence for people, without the line. */
  message: string;
};

/** Lets others have their turn; called often enough that no turn of ours is long. */
export type Breathe = () => Promise<void>;

/** `Line 12: …`, as one reads it in a list. */
export function faultWords({ line, message }: Fault): string {
  return line === undefined ? message : `Line ${line}: ${message}`;
}
