import type { ColumnWords } from '../../../shared/imports/roster.ts';
import { isImpersonal } from '../forms/last-entries.ts';
import type { State } from '../state.ts';

/** Where a file is that was imported, and what was said of its columns. */
export type ImportedFile = { uri: string; columns: ColumnWords };

/** The files that were imported, by the id of each import: the BFF knows no files. */
export type ImportNames = {
  /** @param file absent for a folder of documents. */
  keep: (importId: string, fileName: string, file?: ImportedFile) => PromiseLike<void>;
  /** The file's name. */
  of: (importId: string) => string | undefined;
  fileOf: (importId: string) => ImportedFile | undefined;
};

type Kept = [importId: string, fileName: string, file?: ImportedFile];

/** More imports than a person looks back on. */
const mostNames = 200;

export function createImportNames(state: State, stateName: string): ImportNames {
  const all = () => state.get<Kept[]>(stateName) ?? [];
  const find = (importId: string) => all().find(([id]) => id === importId);
  return {
    keep(importId, fileName, file) {
      const others = all().filter(([id]) => id !== importId);
      // Without a text that is not kept, its rows would be others.
      const kept: Kept =
        file && isImpersonal(file.columns) ? [importId, fileName, file] : [importId, fileName];
      return state.update(stateName, [...others, kept].slice(-mostNames));
    },
    of: (importId) => find(importId)?.[1],
    fileOf: (importId) => find(importId)?.[2],
  };
}
