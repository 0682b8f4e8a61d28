import * as vscode from 'vscode';
import { callbackPath, createBrowserSignIns } from './authentication/browser-sign-in.ts';
import { createProvider } from './authentication/provider.ts';
import { createSessionStore } from './authentication/session-store.ts';
import { type Backend, createBackend } from './backend.ts';
import { createCallLog } from './call-log.ts';
import type { LeftDrafts } from './commands/ask-for-request.ts';
import { createHealthCommand } from './commands/health.ts';
import type { ImportNode } from './commands/imports.ts';
import { createPingCommand } from './commands/ping.ts';
import { createRefreshCommand } from './commands/refresh.ts';
import { createScopesCommand } from './commands/scopes.ts';
import { createSignInCommand } from './commands/sign-in.ts';
import { signInFirst } from './commands/sign-in-first.ts';
import { createSignOutCommand } from './commands/sign-out.ts';
import type { WriteDependencies } from './commands/write.ts';
import {
  activityViewId,
  backendUrlSetting,
  type DoneStep,
  doneContextKey,
  grantsContextKey,
  importNamesKey,
  importsViewId,
  keptDefaultsKey,
  keptImportsKey,
  providerId,
  registerCommands,
  sessionContextKey,
} from './contributions.ts';
import { createEnvironmentList, grantsOf, type KeptDefaults, sessionOf } from './environment-list.ts';
import { createEvent } from './event.ts';
import { registerTexts } from './failures/show-text.ts';
import type { Host, Situation } from './failures/situation.ts';
import { type State, updateInTurn } from './state.ts';
import type { Write } from './views/activity-pages.ts';
import type { ActivityNode } from './views/activity-tree.ts';
import { createEnvironmentsTree } from './views/environments-tree.ts';
import { createAnswerHistory } from './views/past-answers.ts';
import { createStatusBarItem } from './views/status-bar-item.ts';
import { createIntentions } from './writes/intentions.ts';
import { createSentRequests } from './writes/sent-requests.ts';

