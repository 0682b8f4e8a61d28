import { readFileSync, realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve, sep } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ImportOperation } from '../../shared/import-record.ts';
import { type CheckedRow, checkRoster } from '../../shared/imports/check-roster.ts';
import { fileField } from '../../shared/imports/columns.ts';
import { faultWords } from '../../shared/imports/fault.ts';
import { referencesOf } from '../../shared/imports/references.ts';
import { type Roster, readRoster } from '../../shared/imports/roster.ts';
import { fileDigest } from '../../shared/imports/row-key.ts';
import { type Arguments, UsageError } from './arguments.ts';
import type { Report } from './report.ts';

/** A checked row, with the references that sending it needs. */
export type FileRow = CheckedRow & { references: ReturnType<typeof referencesOf> };

export type RosterFile = { path: string; digest: string; roster: Roster; rows: readonly FileRow[] };

/** Reads and checks a roster. @returns undefined if the file cannot be used at all; by then the reasons are reported. */
export async function readRosterFile(
  { file = '', map, set }: Arguments,
  operation: ImportOperation,
  report: Report,
): Promise<RosterFile | undefined> {
  const path = resolve(file);
  const bytes = readBytes(path);
  const breathe = async () => {
    await nextTurn();
  };
  const roster = await readRoster(bytes, operation, { map, set, breathe });
  for (const remark of roster.remarks) report.say(faultWords(remark));
  if (roster.faults.length > 0) {
    report.say(`${basename(path)} cannot be imported:`);
    for (const fault of roster.faults) report.say(`  ${faultWords(fault)}`);
    return undefined;
  }
  const rows = await checkRoster(roster, { breathe });
  return {
    ...{ path, roster },
    digest: await fileDigest(bytes),
    rows: rows.map((row) => ({ ...row, references: referencesOf(operation, row.draft) })),
  };
}

/** The request of a row. A document's file must be in the folder of the roster, or below it. */
export async function requestOf(path: string, { draft }: FileRow): Promise<unknown> {
  const name = draft[fileField];
  if (typeof name !== 'string') return draft;
  const folder = realpathSync(dirname(path));
  // Resolve links first: a link could lead out of the folder.
  const file = realpathSync(resolve(folder, name.replaceAll('\\', '/')));
  if (!file.startsWith(folder.endsWith(sep) ? folder : folder + sep))
    throw new Error(`${name} is not in the folder of the roster, or below it.`);
  const content = await readFile(file);
  return { ...draft, [fileField]: content.toString('base64'), filename: draft.filename ?? basename(file) };
}

function readBytes(path: string): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(readFileSync(path));
  } catch {
    throw new UsageError(`${path} cannot be read.`);
  }
}
