import type * as vscode from 'vscode';
import type { CheckedRow } from '../../../shared/imports/check-roster.ts';
import type { RowResult } from '../../../shared/imports/result-files.ts';
import type { Failed, ImportArgument, ImportResult } from '../contributions.ts';
import { backendChanged, CommandError } from '../failures/command-failure.ts';
import { runWizard } from '../forms/wizard.ts';
import { type ColumnsDraft, importTitles } from '../imports/column-steps.ts';
import type { ImportFile } from '../imports/import-file.ts';
import { type ReviewDraft, reviewSteps } from '../imports/import-review.ts';
import { createImportRun, type ImportRun, type RunEnd } from '../imports/import-run.ts';
import { countRows } from '../imports/import-words.ts';
import { differenceFrom, type KeptImport, type KeptImports } from '../imports/kept-imports.ts';
import { plain } from '../plain-text.ts';
import { kindWords } from '../views/environment-words.ts';
import type { Target } from '../writes/send-once.ts';
import type { ImportDiagnostics } from './import-diagnostics.ts';
import { type EndedImport, showImportResults } from './import-results.ts';
import { prepareImport } from './prepare-import.ts';
import { nameOf } from './roster-source.ts';
import { showImportProgress } from './show-import-progress.ts';
import type { WriteDependencies } from './write.ts';

export type ImportDependencies = Pick<
  WriteDependencies,
  'backend' | 'list' | 'situation' | 'input' | 'inTest' | 'onWritten'
> & { diagnostics: ImportDiagnostics; kept: KeptImports; onRun: (started: StartedImport) => void };

/** An import of this window, from its first row on. */
export type StartedImport = {
  run: ImportRun;
  uri: vscode.Uri;
  target: Target;
  operation: ColumnsDraft['operation'];
  /** The BFF's name for it, once it has one. */
  importId: () => string | undefined;
  /** Resolves once every row has its end. */
  ended: Promise<EndedImport>;
};

/** From a file to its results. Undefined when the user gave up, or nothing is there to send. */
export async function importRoster(
  given: vscode.Uri | undefined,
  wanted: ImportArgument,
  dependencies: ImportDependencies,
  /** What an earlier window left; it must still be about the same. */
  left?: KeptImport,
): Promise<ImportResult | Failed | undefined> {
  const { list, input, diagnostics, backend, kept } = dependencies;
  const prepared = await prepareImport(given, wanted, dependencies);
  if (!prepared) return undefined;
  const { uri, columns, target, file, calls, plan } = prepared;
  const { operation } = columns;
  const name = nameOf(uri);
  const { id, name: environmentName, protected: isProtected } = target.environment;
  const difference = left && differenceFrom(left, plan);
  if (difference !== undefined) throw new CommandError('IMPORT_NOT_USABLE', difference);
  const results = new Map<CheckedRow, RowResult>();
  const note = (row: CheckedRow, end: Omit<RowResult, 'row' | 'reference'>) =>
    results.set(row, { row, reference: row.reference, ...end, at: new Date().toISOString() });
  for (const row of file.rows) {
    const message = row.faults.map((each) => each.message).join('; ');
    if (row.faults.length > 0) note(row, { state: 'invalid', code: 'VALIDATION_ERROR', message });
  }
  for (const [row, end] of plan.ends) note(row, end);

  const counts = () => countRows(results.values());
  if (plan.toSend.length === 0) {
    const result: ImportResult = { environment: id, operation, end: 'finished', counts: counts() };
    if (left) await kept.forget(left.id);
    tellEnded({ uri, file, results: inOrder(file, results), result }, diagnostics);
    return result;
  }
  const reviewed = {
    ...{ fileName: name, operation, rows: file.rows, plan, perMinute: prepared.perMinute },
    environment: target.environment,
  };
  const heading = [importTitles[operation], environmentName, kindWords(target.environment)];
  if (left && left.digest !== file.digest) heading.unshift('The file has changed');
  const decided = wanted.confirm
    ? { firstFive: false }
    : await runWizard<ReviewDraft>(
        {
          title: plain(heading.filter(Boolean).join(' · '), 120),
          draft: { firstFive: isProtected },
          steps: () => reviewSteps(reviewed),
        },
        input,
      );
  if (!decided) return undefined;
  if (backend.origin() !== target.origin) throw backendChanged();
  if (left) await kept.forget(left.id);

  let importId: string | undefined;
  const run = createImportRun<CheckedRow>({
    ...{ plan, calls, announced: prepared.open, firstFive: decided.firstFive },
    timing: {
      now: () => performance.now(),
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      random: Math.random,
    },
    onAnnounced: async (record) => {
      if (importId === record.id) return;
      importId = record.id;
      await kept.keep({
        ...{ id: record.id, origin: target.origin, environment: id, operation, uri: uri.toString() },
        ...{ caller: plan.caller, journal: plan.journal, digest: file.digest, seenAt: Date.now() },
        columns: { map: columns.map, set: columns.set },
      });
    },
    onRow: note,
  });

  async function sendAll(): Promise<EndedImport> {
    const { end, failure }: RunEnd = await run.start();
    const result: ImportResult = {
      ...{ environment: id, operation, end, counts: counts() },
      ...(importId !== undefined && { importId }),
      ...(failure && {
        error: { ...failure, source: 'extension' as const, retryable: false, environment: id },
      }),
    };
    // Whoever stopped it has decided, here or elsewhere; what another failure stopped may be continued.
    const isOver = end !== 'stopped' || failure?.code.startsWith('IMPORT_');
    if (importId !== undefined && isOver) await kept.forget(importId);
    return { uri, file, results: inOrder(file, results), result };
  }
  const ended = sendAll();
  dependencies.onRun({ run, uri, target, operation, importId: () => importId, ended });
  showImportProgress(`Import ${plain(name, 60)} into ${plain(environmentName, 60)}`, run);
  const all = await ended;
  dependencies.onWritten(id);
  void list.update();
  tellEnded(all, diagnostics);
  return all.result;
}

function tellEnded(ended: EndedImport, diagnostics: ImportDiagnostics): void {
  diagnostics.ended(ended.uri, ended.file, ended.results);
  showImportResults(ended);
}

function inOrder(file: ImportFile, results: ReadonlyMap<CheckedRow, RowResult>): RowResult[] {
  return file.rows.flatMap((row) => results.get(row) ?? []);
}
