import * as vscode from 'vscode';
import { createBackend, isAccessKeyName } from './backend.ts';
import { createPingCommand } from './commands/ping.ts';
import { createRefreshCommand } from './commands/refresh.ts';
import { createSignInCommand } from './commands/sign-in.ts';
import { createSignOutCommand } from './commands/sign-out.ts';
import { createWriteCommand } from './commands/write.ts';
import { backendUrlSetting, registerCommands, sessionContextKey } from './contributions.ts';
import { createEnvironmentList, sessionOf } from './environment-list.ts';
import { createEnvironmentsTree } from './environments-tree.ts';
import { invitationForm } from './forms/invitation-form.ts';
import { userForm } from './forms/user-form.ts';
import { wizardInput } from './forms/wizard-input.ts';
import { createCallLog } from './log.ts';
import { createPingHistory } from './ping-history.ts';
import type { Host, Situation } from './situation.ts';

/** Puts the parts together. It calls nobody: the first look at the view, or the first command, does. */
export function activate(context: vscode.ExtensionContext): void {
  const channel = vscode.window.createOutputChannel('Pearsana', { log: true });
  const readUrl = () => String(vscode.workspace.getConfiguration().get(backendUrlSetting) ?? '');
  const host = hostOf(context.extension.extensionKind);
  const situation = (): Situation => ({ ...host, backend: readUrl() });

  const backend = createBackend({ readUrl, secrets: context.secrets, log: createCallLog(channel) });
  const history = createPingHistory((environment) => tree.refresh(environment));
  const list = createEnvironmentList(backend.environments, (change) => {
    tree.onListChange(change);
    if (change === 'loaded') setSession(sessionOf(list.state()));
  });
  const tree = createEnvironmentsTree({ list, history, situation });
  const inTest = context.extensionMode === vscode.ExtensionMode.Test;
  const writing = { backend, list, situation, input: wizardInput, inTest };

  context.subscriptions.push(
    channel,
    tree,
    ...registerCommands(vscode.commands.registerCommand, {
      'pearsana.ping': createPingCommand({ backend, history, list, situation, tree }),
      'pearsana.createUser': createWriteCommand(userForm, writing),
      'pearsana.invite': createWriteCommand(invitationForm, writing),
      'pearsana.refresh': createRefreshCommand(list),
      'pearsana.signIn': createSignInCommand({ backend, list, situation, inTest }),
      'pearsana.signOut': createSignOutCommand({ backend, list, situation }),
      'pearsana.showLog': () => {
        channel.show();
        return undefined;
      },
    }),
    // Another window may sign in or out too, or change the setting.
    context.secrets.onDidChange(({ key }) => {
      if (isAccessKeyName(key)) list.invalidate();
    }),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration(backendUrlSetting)) list.invalidate();
    }),
  );
}

function setSession(session: 'signedIn' | 'signedOut' | undefined): void {
  void vscode.commands.executeCommand('setContext', sessionContextKey, session);
}

function hostOf(kind: vscode.ExtensionKind): Host {
  const inBrowser = 'WorkerGlobalScope' in globalThis;
  return {
    inBrowser,
    browserOrigin: inBrowser ? globalThis.origin : undefined,
    // A user may have moved the extension to the near end (`remote.extensionKind`).
    remoteName: kind === vscode.ExtensionKind.Workspace ? vscode.env.remoteName : undefined,
  };
}
