import type { OperationName } from '../../../shared/operations.ts';
import type { Backend } from '../backend.ts';
import type { Target } from '../commands/find-target.ts';
import type { Failed } from '../contributions.ts';
import { CommandError, failureOf } from '../failures/command-failure.ts';
import type { Confirmed } from '../forms/form.ts';
import type { Draft } from '../forms/request-draft.ts';
import type { Intentions } from './intentions.ts';

export type Write = {
  operation: OperationName;
  request: Draft;
  /** Wanted once more although nobody knows what became of the same request before. */
  newKey: boolean;
};

/**
 * Sends a request under the key of its intention, which is settled once it is known what became of it. It does not
 * throw.
 */
export async function sendOnce<Answer extends object>(
  { backend, intentions }: { backend: Pick<Backend, 'origin'>; intentions: Intentions },
  { origin, environment: { id, protected: guarded } }: Target,
  { operation, request, newKey }: Write,
  send: (confirmed: Confirmed) => Promise<Answer>,
): Promise<Answer | Failed> {
  const intention = { origin, environment: id, operation, request };
  let idempotencyKey: string;
  try {
    if (newKey) await intentions.settle(intention);
    idempotencyKey = await intentions.keyOf(intention);
    if (backend.origin() !== origin)
      throw new CommandError('BACKEND_CHANGED', 'The BFF was changed meanwhile.');
  } catch (cause) {
    return { error: { ...failureOf(cause), outcome: 'not_sent' } };
  }
  let answer: Answer | Failed;
  try {
    // A protected environment's name was typed in the step before; else the review was enough.
    answer = await send({ environment: id, idempotencyKey, ...(guarded && { confirm: id }) });
  } catch (cause) {
    answer = { error: failureOf(cause) };
  }
  // Where VS Code cannot forget the key, the same request is answered as done before: that hurts nobody.
  if (isKnown(answer)) await intentions.settle(intention).catch(() => {});
  return answer;
}

/**
 * Whether the same request would now be another intention. That this try was not sent says nothing of one before it, and
 * the BFF takes its key again.
 */
function isKnown(answer: object | Failed): boolean {
  return !('error' in answer) || answer.error.outcome === 'refused' || answer.error.code === 'OUTCOME_KNOWN';
}
