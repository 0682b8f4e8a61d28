import * as vscode from 'vscode';
import type { CheckedRow } from '../../../shared/imports/check-roster.ts';
import { countRows } from '../../../shared/imports/count-rows.ts';
import { joinFaults } from '../../../shared/imports/fault.ts';
import type { RowResult } from '../../../shared/imports/result-files.ts';
import type { Failed, ImportArgument, ImportResult } from '../contributions.ts';
import { backendChanged, CommandError } from '../failures/command-failure.ts';
import type { ColumnsDraft } from '../imports/column-steps.ts';
import type { ImportNames } from '../imports/import-names.ts';
import { isFaulty } from '../imports/import-review.ts';
import { createImportRun, type ImportRun, type RunEnd } from '../imports/import-run.ts';
import { differenceFrom, type KeptImport, type KeptImports } from '../imports/kept-imports.ts';
import { type Resolved, resolvedRow } from '../imports/resolved-rows.ts';
import { marksOf } from '../imports/row-marks.ts';
import { later } from '../later.ts';
import { plain } from '../plain-text.ts';
import type { Target } from '../writes/send-once.ts';
import { type EndedImport, showImportResults } from './import-results.ts';
import { type PrepareDependencies, type PreparedImport, prepareImport } from './prepare-import.ts';
import { reviewImport } from './review-import.ts';
import type { RosterSource } from './roster-source.ts';
import { showImportProgress } from './show-import-progress.ts';
import { whileUnderWay } from './while-under-way.ts';
import type { WriteDependencies } from './write.ts';

export type ImportDependencies = Pick<WriteDependencies, 'situation' | 'inTest' | 'onWritten' | 'sent'> &
  PrepareDependencies & {
    kept: KeptImports;
    names: ImportNames;
    onRun: (started: StartedImport) => void;
    /** Begins another import, and tells its failures. */
    importFile: (uri: vscode.Uri, wanted: ImportArgument) => Promise<unknown>;
  };

/** An import of this window, from its first row on. */
export type StartedImport = {
  /** As in `Import roster.csv into sandbox`. */
  title: string;
  run: ImportRun;
  source: RosterSource;
  target: Target;
  operation: ColumnsDraft['operation'];
  /** The BFF's name for it, once it has one. */
  importId: () => string | undefined;
  /** Notes what a person has found out of a write. @returns the rows that this is about. */
  resolve: (write: Resolved) => RowResult[];
  /** Resolves once every row has its end. */
  ended: Promise<EndedImport>;
};

/** How often the lines of a file show what became of them while it is imported; ms. */
const markEveryMs = 1_000;

/** From a file to its results. Undefined when the user gave up, or nothing is there to send. */
export async function importRoster(
  given: vscode.Uri | undefined,
  wanted: ImportArgument,
  dependencies: ImportDependencies,
  /** What an earlier window left; it must still be about the same. */
  left?: KeptImport,
): Promise<ImportResult | Failed | undefined> {
  const prepared = await prepareImport(given, wanted, dependencies);
  if (!prepared) return undefined;
  const { environment } = prepared.target;
  const title = `Import ${prepared.source.name}`;
  return whileUnderWay(environment, title, () => importPrepared(prepared, wanted, dependencies, left));
}

