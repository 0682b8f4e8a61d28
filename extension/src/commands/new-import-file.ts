import * as vscode from 'vscode';
import { importOperations } from '../../../shared/import-record.ts';
import { importTemplate } from '../../../shared/imports/template.ts';
import type { Failed } from '../contributions.ts';
import type { Situation } from '../failures/situation.ts';
import { tellFailures } from '../failures/tell-failures.ts';
import { importTitles } from '../imports/column-steps.ts';
import { readImportArgument } from '../imports/import-argument.ts';

/** Opens a new file with the columns that an operation needs, and an example row. */
export function createNewImportFileCommand(
  situation: () => Situation,
): (argument?: unknown) => Promise<Failed | undefined> {
  return tellFailures(situation, async (argument) => {
    const given = readImportArgument(argument, { inTest: false }).operation;
    const picked = given
      ? { operation: given }
      : await vscode.window.showQuickPick(
          importOperations.map((operation) => ({ label: importTitles[operation], operation })),
          { title: 'New Import File', placeHolder: 'What should happen with each row?' },
        );
    if (!picked) return undefined;
    const content = importTemplate(picked.operation);
    await vscode.window.showTextDocument(
      await vscode.workspace.openTextDocument({ content, language: 'csv' }),
    );
    return undefined;
  });
}
