import * as vscode from 'vscode';
import { fileField } from '../../../shared/imports/columns.ts';
import type { Fault } from '../../../shared/imports/fault.ts';
import type { RowResult } from '../../../shared/imports/result-files.ts';
import type { RosterRow } from '../../../shared/imports/roster.ts';
import { type Place, placeFinder } from '../imports/cell-places.ts';
import type { ImportFile } from '../imports/import-file.ts';
import { failedWords, isUndone } from '../imports/row-marks.ts';
import { plain } from '../plain-text.ts';
import { documentAt, type RosterSource } from './roster-source.ts';

/** What is wrong with rows, at their cells in the editor and in Problems; with a folder's documents, at their files. */
export type ImportDiagnostics = {
  /** Shows the faults of a file that was checked, in the place of what was shown of it. */
  checked: (source: RosterSource, file: ImportFile) => void;
  /** Adds what became of the rows that were not done in an environment, which is named. */
  ended: (source: RosterSource, file: ImportFile, environment: string, results: readonly RowResult[]) => void;
  /** @returns brings back what is shown of the file now. */
  keep: (source: RosterSource) => () => void;
  /** Takes away what was said of a row while its outcome was unknown. */
  resolved: (source: RosterSource, row: RosterRow) => void;
};

type Shown = Fault & { severity: vscode.DiagnosticSeverity };

const { Error: isError, Warning: isWarning, Information: isInformation } = vscode.DiagnosticSeverity;

/** VS Code shows no more of one file. */
const mostShown = 1_000;

export function createImportDiagnostics(collection: vscode.DiagnosticCollection): ImportDiagnostics {
  /** The documents of a folder that something was shown of. */
  const shownIn = new Map<string, vscode.Uri[]>();

  function show(source: RosterSource, file: ImportFile, found: readonly Shown[]): void {
    if (source.isFolder) showAtDocuments(source, file, found);
    else {
      const placeOf = placeFinder(file.roster);
      collection.set(
        source.uri,
        found.slice(0, mostShown).map((fault) => diagnosticOf(fault, placeOf(fault))),
      );
    }
  }

  function showAtDocuments({ uri, folder }: RosterSource, file: ImportFile, found: readonly Shown[]): void {
    for (const document of shownIn.get(uri.toString()) ?? []) collection.delete(document);
    const names = new Map(file.rows.map(({ line, draft }) => [line, draft[fileField]]));
    const start = { line: 0, character: 0 };
    const entries = found.flatMap((fault): [vscode.Uri, vscode.Diagnostic[]][] => {
      const name = names.get(fault.line ?? 0);
      if (typeof name !== 'string') return [];
      return [[documentAt(folder, name), [diagnosticOf(fault, { start, end: start })]]];
    });
    collection.set(entries);
    shownIn.set(
      uri.toString(),
      entries.map(([document]) => document),
    );
  }

  const faultsOf = ({ roster, rows }: ImportFile): Shown[] => [
    ...roster.faults.map((fault) => ({ ...fault, severity: isError })),
    ...roster.remarks.map((fault) => ({ ...fault, severity: isInformation })),
    ...rows.flatMap(({ faults }) => faults.map((fault) => ({ ...fault, severity: isError }))),
  ];

  return {
    checked(source, file) {
      show(source, file, faultsOf(file));
    },
    ended(source, file, environment, results) {
      const undone = results.filter(isUndone).map(({ row, state, message = '' }) => {
        const severity = severities[state as keyof typeof severities];
        return { line: row.line, message: failedWords({ state, message }, environment), severity };
      });
      show(source, file, [...faultsOf(file), ...undone]);
    },
    resolved({ uri, folder, isFolder }, { line, draft }) {
      const at = isFolder ? documentAt(folder, String(draft[fileField])) : uri;
      // Nothing but an unknown outcome is a warning.
      const isIt = ({ severity, range }: vscode.Diagnostic) =>
        severity === isWarning && (isFolder || range.start.line === line - 1);
      collection.set(
        at,
        collection.get(at)?.filter((each) => !isIt(each)),
      );
    },
    keep({ uri }) {
      const shown = collection.get(uri);
      return () => collection.set(uri, shown);
    },
  };
}

function diagnosticOf({ message, severity }: Shown, { start, end }: Place): vscode.Diagnostic {
  const range = new vscode.Range(start.line, start.character, end.line, end.character);
  const diagnostic = new vscode.Diagnostic(range, plain(message), severity);
  diagnostic.source = 'Pearsana';
  return diagnostic;
}

const severities = { refused: isError, unknown: isWarning, not_sent: isInformation };
