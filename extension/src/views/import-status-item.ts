import * as vscode from 'vscode';
import { colors, type ImportResult } from '../contributions.ts';
import type { ImportRun } from '../imports/import-run.ts';
import { isWhole, progressWords, stateCountWords } from '../imports/import-words.ts';
import { plain } from '../plain-text.ts';
import { runLooks } from './import-item.ts';

/** Of the newest import of this window: how far it is, and then what became of it, until somebody has looked. */
export type ImportStatusItem = vscode.Disposable & {
  show: (own: {
    id: string;
    run: ImportRun;
    source: { name: string };
    target: { environment: { name: string } };
    end: ImportResult | undefined;
  }) => void;
  /** Somebody has looked at what became of it. */
  looked: (id: string) => void;
};

export function createImportStatusItem(): ImportStatusItem {
  let item: vscode.StatusBarItem | undefined;
  let shownId = '';
  function hide(): void {
    item?.dispose();
    item = undefined;
  }
  return {
    show({ id, run, source, target, end }) {
      const { state, done, total } = run.progress();
      if (!item) {
        item = vscode.window.createStatusBarItem('import', vscode.StatusBarAlignment.Left, 999);
        item.name = 'Pearsana: Import';
      }
      shownId = id;
      const name = plain(source.name, 40);
      const words = end ? stateCountWords(end.counts) : progressWords(done, total, undefined);
      const icon = end && !isWhole(end.counts) ? 'warning' : runLooks[state].icon;
      const isAsking = state === 'asking';
      const waits = isAsking ? ' · waiting for you' : '';
      item.text = `$(${icon}) ${name}: ${words}${waits}`;
      const click = end
        ? 'see what became of each row'
        : isAsking
          ? 'continue or stop it'
          : 'pause or stop it in the Imports view';
      item.tooltip = `Import of ${name} into ${plain(target.environment.name, 60)}: ${words}.\nClick to ${click}.`;
      item.accessibilityInformation = {
        label: `Pearsana: Import of ${name}, ${words}${waits}`,
        role: 'button',
      };
      item.color = end && !isWhole(end.counts) ? new vscode.ThemeColor(colors.unknown) : undefined;
      const attention = new vscode.ThemeColor('statusBarItem.warningBackground');
      item.backgroundColor = isAsking ? attention : undefined;
      item.command =
        end || isAsking
          ? { title: '', command: 'pearsana.showImportResults', arguments: [{ run: id }] }
          : 'pearsana.imports.focus';
      item.show();
    },
    looked(id) {
      if (id === shownId) hide();
    },
    dispose: hide,
  };
}
