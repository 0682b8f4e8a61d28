import type { ImportArgument } from '../contributions.ts';
import { CommandError } from '../failures/command-failure.ts';
import { runWizard } from '../forms/wizard.ts';
import {
  beginColumns,
  type ColumnMemory,
  type ColumnsDraft,
  columnSteps,
  fieldsLacking,
} from '../imports/column-steps.ts';
import { fittingOperations } from '../imports/fitting-operations.ts';
import { plain } from '../plain-text.ts';
import type { AskDependencies } from './ask-for-request.ts';

/**
 * What the file is for, and what its columns do not say; undefined when the user gave up.
 * @throws CommandError when a field is missing that nobody can give for all rows.
 */
export async function askForColumns(
  { name: fileName, title }: { name: string; title: string },
  bytes: Uint8Array,
  { operation: given, map = {}, set = {}, confirm: confirmed }: ImportArgument,
  { input, lastEntries }: Pick<AskDependencies, 'input' | 'lastEntries'>,
): Promise<ColumnsDraft | undefined> {
  const fits = await fittingOperations(bytes);
  const operation = given ?? fits[0]?.operation;
  if (!operation) return undefined;
  const said: ColumnsDraft = { operation, map, set, constant: [] };
  const isAnswered = fieldsLacking(fits, said).length === 0;
  const isSaid = Object.keys({ ...map, ...set }).length > 0;
  const memory: ColumnMemory = {
    last: lastEntries.get(),
    // Whoever says how to use the columns is not asked whether to use them otherwise.
    ...(!isSaid && {
      columnsBefore: (each) =>
        lastEntries.columnsOf(fits.find((fit) => fit.operation === each)?.headers ?? [], each),
    }),
  };
  const answered =
    confirmed || (given && isAnswered)
      ? said
      : await runWizard<ColumnsDraft>(
          {
            title: plain(title, 120),
            draft: isSaid ? said : beginColumns(operation, memory),
            steps: (now) => columnSteps(fits, now, { ...memory, asksOperation: given === undefined }),
          },
          input,
        );
  const lacking = answered ? fieldsLacking(fits, answered) : [];
  if (answered && lacking.length > 0) {
    throw new CommandError(
      'IMPORT_NOT_USABLE',
      `${plain(fileName, 80)} has no column for ${plain(lacking.join(', '), 200)}. Add the column to the file, or rename the one that contains it.`,
    );
  }
  if (answered) {
    const { headers } = fits.find((fit) => fit.operation === answered.operation) ?? { headers: [] };
    lastEntries.noteColumns(headers, answered);
  }
  return answered;
}
