/** Why the journal cannot be used at this moment; the next call tries again. */
export class JournalFailure extends Error {
  override readonly name: string = 'JournalFailure';
  /** For the log: SQLite's or the system's own words, or ours. They hold nothing of a row. */
  readonly code: string;

  constructor(code: string, message = code, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What stands in the way of the journal and cannot go away by itself: somebody has to look. It stops the start. */
export class JournalFault extends JournalFailure {
  override readonly name = 'JournalFault';
}
