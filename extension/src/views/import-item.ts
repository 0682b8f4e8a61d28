import * as vscode from 'vscode';
import type { ImportOperation, ImportRecord } from '../../../shared/import-record.ts';
import { operations } from '../../../shared/operations.ts';
import { callerWords } from '../authentication/session-store.ts';
import { colors, type ImportResult } from '../contributions.ts';
import type { ImportRun } from '../imports/import-run.ts';
import { isWhole, progressParts, rowWords, stateCountWords } from '../imports/import-words.ts';
import { capitalised, plain } from '../plain-text.ts';
import { themeIcon } from './row-item.ts';

/** How an import of this window looks, by its state; `may` names what its commands are shown by. */
export const runLooks = {
  running: { words: '', icon: 'sync~spin', may: 'running open' },
  away: { words: 'waiting for the BFF', icon: 'debug-disconnect', may: 'open' },
  paused: { words: 'paused', icon: 'debug-pause', may: 'paused open' },
  asking: { words: 'waiting for you', icon: 'question', may: 'paused open' },
  ended: { words: 'ended', icon: 'pass', may: 'ended' },
};

/** An import of this window: `120 of 3,000`, and beside it `roster.csv · 118 a minute · 25 min left · production`. */
export function runItem(own: {
  id: string;
  run: ImportRun;
  source: { name: string };
  target: { environment: { name: string } };
  operation: ImportOperation;
  end: ImportResult | undefined;
}): vscode.TreeItem {
  const { id, run, source, target, operation, end } = own;
  const { state, done, total, perMinute, question } = run.progress();
  const look = runLooks[state];
  const [place, ...pace] = progressParts(done, total, state === 'running' ? perMinute : undefined);
  const facts = end ? [stateCountWords(end.counts)] : [look.words, place];
  const more = [...(end ? [] : pace), target.environment.name];
  const item = itemOf(`run/${id}`, source.name, facts, more);
  item.tooltip = plain(
    [operations[operation].title, item.accessibilityInformation?.label, question].filter(Boolean).join(': '),
    400,
  );
  const waits = state === 'asking' || state === 'paused';
  if (end) item.tooltip += '\nClick to see what became of each row, and to save it.';
  else if (waits) item.tooltip += '\nClick to continue or stop it.';
  item.iconPath =
    !end || isWhole(end.counts)
      ? themeIcon(look.icon, end && colors.succeeded)
      : themeIcon('warning', colors.unknown);
  item.contextValue = `import ${look.may}`;
  if (end || waits)
    item.command = { command: 'pearsana.showImportResults', title: '', arguments: [{ run: id }] };
  return item;
}

/** An import that is open at the BFF, whichever window or machine runs it. */
export function openImportItem({
  id,
  environment,
  operation,
  rows,
  counts,
  caller,
}: ImportRecord): vscode.TreeItem {
  const item = itemOf(
    `import/${id}`,
    `${operations[operation].title}: ${rowWords(rows)}`,
    ['open', `${counts.succeeded} done`],
    [environment, `by ${callerWords(caller)}`],
  );
  item.tooltip = plain(
    `Import ${id}. Another window or machine runs it, or left it. Import the same file again to continue it here.`,
  );
  item.iconPath = new vscode.ThemeIcon('cloud');
  item.contextValue = 'import open';
  return item;
}

/** How far it is comes first, since a narrow side bar cuts the rest; who listens hears first what it is about. */
function itemOf(
  id: string,
  name: string,
  facts: readonly string[],
  more: readonly string[],
): vscode.TreeItem {
  const join = (...words: readonly string[]) => plain(words.filter(Boolean).join(' · '), 160);
  const item = new vscode.TreeItem(capitalised(join(...facts)));
  item.id = id;
  item.description = join(plain(name, 60), ...more);
  item.accessibilityInformation = { label: `${plain(name, 60)}, ${join(...facts, ...more)}` };
  return item;
}
