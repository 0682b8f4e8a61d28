import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { folderRows, guessPattern } from '../../shared/imports/document-folder.ts';
import { type Arguments, UsageError } from './arguments.ts';
import type { Report } from './report.ts';

/** The longest list of names that is told. */
const mostNames = 5;

/**
 * The rows that stand for the documents in a folder, as a CSV file. Without `--pattern`, the pattern that most file names
 * share is told and used.
 * @throws UsageError if no file fits, or if nobody could see the pattern before documents are sent.
 */
export function rowsOfFolder(
  path: string,
  { command, operation, pattern: given, yes, rows }: Arguments,
  report: Report,
): Uint8Array<ArrayBuffer> {
  if (operation !== 'submitDocument')
    throw new UsageError(
      `${path} is a folder. A folder can only be imported as documents: --operation submitDocument.`,
    );
  const names = readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort();
  const pattern = given ?? guessPattern(names);
  if (pattern === undefined)
    throw new UsageError(
      `No file name in ${path} contains a number. Say where the id is: --pattern '{id}.pdf'.`,
    );
  if (given === undefined && command === 'import' && (yes || rows !== undefined))
    throw new UsageError(`Nothing was sent. Say where the file names hold the id: --pattern '${pattern}'.`);
  const { csv, unfit } = folderRows(names, pattern);
  if (unfit.length === names.length)
    throw new UsageError(`No file in ${path} has a name like “${pattern}”. One is called ${names[0] ?? ''}.`);
  report.say(
    `The ids come from the file names in ${basename(path)}, by the pattern “${pattern}”. To use another pattern, add --pattern.`,
  );
  if (unfit.length > 0) {
    const more = unfit.length > mostNames ? ` and ${unfit.length - mostNames} more` : '';
    report.say(
      `Left out, because they do not fit the pattern: ${unfit.slice(0, mostNames).join(', ')}${more}`,
    );
  }
  return new TextEncoder().encode(csv);
}
