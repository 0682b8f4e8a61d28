import type { Answer, CallOptions } from '../../../shared/client.ts';
import type { Environment } from '../../../shared/environments.ts';
import type { Backend } from '../backend.ts';
import type { Failed } from '../contributions.ts';
import { backendChanged, failureOf } from '../failures/command-failure.ts';
import type { Draft } from '../forms/request-draft.ts';
import type { Intentions } from './intentions.ts';
import type { WriteOperation } from './write-words.ts';

/** Where a command goes. Both are in a write's review, so both must still hold when it is sent. */
export type Target = { origin: string; environment: Environment };

export type WriteOnce<Name extends WriteOperation> = {
  operation: Name;
  request: Draft;
  /** Wanted once more although nobody knows what became of the same request before. */
  newKey: boolean;
};

/**
 * Sends a request under the key of its intention, which is settled once it is known what became of it. It does not
 * throw.
 * @param signal ends the wait; what has left is in the BFF's hands.
 */
export async function sendOnce<Name extends WriteOperation>(
  { backend, intentions }: { backend: Pick<Backend, 'origin' | 'call'>; intentions: Intentions },
  { origin, environment: { id, protected: isProtected } }: Target,
  { operation, request, newKey }: WriteOnce<Name>,
  signal?: AbortSignal,
): Promise<Answer<Name> | Failed> {
  const intention = { origin, environment: id, operation, request };
  let idempotencyKey: string;
  try {
    if (newKey) await intentions.settle(intention);
    idempotencyKey = await intentions.keyOf(intention);
    if (backend.origin() !== origin) throw backendChanged();
  } catch (cause) {
    return { error: { ...failureOf(cause), outcome: 'not_sent' } };
  }
  // A protected environment's name was typed in the step before; else the review was enough.
  const confirmed = { environment: id, idempotencyKey, ...(isProtected && { confirm: id }) };
  // What was filled in satisfies the row's contract, which the client checks once more.
  const options = { ...confirmed, request, signal } as unknown as CallOptions<Name>;
  const answer = await backend.call(operation, options).catch((cause) => ({ error: failureOf(cause) }));
  // Where VS Code cannot forget the key, the same request is answered as done before: that hurts nobody.
  if (isKnown(answer)) await intentions.settle(intention).catch(() => {});
  if (!('error' in answer)) return answer;
  const { error } = answer;
  if (error.outcome === 'unknown') intentions.lost.add(idempotencyKey);
  // Now the BFF is not there at all. That says nothing of the try before it, which may have arrived.
  const isLost = error.code === 'BFF_UNREACHABLE' && intentions.lost.has(idempotencyKey);
  return isLost ? { error: { ...error, outcome: 'unknown' } } : answer;
}

/**
 * Whether the same request would now be another intention. That this try was not sent says nothing of one before it, and
 * the BFF takes its key again.
 */
function isKnown(answer: object | Failed): boolean {
  return !('error' in answer) || answer.error.outcome === 'refused' || answer.error.code === 'OUTCOME_KNOWN';
}
