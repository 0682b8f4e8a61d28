import * as vscode from 'vscode';
import type { CheckResult, Failed, ImportArgument } from '../contributions.ts';
import { showMessage } from '../failures/show-message.ts';
import { checkWords, countChecked } from '../imports/import-words.ts';
import { plain } from '../plain-text.ts';
import { type PrepareDependencies, prepareImport } from './prepare-import.ts';

/** Checks all rows, shows in the file what is known of each, and sends nothing. Undefined when the user gave up. */
export async function checkFile(
  given: vscode.Uri | undefined,
  wanted: ImportArgument,
  dependencies: PrepareDependencies & {
    importFile: (uri: vscode.Uri, wanted: ImportArgument) => Promise<unknown>;
  },
): Promise<CheckResult | Failed | undefined> {
  const prepared = await prepareImport(given, wanted, dependencies, 'Check');
  if (!prepared) return undefined;
  const { source, columns, target, file, plan } = prepared;
  const { id: environment, name } = target.environment;
  const { operation, map, set } = columns;
  const counts = countChecked(file.rows, plan.known);
  const buttons = [
    {
      title: 'Import…',
      act: () => dependencies.importFile(source.uri, { environment, operation, map, set }),
    },
  ];
  showMessage(
    counts.invalid > 0 ? 'warning' : 'information',
    `Checked ${plain(source.name, 80)} for ${plain(name, 60)}: ${checkWords(counts)}. Nothing was sent.`,
    plan.toSend.length > 0 ? buttons : [],
  );
  // Where the states of the lines are shown.
  if (!source.isFolder) await vscode.window.showTextDocument(source.uri, { preview: true });
  return { environment, operation, counts };
}
