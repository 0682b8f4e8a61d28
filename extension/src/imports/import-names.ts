import type { State } from '../state.ts';

/** The names of the files that were imported, by the id of each import: the BFF knows no files. */
export type ImportNames = {
  keep: (importId: string, fileName: string) => PromiseLike<void>;
  of: (importId: string) => string | undefined;
};

/** More imports than a person looks back on. */
const mostNames = 200;

export function createImportNames(state: State, stateName: string): ImportNames {
  const all = () => state.get<[importId: string, fileName: string][]>(stateName) ?? [];
  return {
    keep(importId, fileName) {
      const others = all().filter(([id]) => id !== importId);
      return state.update(stateName, [...others, [importId, fileName]].slice(-mostNames));
    },
    of: (importId) => all().find(([id]) => id === importId)?.[1],
  };
}
