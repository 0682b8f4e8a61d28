import { earlierWrite } from '../../../shared/activity.ts';
import type { FileLimits } from '../../../shared/environments.ts';
import type { Failed } from '../contributions.ts';
import type { Draft } from '../forms/request-draft.ts';
import { plain } from '../plain-text.ts';

/** The argument with which a write's command sends the same request again. */
export type SentArgument = { environment: string; request: Draft; cutBy?: FileLimits };

/**
 * The requests that this window has sent, by their request ids. They are in memory alone, since they hold people's data;
 * the BFF keeps none of them.
 */
export type SentRequests = {
  remember(requestIds: readonly (string | undefined)[], argument: SentArgument): void;
  find(requestId: string): SentArgument | undefined;
  /** Keeps why a write failed: the BFF's journal has the code alone, and no sentence of Pearsana's. */
  noteReason(requestId: string | undefined, reason: string | undefined): void;
  reasonOf(requestId: string): string | undefined;
};

/** The oldest are forgotten. */
const mostRequests = 200;
const mostReasons = 5_000;

export function createSentRequests(): SentRequests {
  const sent = new Map<string, SentArgument>();
  const reasons = new Map<string, string>();
  return {
    remember(requestIds, argument) {
      for (const requestId of requestIds) if (requestId !== undefined) sent.set(requestId, argument);
      forgetOldest(sent, mostRequests);
    },
    find: (requestId) => sent.get(requestId),
    noteReason(requestId, reason) {
      if (!requestId || !reason) return;
      reasons.set(requestId, plain(reason, 600));
      forgetOldest(reasons, mostReasons);
    },
    reasonOf: (requestId) => reasons.get(requestId),
  };
}

function forgetOldest(kept: Map<string, unknown>, most: number): void {
  for (const requestId of kept.keys()) {
    if (kept.size <= most) return;
    kept.delete(requestId);
  }
}

/** The ids of a request's answer: its own, and that of the same request before, if the answer is about that. */
export function requestIdsOf(answer: { requestId: string } | Failed): (string | undefined)[] {
  if (!('error' in answer)) return [answer.requestId];
  const { requestId, details } = answer.error;
  return [requestId, earlierWrite.safeParse(details).data?.requestId];
}
