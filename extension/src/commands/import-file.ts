import * as vscode from 'vscode';
import type { ImportRecord } from '../../../shared/import-record.ts';
import { createImportCalls } from '../../../shared/imports/client-calls.ts';
import { type ImportPlan, planImport } from '../../../shared/imports/plan-import.ts';
import type { RowResult } from '../../../shared/imports/result-files.ts';
import type { Failed, ImportArgument, ImportResult } from '../contributions.ts';
import { backendChanged, CommandError } from '../failures/command-failure.ts';
import { runWizard } from '../forms/wizard.ts';
import { type ColumnsDraft, importTitles } from '../imports/column-steps.ts';
import { checkImportFile, type FileRow, type ImportFile } from '../imports/import-file.ts';
import { type ReviewDraft, reviewSteps } from '../imports/import-review.ts';
import { createImportRun, type ImportRun, type RunEnd } from '../imports/import-run.ts';
import { countRows, countWords, rowWords } from '../imports/import-words.ts';
import type { KeptImport, KeptImports } from '../imports/kept-imports.ts';
import { plain } from '../plain-text.ts';
import { kindWords } from '../views/environment-words.ts';
import type { Target } from '../writes/send-once.ts';
import { askForColumns } from './ask-for-columns.ts';
import { findTarget, loadList } from './find-target.ts';
import type { ImportDiagnostics } from './import-diagnostics.ts';
import { type EndedImport, showImportResults } from './import-results.ts';
import { chooseRoster, documentFaults, nameOf, readRosterBytes, requestMaker } from './roster-source.ts';
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

/** A plan, and what else is known before a person reviews it. */
type Planned = {
  plan: ImportPlan<FileRow>;
  perMinute: number | undefined;
  open: ImportRecord | undefined;
};

