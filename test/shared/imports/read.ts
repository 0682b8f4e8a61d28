import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ImportOperation } from '../../../shared/import-record.ts';
import { checkRoster } from '../../../shared/imports/check-roster.ts';
import { type ColumnWords, readRoster } from '../../../shared/imports/roster.ts';

export const breathe = async () => {
  await nextTurn();
};

/** Reads a file of this text, or these bytes. */
export function read(
  file: string | Uint8Array,
  operation: ImportOperation = 'createInvitation',
  words: ColumnWords = {},
) {
  const bytes = typeof file === 'string' ? new TextEncoder().encode(file) : file;
  return readRoster(bytes, operation, { ...words, breathe });
}

/** Reads and checks it. */
export async function check(
  file: string | Uint8Array,
  operation: ImportOperation = 'createInvitation',
  words: ColumnWords = {},
) {
  return checkRoster(await read(file, operation, words), { breathe });
}
