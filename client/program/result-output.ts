import { accessSync, constants, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, extname, join, relative, resolve } from 'node:path';
import { isToMend, type RowResult, resultsFile, toMendFile } from '../../shared/imports/result-files.ts';
import { UsageError } from './arguments.ts';
import type { Report } from './report.ts';
import type { RosterFile } from './roster-file.ts';

/** Writes one file with the outcome of every row, and one with the rows to correct. It replaces earlier result files. */
export function writeResultFiles(
  { path, folder, roster }: RosterFile,
  results: readonly RowResult[],
  out: string | undefined,
  report: Report,
): void {
  const stem = join(resultFolder(folder, out), basename(path, extname(path)));
  const write = (file: string, text: string) => {
    // The files contain names and e-mail addresses, so only their owner may read them.
    const part = `${file}.${process.pid}.part`;
    writeFileSync(part, text, { mode: 0o600 });
    renameSync(part, file);
    return pathWords(file);
  };
  // Not by `Map.groupBy`, which Node 20 lacks.
  const states = [...new Set(results.map(({ state }) => state))];
  const counts = states.map((state) => {
    const count = results.filter((each) => each.state === state).length;
    return `${count.toLocaleString('en')} ${stateWords[state]}`;
  });
  report.say(`${counts.join(', ')}.`);
  report.say(`Results of every row: ${write(`${stem}-results.csv`, resultsFile(results))}`);
  const file = `${stem}-to-mend.${roster.format}`;
  if (results.some(isToMend))
    report.say(`Rows to mend and import again: ${write(file, toMendFile(roster, results, basename(path)))}`);
  else if (existsSync(file))
    report.say(`${pathWords(file)} is from an earlier run. No row is left to correct.`);
  if (results.some(({ state }) => state === 'unknown'))
    report.say(
      'Rows with an unknown outcome may have been sent. Check the Pearsana portal, and resolve them in VS Code.',
    );
}

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
