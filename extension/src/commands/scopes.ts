import * as vscode from 'vscode';
import type { CommandHandlers } from '../contributions.ts';
import { scopeList } from '../views/scope-words.ts';
import { createReadCommand, type ReadDependencies } from './read-command.ts';

/** What the App Client may do. The list stays until it is closed; nobody waits for that. */
export function createScopesCommand(dependencies: ReadDependencies): CommandHandlers['pearsana.scopes'] {
  return createReadCommand(
    'scopes',
    {
      doing: 'Looking up the scopes of',
      onAnswer(answer) {
        const { title, lines } = scopeList(answer);
        const items = lines.map(({ icon, ...line }) => ({ ...line, iconPath: new vscode.ThemeIcon(icon) }));
        const placeHolder =
          'Choose one to copy its name. To enable more, open App Clients in the Pearsana portal';
        vscode.window
          .showQuickPick(items, { title, placeHolder, matchOnDescription: true })
          .then((chosen) => {
            if (chosen) void vscode.env.clipboard.writeText(chosen.scope);
          });
      },
    },
    dependencies,
  );
}
