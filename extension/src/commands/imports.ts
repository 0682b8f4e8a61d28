import * as vscode from 'vscode';
import type { ActivityEntry } from '../../../shared/activity.ts';
import type { ExternalReference } from '../../../shared/fields.ts';
import type { ImportRecord } from '../../../shared/import-record.ts';
import { countRows } from '../../../shared/imports/count-rows.ts';
import {
  type CommandHandlers,
  type ImportArgument,
  type ImportReference,
  importingContextKey,
  importNamesKey,
  importsViewId,
  keptImportsKey,
} from '../contributions.ts';
import type { Event } from '../event.ts';
import { CommandError } from '../failures/command-failure.ts';
import { showMessage } from '../failures/show-message.ts';
import { isTextKnown, replaceText, type ShownText, showText } from '../failures/show-text.ts';
import { tellFailures } from '../failures/tell-failures.ts';
import { createImportNames } from '../imports/import-names.ts';
import { resultOfWrite } from '../imports/import-results-text.ts';
import { numberWords } from '../imports/import-words.ts';
import { createKeptImports, heartbeatMs, type KeptImport, silentMs } from '../imports/kept-imports.ts';
import { resolvedRow } from '../imports/resolved-rows.ts';
import { later } from '../later.ts';
import { plain } from '../plain-text.ts';
import type { State } from '../state.ts';
import type { Write } from '../views/activity-pages.ts';
import { openImportItem, runItem } from '../views/import-item.ts';
import { createImportStatusItem } from '../views/import-status-item.ts';
import { checkFile } from './check-file.ts';
import { explorerFiles, nameOf } from './document-files.ts';
import { readImportArgument, readImportReference } from './import-argument.ts';
import { createImportDiagnostics } from './import-diagnostics.ts';
import { type ImportDependencies, importRoster, type StartedImport } from './import-file.ts';
import { type EndedImport, importResultsPage, showImportResults } from './import-results.ts';
import { createNewImportFileCommand } from './new-import-file.ts';
import { askToContinue } from './show-import-progress.ts';
import { createRowMarks } from './show-row-marks.ts';

export type ImportsDependencies = Omit<
  ImportDependencies,
  'diagnostics' | 'marks' | 'kept' | 'names' | 'onRun' | 'importFile'
> & {
  state: State;
  /** Told when what the view shows has changed. */
  onDidChange: () => void;
  /** A person has found out what became of a write. */
  onResolved: Event<Write>;
  subscriptions: vscode.Disposable[];
};

/** A line of the view is what its commands are given, with how it looks. */
export type ImportNode = Partial<ImportReference> & { item: vscode.TreeItem };

type OwnRun = StartedImport & { id: string; end?: EndedImport; looked?: boolean };

type ImportCommands =
  | 'importFile'
  | 'checkFile'
  | 'newImportFile'
  | 'pauseImport'
  | 'continueImport'
  | 'stopImport'
  | 'showImportResults';

export type Imports = {
  [Name in ImportCommands]: (
    ...given: Parameters<CommandHandlers[`pearsana.${Name}`]>
  ) => Promise<Awaited<ReturnType<CommandHandlers[`pearsana.${Name}`]>>>;
} & { rows: () => Promise<ImportNode[]> };

/** The BFF is asked for open imports no more often than this; ms. */
const openForMs = 15_000;

/** The view and the status bar follow a few times a second; ms. */
const showEveryMs = 300;

/** So many rows of an import are asked for, fifty at a time. */
const mostShown = 1_000;

