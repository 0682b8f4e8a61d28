import * as vscode from 'vscode';
import type { Failed } from '../contributions.ts';
import { failureOf } from '../failures/command-failure.ts';

/** Makes a call while a notification says so and offers to cancel it. Undefined when that was chosen. */
export async function callWithProgress<Answer extends object>(
  title: string,
  call: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer | Failed | undefined> {
  const result = await whileSending(title, call);
  return 'error' in result && result.error.code === 'CANCELLED' ? undefined : result;
}

/** The same for a write, where cancelling is a failure too: it ends the wait, and takes nothing back. */
export function whileSending<Answer extends object>(
  title: string,
  call: (signal: AbortSignal) => Promise<Answer>,
): Thenable<Answer | Failed> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, async (_progress, cancellation) => {
    const aborting = new AbortController();
    cancellation.onCancellationRequested(() => aborting.abort());
    try {
      return await call(aborting.signal);
    } catch (error) {
      return { error: failureOf(error) };
    }
  });
}
