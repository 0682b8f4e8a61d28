import type * as sqlite from 'node:sqlite';

// An import would move to the top of the bundle, where an old Node would fail before it can print that it is too old.
export const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
export type DatabaseSync = sqlite.DatabaseSync;

/** SQLite's number for a lock that somebody else holds. */
export const sqliteBusy = 5;

/** SQLite's error number; 0 if the error is not from SQLite. The lower byte is the kind, the rest its details. */
export function sqliteErrorOf(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
}
