import * as vscode from 'vscode';
import type { ImportOperation, ImportRecord } from '../../../shared/import-record.ts';
import type { CheckedRow } from '../../../shared/imports/check-roster.ts';
import { createImportCalls } from '../../../shared/imports/client-calls.ts';
import type { ImportCalls } from '../../../shared/imports/import-calls.ts';
import { type ImportPlan, planRoster } from '../../../shared/imports/plan-import.ts';
import type { ImportArgument } from '../contributions.ts';
import { CommandError } from '../failures/command-failure.ts';
import type { ColumnsDraft } from '../imports/column-steps.ts';
import { checkImportFile, type ImportFile } from '../imports/import-file.ts';
import { marksOf } from '../imports/row-marks.ts';
import { plain } from '../plain-text.ts';
import type { Target } from '../writes/send-once.ts';
import { askForColumns } from './ask-for-columns.ts';
import { findTarget, loadList } from './find-target.ts';
import type { ImportDiagnostics } from './import-diagnostics.ts';
import { chooseSource, documentFaults, type RosterSource, requestMaker } from './roster-source.ts';
import type { RowMarks } from './show-row-marks.ts';
import type { WriteDependencies } from './write.ts';

/** What a person has begun: the titles of its questions say it. */
type Deed = 'Import' | 'Check';

/** All that is known before a person reviews an import. Nothing has been announced or sent. */
export type PreparedImport = {
  source: RosterSource;
  columns: ColumnsDraft;
  target: Target;
  file: ImportFile;
  /** The rows that may be sent. */
  ready: readonly CheckedRow[];
  /** What will be sent unless something is to be sent again. */
  plan: ImportPlan<CheckedRow>;
  /** The calls of an import that sends rows again, or does not. */
  callsFor: (again: boolean) => ImportCalls<CheckedRow>;
  /** How many rows a minute may be sent; undefined where the BFF does not say. */
  perMinute: number | undefined;
  /** The imports that the BFF shows to the user in this environment, newest first. */
  imports: readonly ImportRecord[];
  /** Brings back what the file's lines said before, where somebody only looked. */
  unmark: () => void;
};

export type PrepareDependencies = Pick<WriteDependencies, 'list' | 'input' | 'lastEntries' | 'backend'> & {
  diagnostics: ImportDiagnostics;
  marks: RowMarks;
};

/**
 * Asks for a file, what it is for and where it goes, checks it, asks the BFF what was sent before, and shows all of that in
 * the file. Undefined when the user gave up.
 * @throws CommandError when the file as such cannot be imported.
 */
export async function prepareImport(
  given: vscode.Uri | undefined,
  wanted: ImportArgument,
  { list, input, lastEntries, diagnostics, marks, backend }: PrepareDependencies,
  deed: Deed = 'Import',
): Promise<PreparedImport | undefined> {
  const { fileLimits } = await loadList(list);
  const source = await chooseSource(given, input, deed);
  if (!source) return undefined;
  const { uri, bytes, isFolder } = source;
  const name = plain(source.name, 60);
  const folderOperation: { operation?: ImportOperation } = isFolder ? { operation: 'submitDocument' } : {};
  const saidOfIt = { ...wanted, ...folderOperation };
  const title = `${deed} ${name}`;
  const columns = await askForColumns({ name, title }, bytes, saidOfIt, { input, lastEntries });
  if (!columns) return undefined;
  const { operation } = columns;
  const target = await findTarget(list, [operation], { title, named: wanted.environment });
  if (!target) return undefined;

  const checked = await whileShown(`Checking ${name}…`, () =>
    checkImportFile(bytes, operation, columns, documentFaults(source, operation, fileLimits.document)),
  );
  const faultsBefore = diagnostics.keep(source);
  diagnostics.checked(source, checked);
  const [fault] = checked.roster.faults;
  if (fault) {
    const place = fault.line === undefined ? '' : `, line ${fault.line}`;
    throw new CommandError('IMPORT_NOT_USABLE', `${name}${place}: ${plain(fault.message)}`);
  }

  const { id: environment, protected: isProtected } = target.environment;
  const { digest } = checked;
  const client = backend.imports(target.origin);
  const callsFor = (again: boolean) =>
    createImportCalls<CheckedRow>(client, {
      ...{ environment, operation, digest, again },
      // Its name and the number are typed before anything is announced.
      confirm: isProtected ? environment : undefined,
      requestOf: requestMaker(source),
    });
  return whileShown('Asking the BFF what was sent before…', async () => {
    const ready = checked.rows.filter(({ faults }) => faults.length === 0);
    const { rows, plan } = await planRoster(checked.rows, callsFor(false));
    const file = { ...checked, rows };
    // What was mended elsewhere is no fault any more.
    diagnostics.checked(source, file);
    const shown = () => marks.show(uri, file.roster, target.environment, marksOf(file.rows, plan.known));
    const markedBefore = isFolder ? () => false : shown();
    const unmark = () => void (markedBefore() && faultsBefore());
    const { imports, perMinute } = await client.imports({ environment });
    // A BFF that does not tell the rate here tells it of each import.
    const rate = perMinute ?? imports[0]?.perMinute;
    return { source, columns, target, file, ready, plan, callsFor, perMinute: rate, imports, unmark };
  });
}

/** In the status bar: it is over soon, and messages that matter come after it. */
function whileShown<Value>(title: string, act: () => Promise<Value>): Thenable<Value> {
  return vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, act);
}
