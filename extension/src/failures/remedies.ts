import type { PlainRead } from '../../../shared/client.ts';
import {
  backendFolderSetting,
  backendUrlSetting,
  type CommandId,
  type Commands,
  type EnvironmentArgument,
  type operationCommands,
} from '../contributions.ts';

/** VS Code's own commands that a remedy may run, with their arguments. */
type HostCommands = {
  'workbench.action.openSettings': { argument: string };
  'workbench.action.openGlobalKeybindings': { argument: never };
  'pearsana.activity.focus': { argument: never };
};

type AllCommands = Commands & HostCommands;

/** What a person can do next with one click: a button of a message, or a node of the tree. */
export type Remedy = {
  [Id in keyof AllCommands]: { title: string; command: Id; argument?: AllCommands[Id]['argument'] };
}[CommandId | keyof HostCommands];

export const remedies = {
  signIn: { title: 'Sign In', command: 'pearsana.signIn' },
  startBackend: { title: 'Start the BFF', command: 'pearsana.startBackend' },
  chooseFiles: { title: 'Choose Files…', command: 'pearsana.submitDocument' },
  refresh: { title: 'Refresh', command: 'pearsana.refresh' },
  showLog: { title: 'Show Log', command: 'pearsana.showLog' },
  changeUrl: {
    title: 'Change URL',
    command: 'workbench.action.openSettings',
    argument: backendUrlSetting,
  },
  openFolderSetting: {
    title: 'Open Setting',
    command: 'workbench.action.openSettings',
    argument: backendFolderSetting,
  },
  openKeybindings: {
    title: 'Open Keyboard Shortcuts',
    command: 'workbench.action.openGlobalKeybindings',
  },
} as const satisfies Record<string, Remedy>;

/** Lists the scopes of an environment; nothing where none is known. */
export function showScopes(environment: string | undefined): Remedy[] {
  if (environment === undefined) return [];
  return [{ title: 'Show Scopes', command: 'pearsana.scopes', argument: { environment } }];
}

/** Asks for the list of environments again. */
export const retryList: Remedy = { title: 'Retry', command: 'pearsana.refresh' };

/** Runs the same command again. Only for reads, which can always be repeated. */
export function retry(
  command: (typeof operationCommands)[PlainRead],
  argument?: EnvironmentArgument,
): Remedy {
  return { title: 'Retry', command, ...(argument && { argument }) };
}
