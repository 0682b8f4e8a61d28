import * as vscode from 'vscode';
import type { ImportRecord } from '../../../shared/import-record.ts';
import type { CheckedRow } from '../../../shared/imports/check-roster.ts';
import { createImportCalls } from '../../../shared/imports/client-calls.ts';
import type { ImportCalls } from '../../../shared/imports/import-calls.ts';
import { openImportOf } from '../../../shared/imports/open-import.ts';
import { type ImportPlan, planImport } from '../../../shared/imports/plan-import.ts';
import type { ImportArgument } from '../contributions.ts';
import { CommandError } from '../failures/command-failure.ts';
import type { ColumnsDraft } from '../imports/column-steps.ts';
import { checkImportFile, type ImportFile } from '../imports/import-file.ts';
import { plain } from '../plain-text.ts';
import type { Target } from '../writes/send-once.ts';
import { askForColumns } from './ask-for-columns.ts';
import { findTarget, loadList } from './find-target.ts';
import type { ImportDiagnostics } from './import-diagnostics.ts';
import { chooseRoster, documentFaults, nameOf, readRosterBytes, requestMaker } from './roster-source.ts';
import type { WriteDependencies } from './write.ts';

/** All that is known before a person reviews an import. Nothing has been announced or sent. */
export type PreparedImport = {
  uri: vscode.Uri;
  columns: ColumnsDraft;
  target: Target;
  file: ImportFile;
  calls: ImportCalls<CheckedRow>;
  plan: ImportPlan<CheckedRow>;
  /** How many rows a minute may be sent; undefined where the BFF does not say. */
  perMinute: number | undefined;
  /** The import of this very file that is still open. */
  open: ImportRecord | undefined;
};

/**
 * Asks for a file, what it is for and where it goes, checks it, and asks the BFF what was sent before. Undefined when the
 * user gave up.
 * @throws CommandError when the file as such cannot be imported.
 */
export async function prepareImport(
  given: vscode.Uri | undefined,
  wanted: ImportArgument,
  {
    list,
    input,
    diagnostics,
    backend,
  }: Pick<WriteDependencies, 'list' | 'input' | 'backend'> & { diagnostics: ImportDiagnostics },
): Promise<PreparedImport | undefined> {
  const { fileLimits } = await loadList(list);
  const uri = await chooseRoster(given);
  if (!uri) return undefined;
  const name = plain(nameOf(uri), 60);
  const bytes = await readRosterBytes(uri);
  const columns = await askForColumns(name, bytes, wanted, input);
  if (!columns) return undefined;
  const { operation } = columns;
  const target = await findTarget(list, [operation], { title: `Import ${name}`, named: wanted.environment });
  if (!target) return undefined;

  const file = await whileShown(`Checking ${name}…`, () =>
    checkImportFile(bytes, operation, columns, documentFaults(uri, operation, fileLimits.document)),
  );
  diagnostics.checked(uri, file);
  const [fault] = file.roster.faults;
  if (fault) {
    const place = fault.line === undefined ? '' : `, line ${fault.line}`;
    throw new CommandError('IMPORT_NOT_USABLE', `${name}${place}: ${plain(fault.message)}`);
  }

  const { id: environment, protected: isProtected } = target.environment;
  const { digest } = file;
  const client = backend.imports(target.origin);
  const calls = createImportCalls<CheckedRow>(client, {
    ...{ environment, operation, digest, again: false },
    // Its name and the number are typed before anything is announced.
    confirm: isProtected ? environment : undefined,
    requestOf: requestMaker(uri),
  });
  const ready = file.rows.filter(({ faults }) => faults.length === 0);
  return whileShown('Asking the BFF what was sent before…', async () => {
    const plan = await planImport(ready, calls);
    const { imports, perMinute } = await client.imports({ environment });
    const { caller, toSend } = plan;
    const open = openImportOf(imports, { caller, operation, digest, rows: toSend.length });
    return { uri, columns, target, file, calls, plan, perMinute: open?.perMinute ?? perMinute, open };
  });
}

/** In the status bar: it is over soon, and messages that matter come after it. */
function whileShown<Value>(title: string, act: () => Promise<Value>): Thenable<Value> {
  return vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, act);
}
