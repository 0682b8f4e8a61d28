import type * as sqlite from 'node:sqlite';

// An import would stand at the top of the bundle, where an old Node fails before it has said that it is one.
export const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
export type DatabaseSync = sqlite.DatabaseSync;
