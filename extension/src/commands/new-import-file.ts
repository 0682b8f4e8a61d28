import * as vscode from 'vscode';
import { type ImportOperation, importOperations } from '../../../shared/import-record.ts';
import { importTemplate } from '../../../shared/imports/template.ts';
import type { Failed } from '../contributions.ts';
import type { Situation } from '../failures/situation.ts';
import { tellFailures } from '../failures/tell-failures.ts';
import { importTitles } from '../imports/column-steps.ts';
import { readImportArgument } from './import-argument.ts';

/** Names that VS Code proposes when the file is saved; it knows a CSV file, and so that it can be imported, by its name. */
const fileNames: Record<ImportOperation, string> = {
  createUser: 'users.csv',
  createInvitation: 'invitations.csv',
  submitDocument: 'documents.csv',
};

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
    const { operation } = picked;
    const uri = vscode.Uri.from({ scheme: 'untitled', path: fileNames[operation] });
    const document = await vscode.workspace.openTextDocument(uri);
    const editor = await vscode.window.showTextDocument(document);
    // One that was begun before is shown as it is.
    if (document.getText() === '')
      await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), importTemplate(operation)));
    return undefined;
  });
}