/** All that imports need; loaded when the first one is begun, looked at or left over. */
export function createImports(dependencies: ImportsDependencies): Imports {
  const { backend, list, situation, sent, inTest, state, onDidChange, onResolved, subscriptions } =
    dependencies;
  const collection = vscode.languages.createDiagnosticCollection('pearsana');
  const marks = createRowMarks((...asked) => void askOnceMore(...asked).catch(() => {}));
  const kept = createKeptImports(state, keptImportsKey);
  const names = createImportNames(state, importNamesKey);
  const status = createImportStatusItem();
  const runs: OwnRun[] = [];
  /** What the BFF said of open imports: while one runs, the view is drawn too often to ask each time. */
  const open: { at: number; records: ImportRecord[] } = { at: 0, records: [] };
  const diagnostics = createImportDiagnostics(collection);
  const importing: ImportDependencies = {
    ...dependencies,
    ...{ kept, names, diagnostics, marks, onRun },
    importFile: tellFailures(situation, (uri: vscode.Uri, wanted: ImportArgument) =>
      importRoster(uri, wanted, importing),
    ),
  };

  /** What a command is called with: a file of the explorer or of an editor, or what somebody says of it. */
  function sourceOf(argument: unknown, more: unknown): [vscode.Uri | undefined, ImportArgument] {
    const [clicked] = explorerFiles(argument, more) ?? [];
    const wanted = readImportArgument(clicked ? undefined : argument, { inTest });
    return [clicked ?? (wanted.uri === undefined ? undefined : vscode.Uri.parse(wanted.uri, true)), wanted];
  }

  function onRun(started: StartedImport): void {
    const own: OwnRun = { ...started, id: `${runs.length + 1}` };
    runs.unshift(own);
    const show = () => showRun(own);
    const subscription = own.run.onDidChange(later(show, showEveryMs));
    const heartbeat = setInterval(() => {
      const id = own.importId();
      if (id !== undefined) void kept.seen(id, Date.now());
    }, heartbeatMs);
    void own.ended.then((end) => {
      own.end = end;
      clearInterval(heartbeat);
      subscription.dispose();
      show();
    });
    show();
    // There it can be paused and stopped. The keyboard stays where it is.
    void vscode.commands.executeCommand(`${importsViewId}.focus`, { preserveFocus: true });
  }

  function showRun(own: OwnRun): void {
    const isRunning = runs.some(({ end }) => !end);
    void vscode.commands.executeCommand('setContext', importingContextKey, isRunning);
    // Who has looked at the results has no need of it any more.
    if (own === runs[0] && !(own.end && own.looked)) status.show({ ...own, end: own.end?.result });
    onDidChange();
  }

  /** Says of the row what a person has found out, wherever this window shows it. */
  function showResolved(write: Write): void {
    marks.resolved(write);
    for (const own of runs) {
      const importId = own.importId();
      const changed = own.resolve(write);
      for (const { row } of changed) diagnostics.resolved(own.source, row);
      if (!own.end || changed.length === 0) continue;
      const results = own.end.results.map((each) => resolvedRow(each, write, importId));
      own.end = { ...own.end, results, result: { ...own.end.result, counts: countRows(results) } };
      replaceText(pageOf(own.id, own.end));
      showRun(own);
    }
    const { environment, importId } = write;
    if (importId !== undefined && isTextKnown(`import ${importId}`))
      void pageFromActivity({ environment, importId }).then(replaceText, () => {});
  }

  /** Finds what was found out in another window, or on the command line. What cannot be asked stays as it was. */
  async function askOnceMore(environment: string, people: readonly ExternalReference[]): Promise<void> {
    for (const { namespace, externalId } of people) {
      const { activity } = await backend.activity({ environment, namespace, externalId });
      for (const write of activity) if (write.resolved) showResolved({ ...write, environment });
    }
  }

  const pageOf = (key: string, { source, result, results }: EndedImport): ShownText =>
    importResultsPage({ name: source.name, environment: result.environment, key }, results);

  /** @param reference from the palette there is none: the newest that has not ended is meant. */
  const ownRun = (reference?: ImportReference): OwnRun => {
    const own = runs.find(({ id, end }) =>
      reference ? 'run' in reference && reference.run === id : end === undefined,
    );
    if (own) return own;
    throw new CommandError('IMPORT_NOT_USABLE', 'This import was not started in this window.');
  };
  const forRun = (act: (own: OwnRun) => void) =>
    tellFailures(situation, async (argument?: unknown) => {
      act(ownRun(argument === undefined ? undefined : readImportReference(argument)));
      return undefined;
    });

  /** What the BFF knows of an import's rows, whichever window sent them. */
  async function pageFromActivity({
    environment,
    importId,
  }: {
    environment: string;
    importId: string;
  }): Promise<ShownText> {
    const writes: ActivityEntry[] = [];
    let before: string | undefined;
    do {
      const page = await backend.activity({ environment, import: importId, ...(before && { before }) });
      writes.push(...page.activity.filter((each) => each.importId === importId));
      before = page.next ?? undefined;
    } while (before !== undefined && writes.length < mostShown);
    const lines = writes.map((each) => resultOfWrite(each, sent.reasonOf(each.requestId)));
    const more = before === undefined ? '' : ` (the newest ${numberWords(mostShown)} rows)`;
    const name = names.of(importId) ?? importId;
    return importResultsPage({ name, environment, key: importId, more }, lines);
  }

  async function openIn(environment: string, origin: string): Promise<ImportRecord[]> {
    // An older BFF has no imports.
    const { imports } = await backend
      .imports(origin)
      .imports({ environment })
      .catch(() => ({ imports: [] as ImportRecord[] }));
    return imports.filter((each) => each.state === 'open');
  }

  /** Asks the BFF for open imports, unless it was asked a moment ago. @returns whether it was asked. */
  async function askForOpen(): Promise<boolean> {
    const isStale = list.state().kind === 'unknown';
    const listed = isStale ? await list.load() : list.state();
    if (listed.kind !== 'listed' || (!isStale && Date.now() - open.at <= openForMs)) return false;
    const { environments, origin } = listed;
    open.at = Date.now();
    open.records = (await Promise.all(environments.map(({ id }) => openIn(id, origin)))).flat();
    return true;
  }

  /** Offers to continue what a window left that was closed or reloaded meanwhile. */
  function offerLeft(): void {
    const mine = new Set(runs.map(({ importId }) => importId()));
    for (const left of kept.left(Date.now()).filter(({ id }) => !mine.has(id))) {
      const name = plain(nameOf(vscode.Uri.parse(left.uri)), 80);
      showMessage(
        'information',
        `The import of ${name} into ${plain(left.environment, 60)} has not finished.`,
        [
          { title: 'Continue…', act: () => continueLeft(left) },
          { title: 'Do Not Continue', act: () => kept.forget(left.id) },
        ],
      );
    }
  }

  const continueLeft = tellFailures(situation, async (left: KeptImport) => {
    const { environment, operation, columns, origin, again } = left;
    if (backend.origin() !== origin)
      throw new CommandError('IMPORT_NOT_USABLE', `This import belongs to the BFF at ${plain(origin, 100)}.`);
    const wanted = { environment, operation, again, ...columns };
    return importRoster(vscode.Uri.parse(left.uri), wanted, importing, left);
  });

  offerLeft();
  // A window that was there a moment ago may have been reloaded, or may still be there.
  const timer = setTimeout(offerRecent(kept.left(Date.now()).map(({ id }) => id)), silentMs + 1_000);
  function offerRecent(before: readonly string[]) {
    return () => {
      if (kept.left(Date.now()).some(({ id }) => !before.includes(id))) offerLeft();
    };
  }
  subscriptions.push(collection, marks, status, onResolved(showResolved), {
    dispose: () => clearTimeout(timer),
  });

  return {
    importFile: tellFailures(situation, async (argument, more) =>
      importRoster(...sourceOf(argument, more), importing),
    ),
    checkFile: tellFailures(situation, async (argument, more) =>
      checkFile(...sourceOf(argument, more), importing),
    ),
    newImportFile: createNewImportFileCommand(situation),
    pauseImport: forRun(({ run }) => run.pause()),
    continueImport: forRun(({ run }) => run.continue()),
    stopImport: tellFailures(situation, async (argument) => {
      const reference = argument === undefined ? undefined : readImportReference(argument);
      if (!reference || 'run' in reference) {
        ownRun(reference).run.stop();
        return undefined;
      }
      const { environment, importId } = reference;
      await backend.imports(backend.origin()).stopImport({ environment, id: importId });
      open.at = 0;
      onDidChange();
      showMessage('information', 'The import was stopped. No more rows will be sent.');
      return undefined;
    }),
    showImportResults: tellFailures(situation, async (argument) => {
      const reference = readImportReference(argument);
      const isIt = (own: OwnRun) =>
        'run' in reference ? own.id === reference.run : own.importId() === reference.importId;
      const own = runs.find(isIt);
      if (own?.end) {
        own.looked = true;
        status.looked(own.id);
        await showText(pageOf(own.id, own.end));
        showImportResults(own.end);
      } else if (own) {
        // It has none yet, and may wait for an answer to a message that has gone.
        askToContinue(own.title, own.run);
      } else if ('importId' in reference) await showText(await pageFromActivity(reference));
      return undefined;
    }),
    async rows() {
      const asking = askForOpen();
      // What this window does is shown at once, however long the BFF takes.
      if (runs.length === 0) await asking;
      else void asking.then((isNew) => isNew && onDidChange());
      const own = new Set(runs.map(({ importId }) => importId()));
      return [
        ...runs.map(({ id, end, ...run }) => ({ run: id, item: runItem({ id, ...run, end: end?.result }) })),
        ...open.records
          .filter(({ id }) => !own.has(id))
          .map((record) => ({
            ...{ environment: record.environment, importId: record.id },
            item: openImportItem(record),
          })),
      ];
    },
  };
}
