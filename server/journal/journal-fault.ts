/** Why the journal cannot be used right now. The next call tries again. */
export class JournalFailure extends Error {
  override readonly name: string = 'JournalFailure';
  /** For the log: words of SQLite, of the system or of ours. They contain nothing from a row. */
  readonly code: string;

  constructor(code: string, message = code, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** A fault of the journal that does not go away by itself: an administrator has to look. It stops the start. */
export class JournalFault extends JournalFailure {
  override readonly name = 'JournalFault';
}