/** Puts the parts together. It calls nobody: the first look at the view, or the first command, does. */
export function activate(context: vscode.ExtensionContext): void {
  const channel = vscode.window.createOutputChannel('Pearsana', { log: true });
  const readUrl = () => String(vscode.workspace.getConfiguration().get(backendUrlSetting) ?? '');
  const host = hostOf(context.extension.extensionKind);
  const situation = (): Situation => ({ ...host, backend: readUrl() });

  const state = updateInTurn(context.globalState);
  const sessions = createSessionStore(context.secrets);
  const history = createAnswerHistory();
  const log = createCallLog(channel);
  const backend = createBackend({ readUrl, sessions, log, onEnded: history.record });
  const list = createEnvironmentList(backend.environments, keptDefaults(state));
  const tree = createEnvironmentsTree({ list, history, situation });

  const urlChanges = createEvent<void>();
  const inTest = context.extensionMode === vscode.ExtensionMode.Test;
  const { browser, registrations } = listenToBrowser(context.extension.id, backend.redeem);
  const signIn = createSignInCommand({
    ...{ backend, browser, list, situation, inTest },
    onDidChangeUrl: urlChanges.event,
  });
  const signOut = createSignOutCommand({ backend, list, situation });
  const provider = createProvider({
    current: backend.session,
    signIn: async () => 'signedInTo' in ((await signIn()) ?? {}),
    signOut: async () => signOut(),
  });
  const drafts: LeftDrafts = new Map();
  const onOtherSession = () => {
    drafts.clear();
    list.invalidate();
    void provider.refresh();
  };

  // A test has nobody who could.
  const isSignedIn = async () => inTest || (await backend.session()) !== undefined;
  const signedIn = <Given extends unknown[], Result>(act: (...given: Given) => Result | Promise<Result>) =>
    signInFirst(act, { isSignedIn, signIn });

  const intentions = createIntentions(state);
  const reading = { backend, list, situation };
  const sent = createSentRequests();
  const resolutions = createEvent<Write>();
  const changes = new vscode.EventEmitter<ActivityNode | ActivityNode[] | undefined>();
  const view: vscode.TreeView<ActivityNode> = vscode.window.createTreeView<ActivityNode>(activityViewId, {
    canSelectMany: true,
    treeDataProvider: {
      onDidChangeTreeData: changes.event,
      getTreeItem: async (node) => (await activity()).item(node),
      getChildren: async (node) => (await activity()).children(node),
    },
  });
  const activity = once(async () => {
    const { createActivity } = await import('./commands/activity.ts');
    const { subscriptions, extension } = context;
    const version = String(extension.packageJSON.version);
    const { createImportNames } = await import('./imports/import-names.ts');
    const names = createImportNames(state, importNamesKey);
    const own = { sent, subscriptions, version, names, onResolved: resolutions.fire };
    return createActivity({ ...reading, view, changes, ...own });
  });
  const onWritten: WriteDependencies['onWritten'] = (what) =>
    void activity().then((own) => own.written(what));
  const writing = once(async (): Promise<WriteDependencies> => {
    const { wizardInput: input } = await import('./forms/wizard-input.ts');
    const { createLastEntries } = await import('./forms/last-entries.ts');
    const asking = { input, drafts, lastEntries: createLastEntries(state) };
    return { ...reading, ...asking, intentions, sent, onWritten, inTest };
  });
  const writes = once(async () => {
    const { createWriteCommands } = await import('./commands/write-commands.ts');
    return createWriteCommands(await writing());
  });

  const importChanges = new vscode.EventEmitter<undefined>();
  const onDidChange = () => importChanges.fire(undefined);
  const imports = once(async () => {
    const { createImports } = await import('./commands/imports.ts');
    const { subscriptions } = context;
    const own = { state, subscriptions, onDidChange, onResolved: resolutions.event };
    return createImports({ ...(await writing()), ...own });
  });
  // What a window left is offered once the extension is active again.
  if (state.get(keptImportsKey) !== undefined) void imports();

  context.subscriptions.push(
    channel,
    sessions,
    tree,
    createStatusBarItem({ backend, list, history, situation }),
    view,
    changes,
    importChanges,
    vscode.window.registerTreeDataProvider<ImportNode>(importsViewId, {
      onDidChangeTreeData: importChanges.event,
      getTreeItem: ({ item }) => item,
      getChildren: async (node) => (node ? [] : (await imports()).rows()),
    }),
    registrations,
    registerTexts(),
    vscode.window.tabGroups.onDidChangeTabs(({ opened, changed }) => {
      // The walkthrough is in a tab of which VS Code says nothing.
      if (done.size > 0 && [...opened, ...changed].some(({ input }) => input === undefined)) showDone();
    }),
    sessions.onDidChange(() => {
      // What one key was told is not shown under the next.
      history.clear(Date.now());
      onOtherSession();
    }),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (!change.affectsConfiguration(backendUrlSetting)) return;
      onOtherSession();
      urlChanges.fire();
    }),
    list.onDidChange((change) => {
      if (change === 'stale') onDidChange();
      const state = list.state();
      if (state.kind === 'unknown') return;
      setContext(sessionContextKey, sessionOf(state));
      if (sessionOf(state) === 'signedIn') complete('signedIn');
      setContext(grantsContextKey, grantsOf(state));
      // How many outcomes are unknown is on the view's badge, whether it is open or not.
      if (change === 'loaded' && state.kind === 'listed') void activity();
    }),
    vscode.authentication.registerAuthenticationProvider(providerId, 'Pearsana BFF', provider, {
      supportsMultipleAccounts: false,
    }),
    ...registerCommands(vscode.commands.registerCommand, {
      'pearsana.ping': completing('pinged', signedIn(createPingCommand(reading))),
      'pearsana.health': signedIn(createHealthCommand(reading)),
      'pearsana.scopes': signedIn(createScopesCommand(reading)),
      'pearsana.createUser': signedIn(whenUsed(async () => (await writes()).createUser)),
      'pearsana.invite': completing('invited', signedIn(whenUsed(async () => (await writes()).invite))),
      'pearsana.submitDocument': signedIn(whenUsed(async () => (await writes()).submitDocument)),
      'pearsana.saveResults': whenUsed(async () => (await import('./commands/save-results.ts')).saveResults),
      'pearsana.importFile': completing(
        'imported',
        signedIn(whenUsed(async () => (await imports()).importFile)),
      ),
      'pearsana.checkFile': signedIn(whenUsed(async () => (await imports()).checkFile)),
      ...commandsOf(imports, 'newImportFile', 'pauseImport', 'continueImport', 'stopImport'),
      ...commandsOf(imports, 'showImportResults'),
      'pearsana.resolve': signedIn(whenUsed(async () => (await activity()).resolve)),
      ...commandsOf(activity, 'showWrite', 'copyRequestId', 'copyPearsanaId', 'copyForSupport'),
      ...commandsOf(activity, 'copyAsCurl', 'copyAsTypeScript', 'sendAgain', 'showMoreActivity'),
      ...commandsOf(activity, 'filterActivity', 'filterByPerson', 'clearActivityFilter'),
      'pearsana.chooseEnvironment': signedIn(
        whenUsed(async () => {
          const { createChooseEnvironmentCommand } = await import('./commands/choose-environment.ts');
          return createChooseEnvironmentCommand(list, situation);
        }),
      ),
      'pearsana.refresh': createRefreshCommand(list),
      'pearsana.signIn': signIn,
      'pearsana.signOut': signOut,
      'pearsana.startBackend': whenUsed(async () => {
        const { createStartBackendCommand } = await import('./commands/start-backend.ts');
        return createStartBackendCommand(reading);
      }),
      'pearsana.checkEverything': whenUsed(async () => {
        const { createCheckEverythingCommand } = await import('./commands/check-everything.ts');
        return createCheckEverythingCommand(reading);
      }),
      'pearsana.showLog': () => {
        channel.show();
        return undefined;
      },
    }),
  );
}