/** From a file to its results. Undefined when the user gave up, or nothing is there to send. */
export async function importRoster(
  given: vscode.Uri | undefined,
  wanted: ImportArgument,
  dependencies: ImportDependencies,
  /** What an earlier window left; it must still be about the same. */
  left?: KeptImport,
): Promise<ImportResult | Failed | undefined> {
  const { list, input, diagnostics, backend } = dependencies;
  const { fileLimits } = await loadList(list);
  const chosen = await chooseRoster(given);
  if (!chosen) return undefined;
  const uri: vscode.Uri = chosen;
  const name = nameOf(uri);
  const bytes = await readRosterBytes(uri);
  const columns = await askForColumns(name, bytes, wanted, input);
  if (!columns) return undefined;
  const { operation } = columns;
  const title = `Import ${plain(name, 60)}`;
  const target = await findTarget(list, [operation], { title, named: wanted.environment });
  if (!target) return undefined;

  const reading = { location: vscode.ProgressLocation.Window, title: `Checking ${plain(name, 60)}…` };
  const file = await vscode.window.withProgress(reading, () =>
    checkImportFile(bytes, operation, columns, documentFaults(uri, operation, fileLimits.document)),
  );
  diagnostics.checked(uri, bytes, file);
  const [fault] = file.roster.faults;
  if (fault) {
    const place = fault.line === undefined ? '' : `, line ${fault.line}`;
    throw new CommandError('IMPORT_NOT_USABLE', `${plain(name, 80)}${place}: ${plain(fault.message)}`);
  }
  const isChanged = left !== undefined && left.digest !== file.digest;

  const { id, name: environmentName, protected: isProtected } = target.environment;
  const calls = createImportCalls<FileRow>(backend.imports(target.origin), {
    ...{ environment: id, operation, digest: file.digest, again: false },
    // Its name and the number are typed before anything is announced.
    confirm: isProtected ? id : undefined,
    requestOf: requestMaker(uri),
  });
  const ready = file.rows.filter(({ faults }) => faults.length === 0);
  const planning = { ...reading, title: 'Asking the BFF what was sent before…' };
  const planned = await vscode.window.withProgress(planning, async (): Promise<Planned> => {
    const plan = await planImport(ready, calls);
    const { imports, perMinute } = await backend.imports(target.origin).imports({ environment: id });
    const open = imports.find(
      (each) =>
        each.state === 'open' &&
        each.caller === plan.caller &&
        each.operation === operation &&
        each.digest === file.digest &&
        placesIn(each) >= plan.toSend.length,
    );
    return { plan, perMinute: open?.perMinute ?? perMinute, open };
  });
  const { plan } = planned;
  requireSame(left, plan);
  const results = new Map<FileRow, RowResult>();
  const note = (row: FileRow, end: Omit<RowResult, 'row' | 'reference'>) =>
    results.set(row, { row, reference: row.reference, ...end, at: new Date().toISOString() });
  for (const row of file.rows) {
    const message = row.faults.map((each) => each.message).join('; ');
    if (row.faults.length > 0) note(row, { state: 'invalid', code: 'VALIDATION_ERROR', message });
  }
  for (const [row, end] of plan.ends) note(row, end);

  const counts = () => countRows(results.values());
  if (plan.toSend.length === 0) {
    const result: ImportResult = { environment: id, operation, end: 'finished', counts: counts() };
    if (left) await dependencies.kept.forget(left.id);
    tellEnded({ uri, file, results: inOrder(file, results), result }, bytes, diagnostics);
    return result;
  }
  const reviewed = {
    ...{ fileName: name, operation, rows: file.rows, plan, perMinute: planned.perMinute },
    environment: target.environment,
  };
  const heading = [importTitles[operation], environmentName, kindWords(target.environment)];
  if (isChanged) heading.unshift('The file has changed');
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
  if (left) await dependencies.kept.forget(left.id);

  let importId: string | undefined;
  const run = createImportRun<FileRow>({
    ...{ plan, calls, announced: planned.open, firstFive: decided.firstFive },
    timing: {
      now: () => performance.now(),
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      random: Math.random,
    },
    onAnnounced: async (record) => {
      if (importId === record.id) return;
      importId = record.id;
      await dependencies.kept.keep({
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
    if (importId !== undefined && isOver) await dependencies.kept.forget(importId);
    return { uri, file, results: inOrder(file, results), result };
  }
  const ended = sendAll();
  dependencies.onRun({ run, uri, target, operation, importId: () => importId, ended });
  showImportProgress(`${title} into ${plain(environmentName, 60)}`, run);
  const all = await ended;
  dependencies.onWritten(id);
  void list.update();
  tellEnded(all, bytes, diagnostics);
  return all.result;
}

function tellEnded(ended: EndedImport, bytes: Uint8Array, diagnostics: ImportDiagnostics): void {
  diagnostics.ended(ended.uri, bytes, ended.file, ended.results);
  showImportResults(ended);
}

/** How many rows of what was announced may still be sent. */
function placesIn({ rows, counts }: ImportRecord): number {
  return rows - counts.succeeded - counts.unknown - counts.in_flight;
}

/** @throws CommandError when somebody else, or another BFF, would continue what was left. */
function requireSame(left: KeptImport | undefined, { caller, journal }: ImportPlan<FileRow>): void {
  if (!left) return;
  if (left.journal !== journal)
    throw new CommandError(
      'IMPORT_NOT_USABLE',
      'Another BFF answers now, or one with another data directory. It does not know what was sent, so the import cannot be continued.',
    );
  if (left.caller !== caller)
    throw new CommandError(
      'IMPORT_NOT_USABLE',
      'Somebody else began this import. Sign in as that person to continue it, or import the file as your own.',
    );
}

function inOrder(file: ImportFile, results: ReadonlyMap<FileRow, RowResult>): RowResult[] {
  return file.rows.flatMap((row) => results.get(row) ?? []);
}

/** As in “120 rows: 100 done, 20 refused”. */
export function endWords({ results, result }: EndedImport): string {
  return `${rowWords(results.length)}: ${countWords(result.counts)}`;
}
