import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { countRows, countWords } from '../../shared/imports/count-rows.ts';
import { isToMend, type RowResult, resultsFile, toMendFile } from '../../shared/imports/result-files.ts';
import { freeResultName, resultNames } from '../../shared/imports/result-names.ts';
import { UsageError } from './arguments.ts';
import type { Report } from './report.ts';
import type { RosterFile } from './roster-file.ts';

/**
 * Writes one file with the outcome of every row, and one with the rows to mend. It never overwrites a file, which somebody
 * may have edited: the new one gets a free name.
 */
export async function writeResultFiles(
  { path, folder, roster }: RosterFile,
  results: readonly RowResult[],
  out: string | undefined,
  report: Report,
): Promise<void> {
  const target = resultFolder(folder, out);
  const names = resultNames(basename(path), roster);
  const say = async (what: string, wanted: string, content: Uint8Array) => {
    const name = await writeFree(target, wanted, content);
    const kept = name === wanted ? '' : ` (${wanted} was not overwritten)`;
    report.say(`${what}: ${pathWords(join(target, name))}${kept}`);
  };
  report.say(`${countWords(countRows(results), stateWords)}.`);
  await say('Results of every row', names.results, resultsFile(roster, results));
  if (results.some(isToMend))
    await say('Rows to mend and import again', names.toMend, toMendFile(roster, results, basename(path)));
  else if (existsSync(join(target, names.toMend)))
    report.say(`${pathWords(join(target, names.toMend))} is from an earlier run. No row is left to mend.`);
  if (results.some(({ state }) => state === 'unknown'))
    report.say(
      'Rows with an unknown outcome may have been sent. Check the Pearsana portal, and resolve them in VS Code.',
    );
}

/** Writes a result file under a name that is free. @returns the name. */
async function writeFree(folder: string, wanted: string, content: Uint8Array): Promise<string> {
  const { name, isThere } = await freeResultName(wanted, content, (each) => readIfThere(join(folder, each)));
  if (isThere) return name;
  const file = join(folder, name);
  try {
    // The files contain names and e-mail addresses, so only their owner may read them.
    writeFileSync(file, content, { mode: 0o600, flag: 'wx' });
    return name;
  } catch (error) {
    // Another run took the name meanwhile.
    if (codeOf(error) === 'EEXIST') return writeFree(folder, wanted, content);
    // Half a file would look like the whole one.
    rmSync(file, { force: true });
    throw error;
  }
}

/** A file's content; empty if something else has its name, such as a link that leads nowhere. */
function readIfThere(file: string): Uint8Array | undefined {
  if (!lstatSync(file, { throwIfNoEntry: false })) return undefined;
  try {
    return readFileSync(file);
  } catch {
    return new Uint8Array();
  }
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;

/** The path as a person would type it here: relative, unless the file is outside of this folder. */
function pathWords(file: string): string {
  const path = relative('', file);
  return path.startsWith('..') ? file : path;
}

/**
 * Where the result files go. The folder is made, and tried before anything is sent.
 * @throws UsageError if files cannot be written there.
 */
export function resultFolder(beside: string, out: string | undefined): string {
  const folder = out === undefined ? beside : resolve(out);
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return folder;
  } catch {
    throw new UsageError(`The result files cannot be written to ${folder}. Name another folder with --out.`);
  }
}

const stateWords: Record<RowResult['state'], string> = {
  succeeded: 'done',
  known: 'done before',
  refused: 'refused',
  not_sent: 'not sent',
  unknown: 'unknown',
  invalid: 'invalid',
};

/** The exit status. 0: every row is done. 1: some rows are refused or invalid. 2: some are unknown or not sent, which matters more. */
export function exitCodeOf(results: readonly RowResult[]): number {
  const states = new Set(results.map(({ state }) => state));
  if (states.has('unknown') || states.has('not_sent')) return 2;
  return states.has('refused') || states.has('invalid') ? 1 : 0;
}
