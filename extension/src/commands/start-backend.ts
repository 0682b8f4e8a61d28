import * as vscode from 'vscode';
import { newAccessKey } from '../authentication/new-access-key.ts';
import type { Backend } from '../backend.ts';
import { type Commands, type Failed, viewId } from '../contributions.ts';
import type { EnvironmentList } from '../environment-list.ts';
import { CommandError, failureOf } from '../failures/command-failure.ts';
import { remedies } from '../failures/remedies.ts';
import { remedyButton, showMessage } from '../failures/show-message.ts';
import { isOnThatMachine, machineOf, type Situation } from '../failures/situation.ts';
import { tellFailures } from '../failures/tell-failures.ts';
import { findBackendFolder } from './find-backend-folder.ts';

export type StartDependencies = { backend: Backend; list: EnvironmentList; situation: () => Situation };

type Started = Exclude<Commands['pearsana.startBackend']['result'], Failed>;

const pollMs = 1_000;
/** The first start installs what is missing. */
const longestStartMs = 300_000;

/**
 * Starts the BFF in a terminal that the user sees, with a key made for it, and signs in with that key. Only a program on the
 * extension's own machine can be started, and only where the user trusts the workspace, since it runs a folder's code.
 */
export function createStartBackendCommand({
  backend,
  list,
  situation,
}: StartDependencies): () => Promise<Started | Failed> {
  let terminal: vscode.Terminal | undefined;
  let starting: Promise<Started> | undefined;

  async function start(): Promise<Started> {
    const origin = backend.origin();
    if (situation().inBrowser || !isOnThatMachine(origin) || !vscode.workspace.isTrusted) {
      explainWhyNot(origin, situation());
      return undefined;
    }
    if (await isThere(origin)) {
      const isSignedIn = (await backend.session()) !== undefined;
      const buttons = isSignedIn ? [] : [remedyButton(remedies.signIn)];
      showMessage('information', `A BFF is already running at ${origin}.`, buttons);
      return undefined;
    }
    if (origin.startsWith('https:')) {
      explainPlainHttp(origin);
      return undefined;
    }
    const folder = await findBackendFolder();
    if (!folder) return undefined;
    const accessKey = newAccessKey();
    terminal?.dispose();
    terminal = openTerminal(folder, origin, accessKey);
    if (!(await untilThere(terminal, origin))) return undefined;
    await backend.signIn(origin, accessKey);
    await list.load();
    showMessage('information', 'The BFF is running, and you are signed in.');
    void vscode.commands.executeCommand(`${viewId}.focus`);
    return { signedInTo: origin };
  }

  /** @throws ClientError where something else answers there. */
  async function isThere(origin: string): Promise<boolean> {
    try {
      await backend.signInMethods(origin);
      return true;
    } catch (error) {
      if (failureOf(error).code === 'BFF_UNREACHABLE') return false;
      throw error;
    }
  }

  /** False once the user no longer waits. @throws CommandError if it ends before it answers. */
  function untilThere(running: vscode.Terminal, origin: string): Thenable<boolean> {
    const options = {
      location: vscode.ProgressLocation.Notification,
      title: `Starting the BFF on ${machineOf(situation())}…`,
      cancellable: true,
    };
    return vscode.window.withProgress(options, async (_progress, cancellation) => {
      let hasEnded = false;
      const onEnd = ({ terminal: other }: { terminal: vscode.Terminal }) => {
        if (other === running) hasEnded = true;
      };
      const subscriptions = vscode.Disposable.from(
        vscode.window.onDidCloseTerminal((closed) => onEnd({ terminal: closed })),
        // Where the shell tells VS Code of its commands.
        vscode.window.onDidEndTerminalShellExecution(onEnd),
      );
      const deadline = performance.now() + longestStartMs;
      try {
        while (!(await isThere(origin))) {
          if (cancellation.isCancellationRequested) return false;
          if (hasEnded || performance.now() > deadline)
            throw new CommandError('BFF_NOT_STARTED', 'The BFF did not start. The terminal shows why.');
          await new Promise((resolve) => setTimeout(resolve, pollMs));
        }
        return true;
      } finally {
        subscriptions.dispose();
      }
    });
  }

  return tellFailures(situation, async () => {
    // A second click shows what the first one began.
    terminal?.show(true);
    starting ??= start().finally(() => {
      starting = undefined;
    });
    return starting;
  });
}

function openTerminal(cwd: vscode.Uri, origin: string, accessKey: string): vscode.Terminal {
  const { hostname, port } = new URL(origin);
  const terminal = vscode.window.createTerminal({
    name: 'Pearsana BFF',
    iconPath: new vscode.ThemeIcon('broadcast'),
    cwd,
    env: {
      BFF_ACCESS_KEY: accessKey,
      // Where the extension looks for it, whatever its own configuration says.
      PORT: port || '80',
      ...(hostname === '[::1]' && { HOST: '::1' }),
    },
    // Else VS Code would write the terminal's environment to the disk, to open it again.
    isTransient: true,
  });
  terminal.show(true);
  terminal.sendText('npm start');
  return terminal;
}

/** One that is started here would never answer there. */
function explainPlainHttp(origin: string): void {
  const { hostname, port } = new URL(origin);
  const address = `http://${hostname}:${port || '8787'}`;
  showMessage(
    'information',
    `No BFF answers at ${origin}. VS Code can start one on this machine, but only for http, not https. To start it, change pearsana.backendUrl to ${address}.`,
    [remedyButton(remedies.changeUrl)],
  );
}

function explainWhyNot(origin: string, situation: Situation): void {
  if (situation.inBrowser) {
    showMessage(
      'information',
      'VS Code in a browser cannot start programs. Run “npm start” in the BFF repository on your machine, then sign in with the access key that it prints.',
      [remedyButton(remedies.signIn)],
    );
  } else if (!isOnThatMachine(origin)) {
    showMessage(
      'information',
      `The BFF at ${origin} runs on another machine, so VS Code cannot start it. To start one here, change pearsana.backendUrl to http://127.0.0.1:8787.`,
      [remedyButton(remedies.changeUrl)],
    );
  } else {
    showMessage(
      'warning',
      'Starting the BFF runs code from a folder, so VS Code needs your trust in this workspace first.',
      [
        {
          title: 'Manage Workspace Trust',
          act: () => vscode.commands.executeCommand('workbench.trust.manage'),
        },
      ],
    );
  }
}
