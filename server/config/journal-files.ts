// The files of a journal in a data directory. Whoever has one without the other cannot use the journal.

/** The database. While it is open, SQLite keeps more files beside it, whose names begin with this one. */
export const journalFile = 'journal.sqlite';

/** The secret of the digests in the database. */
export const journalKeyFile = 'journal-key';

/** In a backup alone: when it was made. A BFF does not start on a backup until somebody removes this file. */
export const copiedAtFile = 'journal-copied-at';

/** The database of a journal that was moved into PostgreSQL, as it was before. */
export const movedFile = `${journalFile}.moved`;
