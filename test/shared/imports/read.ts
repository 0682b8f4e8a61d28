import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ImportOperation } from '../../../shared/import-record.ts';
import { checkRoster } from '../../../shared/imports/check-roster.ts';
import { type ColumnWords, readRoster } from '../../../shared/imports/roster.ts';

export const breathe = async () => {
  await nextTurn();
};

/** Reads a roster from a text or from bytes. */
export function read(
  file: string | Uint8Array,
  operation: ImportOperation = 'createInvitation',
  words: ColumnWords = {},
) {
  const bytes = typeof file === 'string' ? new TextEncoder().encode(file) : file;
  return readRoster(bytes, operation, { ...words, breathe });
}

/** Reads a roster and checks its rows. */
export async function check(
  file: string | Uint8Array,
  operation: ImportOperation = 'createInvitation',
  words: ColumnWords = {},
) {
  return checkRoster(await read(file, operation, words), { breathe });
}
