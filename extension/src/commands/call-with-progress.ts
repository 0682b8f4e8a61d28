import * as vscode from 'vscode';
import { failureOf } from '../command-failure.ts';
import type { Failed } from '../contributions.ts';

/** Makes a call while a notification says so and offers to cancel it. Undefined when that was chosen. */
export function callWithProgress<Answer>(
  title: string,
  call: (signal: AbortSignal) => Promise<Answer>,
): Thenable<Answer | Failed | undefined> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, async (_progress, cancellation) => {
    const aborting = new AbortController();
    cancellation.onCancellationRequested(() => aborting.abort());
    try {
      return await call(aborting.signal);
    } catch (error) {
      const failure = failureOf(error);
      return failure.code === 'CANCELLED' ? undefined : { error: failure };
    }
  });
}