async function importPrepared(
  prepared: PreparedImport,
  wanted: ImportArgument,
  dependencies: ImportDependencies,
  left: KeptImport | undefined,
): Promise<ImportResult | undefined> {
  const { list, input, backend, kept, diagnostics, marks } = dependencies;
  const { source, columns, target, file } = prepared;
  const { operation, map, set } = columns;
  const { id: environment, name: environmentName } = target.environment;
  const difference = left && differenceFrom(left, prepared.plan);
  if (difference !== undefined) throw new CommandError('IMPORT_NOT_USABLE', difference);
  const decided = await reviewImport(prepared, wanted, { left, input });
  if (!decided) {
    prepared.unmark();
    const faulty = source.isFolder ? undefined : file.rows.find(isFaulty);
    if (faulty) {
      const start = new vscode.Position(faulty.line - 1, 0);
      const selection = new vscode.Range(start, start);
      await vscode.window.showTextDocument(source.uri, { preview: true, selection });
    }
    return undefined;
  }
  const { plan, again, firstFive, announced } = decided;

  const results = new Map<CheckedRow, RowResult>();
  const note = (row: CheckedRow, end: Omit<RowResult, 'row' | 'reference'>) =>
    results.set(row, { row, reference: row.reference, ...end, at: new Date().toISOString() });
  for (const row of file.rows) {
    if (row.faults.length > 0)
      note(row, { state: 'invalid', code: 'VALIDATION_ERROR', message: joinFaults(row.faults) });
  }
  for (const [row, end] of plan.ends) note(row, end);
  const endedWith = (end: RunEnd['end'], more: Partial<ImportResult> = {}): EndedImport => {
    const inOrder = file.rows.flatMap((row) => results.get(row) ?? []);
    const result = { environment, operation, end, counts: countRows(inOrder), ...more };
    return { source, file, results: inOrder, result };
  };

  const showMarks = () => {
    if (source.isFolder) return;
    marks.show(source.uri, file.roster, target.environment, marksOf(file.rows, plan.known, results));
  };

  if (plan.toSend.length === 0) {
    const ended = endedWith('finished');
    if (left) await kept.forget(left.id);
    const sendAgain = () =>
      dependencies.importFile(source.uri, { environment, operation, map, set, again: true });
    diagnostics.ended(source, file, environmentName, ended.results);
    showImportResults({ ...ended, ...(ended.result.counts.known > 0 && !wanted.again && { sendAgain }) });
    return ended.result;
  }
  if (backend.origin() !== target.origin) throw backendChanged();
  if (left) await kept.forget(left.id);
  // Another file than the one that was left is announced anew: the earlier import has nothing left to send.
  if (left && left.id !== announced?.id)
    await backend
      .imports(target.origin)
      .stopImport({ environment, id: left.id })
      .catch(() => {});

  // From here on rows are sent, so somebody has looked at what was entered.
  const headers = file.roster.columns.map(({ header }) => header);
  void dependencies.lastEntries.keepColumns(headers, { operation, map, set });
  let importId: string | undefined;
  const run = createImportRun<CheckedRow>({
    ...{ plan, calls: prepared.callsFor(again), announced, firstFive },
    timing: {
      now: () => performance.now(),
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      random: Math.random,
    },
    onAnnounced: async (record) => {
      if (importId === record.id) return;
      importId = record.id;
      const [uri, columns] = [source.uri.toString(), { map, set }];
      // The ids of a folder's rows are in its names, by a pattern that is not kept.
      await dependencies.names.keep(record.id, source.name, source.isFolder ? undefined : { uri, columns });
      await kept.keep({
        ...{ id: record.id, origin: target.origin, environment, operation, uri },
        ...{ caller: plan.caller, journal: plan.journal, digest: file.digest, seenAt: Date.now() },
        ...{ rows: file.rows.length, again, columns },
      });
    },
    onRow: (row, end) => {
      note(row, end);
      if (end.code !== 'OUTCOME_UNKNOWN') dependencies.sent.noteReason(end.requestId, end.message);
      showSoon();
    },
  });
  let state = run.progress().state;
  const isOver = () => run.progress().state === 'ended';
  const tellActivity = () => {
    const isUnknown = [...results.values()].some((each) => each.state === 'unknown');
    dependencies.onWritten({ environment, isUnknown, isImport: true });
  };
  /** While it waits, somebody looks at what was sent so far: the file and Activity have all of it. */
  function show(): void {
    showMarks();
    if (state === 'asking' || state === 'paused') tellActivity();
  }
  const showSoon = later(() => isOver() || show(), markEveryMs);
  const subscription = run.onDidChange(() => {
    const before = state;
    state = run.progress().state;
    if (state !== before && !isOver()) show();
  });

  async function sendAll(): Promise<EndedImport> {
    const { end, failure }: RunEnd = await run.start();
    // Whoever stopped it has decided, here or elsewhere; what another failure stopped may be continued.
    const isOver = end !== 'stopped' || failure?.code.startsWith('IMPORT_');
    if (importId !== undefined && isOver) await kept.forget(importId);
    return endedWith(end, {
      ...(importId !== undefined && { importId }),
      ...(failure && {
        error: { ...failure, source: 'extension' as const, retryable: false, environment },
      }),
    });
  }
  function resolve(write: Resolved): RowResult[] {
    return [...results].flatMap(([row, result]) => {
      const now = resolvedRow(result, write, importId);
      if (now === result) return [];
      results.set(row, now);
      return [now];
    });
  }
  const ended = sendAll();
  const title = `Import ${plain(source.name, 60)} into ${plain(environmentName, 60)}`;
  dependencies.onRun({ title, run, source, target, operation, importId: () => importId, resolve, ended });
  showImportProgress(title, run);
  const all = await ended;
  subscription.dispose();
  tellActivity();
  if (all.result.end === 'finished') list.sentTo(target.environment);
  void list.update();
  diagnostics.ended(source, file, environmentName, all.results);
  showMarks();
  showImportResults(all);
  return all.result;
}
