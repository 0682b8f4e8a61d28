import * as vscode from 'vscode';
import { showMessage } from '../failures/show-message.ts';
import type { ImportRun } from '../imports/import-run.ts';
import { progressWords } from '../imports/import-words.ts';

/** Shows how far an import is until it ends, and asks where it asks. The view “Imports” shows and offers the same. */
export function showImportProgress(title: string, run: ImportRun): void {
  const location = vscode.ProgressLocation.Notification;
  const options = {
    location,
    title: `${title} (Cancel stops it; to pause it, use the Imports view)`,
    cancellable: true,
  };
  let asked: string | undefined;
  void vscode.window.withProgress(options, (progress, cancellation) => {
    cancellation.onCancellationRequested(() => run.stop());
    return new Promise<void>((resolve) => {
      let before = 0;
      const tell = () => {
        const { state, done, total, perMinute, question } = run.progress();
        const message = stateWords[state] ?? progressWords(done, total, perMinute);
        progress.report({ message, increment: (100 * (done - before)) / total });
        before = done;
        if (question !== undefined && question !== asked) {
          askToContinue(title, run);
        }
        asked = question;
        if (state === 'ended') {
          subscription.dispose();
          resolve();
        }
      };
      const subscription = run.onDidChange(tell);
      tell();
    });
  });
}

/** Asks a person to continue or stop an import that waits; does nothing while it does not. */
export function askToContinue(title: string, run: ImportRun): void {
  const { state, done, total, question } = run.progress();
  if (question === undefined && state !== 'paused') return;
  const words = question ?? `Paused at ${progressWords(done, total, undefined)}. Continue?`;
  // An old message that is answered late says nothing of another question.
  const isSame = () => run.progress().question === question;
  showMessage('warning', `${title}: ${words}`, [
    { title: 'Continue', act: () => isSame() && run.continue() },
    { title: 'Stop', act: () => run.stop() },
  ]);
}

const stateWords: Record<string, string> = {
  away: 'The BFF does not answer. Waiting for it…',
  paused: 'Paused. To continue, click the import in the Imports view.',
  asking: 'Waiting for you. To continue, click the import in the Imports view.',
};
