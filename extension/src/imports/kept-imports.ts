import type { ImportOperation } from '../../../shared/import-record.ts';
import type { ColumnWords } from '../../../shared/imports/roster.ts';
import { isImpersonal } from '../forms/last-entries.ts';
import type { State } from '../state.ts';

/** What is kept of an import until it ends, so that it can be continued: where its file is, and nothing of what is in it. */
export type KeptImport = {
  /** The import's, as in `imp_…`. */
  id: string;
  origin: string;
  environment: string;
  operation: ImportOperation;
  caller: string;
  journal: string;
  uri: string;
  /** The file's. */
  digest: string;
  /** How many rows the file had. */
  rows: number;
  /** Whether it sends again what had been done before it. */
  again: boolean;
  columns: ColumnWords;
  /** When the window that runs it last said so; ms since 1970. */
  seenAt: number;
};

export type KeptImports = {
  keep: (kept: KeptImport) => Promise<void>;
  /** Says that its window is still there. */
  seen: (id: string, now: number) => Promise<void>;
  forget: (id: string) => Promise<void>;
  /** Those whose window has not been heard of for a while. */
  left: (now: number) => KeptImport[];
};

/** How often a window says that it is still there, and how long it may be silent; ms. */
export const heartbeatMs = 5_000;
export const silentMs = 12_000;

/** The BFF ends an import 24 hours after its last row; what is older is of no use. */
const keptMs = 24 * 60 * 60 * 1000;
const mostKept = 20;

/** Why what was left cannot be continued: another BFF, or somebody else. Undefined where nothing speaks against it. */
export function differenceFrom(
  kept: Pick<KeptImport, 'journal' | 'caller'>,
  now: { journal: string; caller: string },
): string | undefined {
  if (kept.journal !== now.journal)
    return 'A different BFF now answers at this address, or the BFF uses a different data directory. It does not know what was sent, so the import cannot be continued.';
  if (kept.caller !== now.caller)
    return 'Somebody else started this import. Sign in as that person to continue it, or import the file again under your own name.';
  return undefined;
}

export function createKeptImports(state: State, stateName: string): KeptImports {
  const all = () => state.get<KeptImport[]>(stateName) ?? [];
  const others = (id: string) => all().filter((each) => each.id !== id);
  return {
    async keep(kept) {
      // Without such a text the rows would be others: then the file has to be imported by hand again.
      if (!isImpersonal(kept.columns)) return;
      await state.update(stateName, [...others(kept.id), kept].slice(-mostKept));
    },
    async seen(id, now) {
      if (!all().some((each) => each.id === id)) return;
      await state.update(
        stateName,
        all().map((each) => (each.id === id ? { ...each, seenAt: now } : each)),
      );
    },
    async forget(id) {
      const rest = others(id);
      await state.update(stateName, rest.length > 0 ? rest : undefined);
    },
    left: (now) => all().filter(({ seenAt }) => now - seenAt > silentMs && now - seenAt < keptMs),
  };
}
