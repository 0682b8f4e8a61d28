import * as vscode from 'vscode';
import type { Fault } from '../../../shared/imports/fault.ts';
import type { RowResult } from '../../../shared/imports/result-files.ts';
import { placeFinder } from '../imports/cell-places.ts';
import type { ImportFile } from '../imports/import-file.ts';
import { plain } from '../plain-text.ts';

/** What is wrong with rows, at their cells in the editor and in Problems. */
export type ImportDiagnostics = {
  /** Shows the faults of a file that was checked, in the place of what was shown of it. */
  checked: (uri: vscode.Uri, file: Pick<ImportFile, 'roster' | 'rows'>) => void;
  /** Adds what became of the rows that were not done. */
  ended: (uri: vscode.Uri, file: ImportFile, results: readonly RowResult[]) => void;
};

const { Error: isError, Warning: isWarning, Information: isInformation } = vscode.DiagnosticSeverity;

/** VS Code shows no more of one file. */
const mostShown = 1_000;

export function createImportDiagnostics(collection: vscode.DiagnosticCollection): ImportDiagnostics {
  function show(
    uri: vscode.Uri,
    roster: ImportFile['roster'],
    found: readonly (Fault & { severity: vscode.DiagnosticSeverity })[],
  ): void {
    const placeOf = placeFinder(roster);
    collection.set(
      uri,
      found.slice(0, mostShown).map((fault) => {
        const { start, end } = placeOf(fault);
        const range = new vscode.Range(start.line, start.character, end.line, end.character);
        const diagnostic = new vscode.Diagnostic(range, plain(fault.message), fault.severity);
        diagnostic.source = 'Pearsana';
        return diagnostic;
      }),
    );
  }

  const faultsOf = ({ roster, rows }: Pick<ImportFile, 'roster' | 'rows'>) => [
    ...roster.faults.map((fault) => ({ ...fault, severity: isError })),
    ...roster.remarks.map((fault) => ({ ...fault, severity: isInformation })),
    ...rows.flatMap(({ faults }) => faults.map((fault) => ({ ...fault, severity: isError }))),
  ];

  return {
    checked(uri, file) {
      show(uri, file.roster, faultsOf(file));
    },
    ended(uri, file, results) {
      const undone = results.flatMap(({ row, state, message = '' }) => {
        const severity = severities[state as keyof typeof severities];
        return severity === undefined
          ? []
          : [{ line: row.line, message: `${words[state]}: ${message}`, severity }];
      });
      show(uri, file.roster, [...faultsOf(file), ...undone]);
    },
  };
}

const severities = { refused: isError, unknown: isWarning, not_sent: isInformation };
const words: Partial<Record<RowResult['state'], string>> = {
  refused: 'Refused',
  unknown: 'Outcome unknown',
  not_sent: 'Not sent',
};
