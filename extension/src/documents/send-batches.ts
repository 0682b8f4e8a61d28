import type { DocumentResult } from '../contributions.ts';
import { type CommandFailure, failureOf } from '../failures/command-failure.ts';
import type { Draft } from '../forms/request-draft.ts';
import { type DocumentOperation, operationOf, requestOf } from './batches.ts';
import type { Document, Source } from './document.ts';
import { resultsOf, resultsWithout } from './results.ts';

export type Sending = {
  /** The source's base64. */
  read(source: Source): Promise<string>;
  /** Sends one request once. It does not throw. */
  submit(
    operation: DocumentOperation,
    request: Draft,
    batch: readonly Document[],
  ): Promise<{ requestId: string; result: unknown } | { error: CommandFailure }>;
  /** Looked at before each request: what has left is waited for. */
  cancelled(): boolean;
  onDone(count: number): void;
};

/** Sends one batch after another, and none after one that failed. `left` is what can be sent again. */
export async function sendBatches(
  batches: readonly Document[][],
  { read, submit, cancelled, onDone }: Sending,
): Promise<{ results: DocumentResult[]; left: Document[]; error?: CommandFailure }> {
  const results: DocumentResult[] = [];
  let error: CommandFailure | undefined;
  let answered = 0;
  for (const batch of batches) {
    if (error || cancelled()) {
      results.push(...resultsWithout(batch));
      continue;
    }
    const answer = await requestOf(batch, read).then(
      // Cancelled while the files were read: that is before it is sent.
      async (request) => (cancelled() ? undefined : submit(operationOf(batch), request, batch)),
      (cause: unknown) => ({ error: { ...failureOf(cause), outcome: 'not_sent' as const } }),
    );
    if (answer && 'error' in answer) error = answer.error;
    else answered += batch.length;
    results.push(
      ...(answer && !('error' in answer) ? resultsOf(batch, answer) : resultsWithout(batch, error)),
    );
    if (answer) onDone(batch.length);
  }
  const all = batches.flat();
  // After a failure, whole batches from that one on: in others, what is unknown would have another key, and go twice.
  const left = error
    ? all.slice(answered)
    : all.filter((_, index) => /^(failed|not sent)$/.test(results[index]?.result ?? ''));
  return { results, left, ...(error && { error }) };
}
