import * as vscode from 'vscode';
import type { ImportRecord } from '../../../shared/import-record.ts';
import {
  type CommandHandlers,
  type ImportArgument,
  type ImportReference,
  keptImportsKey,
} from '../contributions.ts';
import { CommandError } from '../failures/command-failure.ts';
import { showMessage } from '../failures/show-message.ts';
import { tellFailures } from '../failures/tell-failures.ts';
import { readImportArgument, readImportReference } from '../imports/import-argument.ts';
import { createKeptImports, heartbeatMs, type KeptImport, silentMs } from '../imports/kept-imports.ts';
import { plain } from '../plain-text.ts';
import { openImportItem, runItem } from '../views/import-item.ts';
import { checkFile } from './check-file.ts';
import { explorerFiles } from './document-files.ts';
import { createImportDiagnostics } from './import-diagnostics.ts';
import { type ImportDependencies, importRoster, type StartedImport } from './import-file.ts';
import { type EndedImport, showImportResults } from './import-results.ts';
import { createNewImportFileCommand } from './new-import-file.ts';
import { nameOf } from './roster-source.ts';
import { createRowMarks } from './show-row-marks.ts';

export type ImportsDependencies = Omit<
  ImportDependencies,
  'diagnostics' | 'marks' | 'kept' | 'onRun' | 'importFile'
> & {
  state: vscode.Memento;
  /** Told when what the view shows has changed. */
  onDidChange: () => void;
  subscriptions: vscode.Disposable[];
};

/** A line of the view is what its commands are given, with how it looks. */
export type ImportNode = Partial<ImportReference> & { item: vscode.TreeItem };

type OwnRun = StartedImport & { id: string; end?: EndedImport };

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

/** All that imports need; loaded when the first one is begun, looked at or left over. */
export function createImports(dependencies: ImportsDependencies): Imports {
  const { backend, list, situation, inTest, state, onDidChange, subscriptions } = dependencies;
  const collection = vscode.languages.createDiagnosticCollection('pearsana');
  const marks = createRowMarks();
  const kept = createKeptImports(state, keptImportsKey);
  const runs: OwnRun[] = [];
  /** What the BFF said of open imports: while one runs, the view is drawn too often to ask each time. */
  let open: { at: number; records: Promise<ImportRecord[][]> } | undefined;
  const importing: ImportDependencies = {
    ...dependencies,
    kept,
    diagnostics: createImportDiagnostics(collection),
    ...{ marks, onRun },
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
    const subscription = own.run.onDidChange(later(onDidChange));
    const heartbeat = setInterval(() => {
      const id = own.importId();
      if (id !== undefined) void kept.seen(id, Date.now());
    }, heartbeatMs);
    void own.ended.then((end) => {
      own.end = end;
      clearInterval(heartbeat);
      subscription.dispose();
      onDidChange();
    });
    onDidChange();
  }

  const ownRun = (reference: ImportReference): OwnRun => {
    const own = runs.find(({ id }) => 'run' in reference && reference.run === id);
    if (own) return own;
    throw new CommandError('IMPORT_NOT_USABLE', 'This import is not one of this window.');
  };
  const forRun = (act: (own: OwnRun) => void) =>
    tellFailures(situation, async (argument?: unknown) => {
      act(ownRun(readImportReference(argument)));
      return undefined;
    });

  async function openIn(environment: string, origin: string): Promise<ImportRecord[]> {
    // An older BFF has no imports.
    const { imports } = await backend
      .imports(origin)
      .imports({ environment })
      .catch(() => ({ imports: [] as ImportRecord[] }));
    return imports.filter((each) => each.state === 'open');
  }

  /** Offers to continue what a window left that was closed or reloaded meanwhile. */
  function offerLeft(): void {
    const mine = new Set(runs.map(({ importId }) => importId()));
    for (const left of kept.left(Date.now()).filter(({ id }) => !mine.has(id))) {
      const name = plain(nameOf(vscode.Uri.parse(left.uri)), 80);
      showMessage('information', `The import of ${name} into ${plain(left.environment, 60)} has not ended.`, [
        { title: 'Continue…', act: () => continueLeft(left) },
        { title: 'Forget It', act: () => kept.forget(left.id) },
      ]);
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
  subscriptions.push(collection, marks, { dispose: () => clearTimeout(timer) });

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
      const reference = readImportReference(argument);
      if ('run' in reference) {
        ownRun(reference).run.stop();
        return undefined;
      }
      const { environment, importId } = reference;
      await backend.imports(backend.origin()).stopImport({ environment, id: importId });
      open = undefined;
      onDidChange();
      showMessage('information', 'The import was stopped. No further row of it will be sent.');
      return undefined;
    }),
    showImportResults: forRun(({ end }) => {
      if (end) showImportResults(end);
    }),
    async rows() {
      const isStale = list.state().kind === 'unknown';
      const listed = isStale ? await list.load() : list.state();
      if (listed.kind === 'listed' && (isStale || !open || Date.now() - open.at > openForMs)) {
        const { environments, origin } = listed;
        open = { at: Date.now(), records: Promise.all(environments.map(({ id }) => openIn(id, origin))) };
      }
      const records = (await open?.records)?.flat() ?? [];
      const own = new Set(runs.map(({ importId }) => importId()));
      return [
        ...runs.map(({ id, end, ...run }) => ({ run: id, item: runItem({ id, ...run, end: end?.result }) })),
        ...records
          .filter(({ id }) => !own.has(id))
          .map((record) => ({
            ...{ environment: record.environment, importId: record.id },
            item: openImportItem(record),
          })),
      ];
    },
  };
}

/** At most a few times a second: a view that changes with every row would do nothing else. */
function later(act: () => void): () => void {
  let isDue = false;
  return () => {
    if (isDue) return;
    isDue = true;
    setTimeout(() => {
      isDue = false;
      act();
    }, 300);
  };
}
