import * as vscode from 'vscode';
import type { Failed } from '../contributions.ts';
import { failureOf } from '../failures/command-failure.ts';

/** In ms. A notification for what is over by then would only flicker. */
const soon = 1_000;

/** Makes a call; while it takes longer, a notification says so and offers to cancel it. Undefined when that was chosen. */
export async function callWithProgress<Answer extends object>(
  title: string,
  call: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer | Failed | undefined> {
  const aborting = new AbortController();
  const called = call(aborting.signal);
  const isSlow = new Promise<true>((resolve) => setTimeout(resolve, soon, true));
  const settled = called.then(
    () => false,
    () => false,
  );
  const ending = (await Promise.race([settled, isSlow]))
    ? whileSending(title, (signal) => {
        signal.addEventListener('abort', () => aborting.abort());
        return called;
      })
    : called.catch((error) => ({ error: failureOf(error) }));
  const result = await ending;
  return 'error' in result && result.error.code === 'CANCELLED' ? undefined : result;
}

/** The same at once and for a write, where cancelling is a failure too: it ends the wait, and takes nothing back. */
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
