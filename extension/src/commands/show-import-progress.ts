import * as vscode from 'vscode';
import { showMessage } from '../failures/show-message.ts';
import type { ImportRun } from '../imports/import-run.ts';
import { progressWords } from '../imports/import-words.ts';

/** Shows how far an import is until it ends, and asks where it asks. The view “Imports” shows and offers the same. */
export function showImportProgress(title: string, run: ImportRun): void {
  const location = vscode.ProgressLocation.Notification;
  const options = {
    location,
    title: `${title} (Cancel stops it; pause it in the view Imports)`,
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
          showMessage('warning', question, [
            { title: 'Continue', act: () => run.continue() },
            { title: 'Stop', act: () => run.stop() },
          ]);
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

const stateWords: Record<string, string> = {
  away: 'The BFF does not answer. Waiting for it…',
  paused: 'Paused.',
  asking: 'Waiting for you.',
};
