import type * as sqlite from 'node:sqlite';

// An import would move to the top of the bundle, where an old Node would fail before it can print that it is too old.
export const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
export type DatabaseSync = sqlite.DatabaseSync;