/** A browser comes back to this window by a URI of the extension's own. */
function listenToBrowser(extensionId: string, redeem: Backend['redeem']) {
  const callback = vscode.Uri.parse(`${vscode.env.uriScheme}://${extensionId}${callbackPath}`);
  const browser = createBrowserSignIns({
    callbackUri: async () => (await vscode.env.asExternalUri(callback)).toString(true),
    redeem,
  });
  const registrations = vscode.window.registerUriHandler({
    handleUri(uri) {
      if (browser.handle(uri)) return;
      void vscode.window.showWarningMessage(
        'This window is not waiting for a sign-in: that sign-in started in another window, or has ended. Nothing was changed here.',
      );
    },
  });
  return { browser, registrations };
}

function setContext(key: string, value: string | boolean | undefined): void {
  void vscode.commands.executeCommand('setContext', key, value);
}

/** The default environment of each BFF, as VS Code keeps it for all windows. */
function keptDefaults(state: State): KeptDefaults {
  const all = () => state.get<Record<string, string>>(keptDefaultsKey) ?? {};
  return {
    get: (origin) => all()[origin],
    set: (origin, id) => state.update(keptDefaultsKey, { ...all(), [origin]: id }),
  };
}

const done = new Set<DoneStep>();

/** Completes a step of the walkthrough. */
function complete(step: DoneStep): void {
  done.add(step);
  showDone();
}

function showDone(): void {
  setContext(doneContextKey, [...done].join(' '));
  setContext(doneContextKey, undefined);
}

/** A command that completes a step of the walkthrough, once it has done what it is for. */
function completing<Result>(
  step: DoneStep,
  act: (...given: unknown[]) => Result | Promise<Result>,
): (...given: unknown[]) => Promise<Result> {
  return async (...given) => {
    const result = await act(...given);
    if (isDone(result)) complete(step);
    return result;
  };
}

function isDone(result: unknown): boolean {
  if (typeof result !== 'object' || result === null || 'error' in result) return false;
  return !('end' in result) || result.end === 'finished';
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

/** A command whose code is evaluated when it is first used, so that the extension starts as quickly without it. */
function whenUsed<Arguments extends unknown[], Result>(
  load: () => Promise<(...given: Arguments) => Promise<Result>>,
): (...given: Arguments) => Promise<Result> {
  const loaded = once(load);
  return async (...given) => (await loaded())(...given);
}

/** Those commands of a part that need nobody signed in, by their ids; the part is loaded when one of them is first used. */
function commandsOf<
  Name extends string,
  Part extends Record<Name, (...given: unknown[]) => Promise<unknown>>,
>(part: () => Promise<Part>, ...names: Name[]) {
  const commands = names.map((name) => [`pearsana.${name}`, whenUsed(async () => (await part())[name])]);
  return Object.fromEntries(commands) as { [Each in Name as `pearsana.${Each}`]: Part[Each] };
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
