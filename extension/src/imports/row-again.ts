import { referenceWords } from '../../../shared/external-references.ts';
import type { ImportOperation } from '../../../shared/import-record.ts';
import type { ColumnWords } from '../../../shared/imports/roster.ts';
import type { Draft } from '../forms/request-draft.ts';
import { checkImportFile } from './import-file.ts';

/** A row of an import that was sent, as far as the BFF knows it, and what was said of its file. */
export type SentRow = {
  operation: ImportOperation;
  externalReferences: readonly { namespace: string; externalId: string }[];
  fileName: string;
  columns: ColumnWords;
};

/**
 * The request of such a row, from its file. Where the file or the row is gone, only the person's ids are left.
 * @returns also why a person must enter what is missing, as the beginning of a sentence.
 */
export async function rowAgain(
  { operation, externalReferences, fileName, columns }: SentRow,
  read: () => PromiseLike<Uint8Array<ArrayBuffer>>,
): Promise<{ request: Draft; why: string }> {
  const request = { externalReferences };
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await read();
  } catch {
    return { request, why: `${fileName} cannot be read` };
  }
  const { rows } = await checkImportFile(bytes, operation, columns);
  const row = rows.find(({ reference }) => reference === referenceWords(externalReferences));
  return row
    ? { request: row.draft, why: `${fileName} does not have it` }
    : { request, why: `${fileName} no longer has this row` };
}
