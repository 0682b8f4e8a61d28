import { readFileSync, realpathSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve, sep } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { byteWords } from '../../shared/byte-words.ts';
import { fileDigest } from '../../shared/digest.ts';
import type { ImportOperation } from '../../shared/import-record.ts';
import { type CheckedRow, checkRoster } from '../../shared/imports/check-roster.ts';
import {
  fieldNamed,
  fileField,
  isPersonal,
  isToMendName,
  requiredFields,
} from '../../shared/imports/columns.ts';
import { type Fault, faultWords } from '../../shared/imports/fault.ts';
import { largestFile } from '../../shared/imports/file-text.ts';
import { type Roster, readRoster } from '../../shared/imports/roster.ts';
import { pathWords } from '../../shared/validate.ts';
import { type Arguments, UsageError } from './arguments.ts';
import { mapOption, shortName, shortNames } from './field-words.ts';
import { rowsOfFolder } from './folder-rows.ts';
import type { Report } from './report.ts';

export type RosterFile = {
  path: string;
  /** Where the documents are that the rows name, and where the result files go. */
  folder: string;
  digest: string;
  roster: Roster;
  rows: readonly CheckedRow[];
  /** What to do about each field that every row lacks. It is told after the rows, whose list may be long. */
  missing: readonly string[];
};

/** Reads and checks a roster. @returns undefined if the file cannot be used at all; by then the reasons are reported. */
export async function readRosterFile(
  given: Arguments,
  operation: ImportOperation,
  report: Report,
  largestDocument: number = mostOfAnyBff,
): Promise<RosterFile | undefined> {
  const { file = '', map, set } = given;
  for (const name of Object.values(map)) requireField('--map', operation, name);
  for (const name of Object.keys(set)) requireField('--set', operation, name);
  const path = resolve(file);
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  const bytes = isFolder ? rowsOfFolder(path, given, report) : readBytes(path);
  const folder = isFolder ? path : dirname(path);
  const breathe = async () => {
    await nextTurn();
  };
  const roster = await readRoster(bytes, operation, { map, set, breathe });
  for (const remark of roster.remarks) report.say(faultWords(remark));
  if (roster.faults.length > 0) {
    report.say(`${basename(path)} cannot be imported:`);
    for (const fault of roster.faults) report.say(`  ${faultWords(fault)}`);
    if (roster.columns.length > 0 && roster.columns.every(({ field }) => field === undefined))
      report.say(
        `If this line names the columns, say which field each one fills: ${roster.columns
          .filter(({ header }) => isUsable(header))
          .slice(0, mostToMap)
          .map(({ header }) => mapOption(header, 'FIELD'))
          .join(' ')}. ${fieldWords(operation)}`,
      );
    return undefined;
  }
  const rows = await checkRoster(roster, { breathe });
  return {
    ...{ path, folder, roster },
    missing: missingFields(roster, set).map((field) => missingWords(shortName(operation, field), roster)),
    digest: await fileDigest(bytes),
    rows: rows.map((row) => ({
      ...row,
      faults: [...row.faults, ...documentFaults(folder, row, largestDocument)],
    })),
  };
}

/** @throws UsageError if the operation has no such field. */
function requireField(option: string, operation: ImportOperation, name: string): void {
  if (fieldNamed(operation, name) === undefined)
    throw new UsageError(`${option}: there is no field “${name}”. ${fieldWords(operation)}`);
}

function fieldWords(operation: ImportOperation): string {
  return `The fields are: ${shortNames(operation).join(', ')}.`;
}

/** The fields that every row needs, and that neither a column nor a constant fills. */
function missingFields({ format, operation, columns }: Roster, set: Arguments['set']): string[] {
  if (format === 'json') return [];
  const constants = Object.keys(set).map((name) => fieldNamed(operation, name));
  const filled = [...columns.map(({ field }) => field), ...constants].map((field) => pathWords(field ?? []));
  return requiredFields(operation).filter((name) => !filled.includes(name));
}

/** What to do about a whole column that is missing. Otherwise a person would read the same fault in every row. */
function missingWords(field: string, { columns }: Roster): string {
  const unused = columns.flatMap((column) =>
    column.field === undefined && isUsable(column.header) ? [mapOption(column.header, field)] : [],
  );
  const options = new Intl.ListFormat('en', { type: 'disjunction' }).format(unused.slice(0, mostToMap));
  const named = unused.length > 0 ? `, or say which column it is with ${options}` : '';
  const same = isPersonal(field) ? '' : `, or give every row the same value with --set ${field}=VALUE`;
  return `No column fills ${field}, which every row needs. Add the column${named}${same}.`;
}

/** The remarks of a file that was mended are no column to use. */
const isUsable = (header: string) => header.trim() !== '' && !isToMendName(header);

/** How many columns are offered for a field: a roster may have dozens. */
const mostToMap = 8;

/** The largest document that any BFF can be set to accept. */
const mostOfAnyBff = 200_000_000;

/** Why the document of a row cannot be sent; nothing for rows without one. */
function documentFaults(folder: string, { line, draft, faults }: CheckedRow, largest: number): Fault[] {
  const name = draft[fileField];
  if (typeof name !== 'string' || faults.length > 0) return [];
  const fault = (words: string) => [{ line, message: `${name} ${words}` }];
  try {
    const stats = statSync(documentAt(folder, name));
    if (!stats.isFile()) return fault('is not a file.');
    if (stats.size === 0) return fault('is empty.');
    if (stats.size <= largest) return [];
    return fault(`is ${byteWords(stats.size)}; the limit is ${byteWords(largest, 'exact')}.`);
  } catch (error) {
    return fault(error instanceof OutsideFolder ? error.message : 'cannot be read.');
  }
}

class OutsideFolder extends Error {}

/** Where a document is, once links are resolved: a link could lead out of the folder. */
function documentAt(folder: string, name: string): string {
  const top = realpathSync(folder);
  const file = realpathSync(resolve(top, name.replaceAll('\\', '/')));
  if (!file.startsWith(top.endsWith(sep) ? top : top + sep))
    throw new OutsideFolder('is not in the folder of the roster, or below it.');
  return file;
}

/** The request of a row. A document's file must be in the folder of the roster, or below it. */
export async function requestOf(folder: string, { draft }: CheckedRow): Promise<unknown> {
  const name = draft[fileField];
  if (typeof name !== 'string') return draft;
  const file = documentAt(folder, name);
  const content = await readFile(file).catch(() => {
    throw new Error(`${name} cannot be read any more.`);
  });
  return { ...draft, [fileField]: content.toString('base64'), filename: draft.filename ?? basename(file) };
}

function readBytes(path: string): Uint8Array<ArrayBuffer> {
  try {
    const stats = statSync(path);
    if (!stats.isFile()) throw new UsageError(`${path} is not a file.`);
    // One byte more than is read tells the reader that the file is too large.
    if (stats.size > largestFile) return new Uint8Array(largestFile + 1);
    return new Uint8Array(readFileSync(path));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${path} cannot be read.`);
  }
}
