import { fileDigest } from '../../../shared/digest.ts';
import type { ImportOperation } from '../../../shared/import-record.ts';
import { type CheckedRow, checkRoster } from '../../../shared/imports/check-roster.ts';
import type { Breathe, Fault } from '../../../shared/imports/fault.ts';
import { type ColumnWords, type Roster, readRoster } from '../../../shared/imports/roster.ts';

/** A file that was read and checked, and nothing more. */
export type ImportFile = {
  /** The SHA-256 of its bytes, by which it finds its import again. */
  digest: string;
  roster: Roster;
  /** None where the file as such is at fault: `roster.faults` says how. */
  rows: readonly CheckedRow[];
};

/** How long work goes on before others have a turn, in ms. */
const mostTurnMs = 10;
let resumedAt = 0;

/**
 * Leaves the thread to others if it was busy for a while. A timer is the one way that both hosts have; a browser makes each
 * of them take a few milliseconds, so there should be few.
 */
export const breathe: Breathe = async () => {
  if (performance.now() - resumedAt < mostTurnMs) return;
  await new Promise((resolve) => setTimeout(resolve));
  resumedAt = performance.now();
};

/**
 * Reads and checks a whole file.
 * @param rowFaults what only the host can tell of a row, such as that its document is missing.
 */
export async function checkImportFile(
  bytes: Uint8Array<ArrayBuffer>,
  operation: ImportOperation,
  columns: ColumnWords,
  rowFaults: (row: CheckedRow) => Promise<readonly Fault[]> = async () => [],
): Promise<ImportFile> {
  const roster = await readRoster(bytes, operation, { ...columns, breathe });
  const checked = roster.faults.length > 0 ? [] : await checkRoster(roster, { breathe });
  const rows: CheckedRow[] = [];
  for (const row of checked) {
    const more = row.faults.length > 0 ? [] : await rowFaults(row);
    rows.push({ ...row, faults: [...row.faults, ...more] });
  }
  return { digest: await fileDigest(bytes), roster, rows };
}
