import { earlierWrite } from '../../../shared/activity.ts';
import type { FileLimits } from '../../../shared/environments.ts';
import type { Failed } from '../contributions.ts';
import type { Draft } from '../forms/request-draft.ts';

/** The argument with which a write's command sends the same request again. */
export type SentArgument = { environment: string; request: Draft; cutBy?: FileLimits };

/**
 * The requests that this window has sent, by their request ids. They are in memory alone, since they hold people's data;
 * the BFF keeps none of them.
 */
export type SentRequests = {
  remember(requestIds: readonly (string | undefined)[], argument: SentArgument): void;
  find(requestId: string): SentArgument | undefined;
};

/** The oldest are forgotten. */
const mostRequests = 200;

export function createSentRequests(): SentRequests {
  const sent = new Map<string, SentArgument>();
  return {
    remember(requestIds, argument) {
      for (const requestId of requestIds) if (requestId !== undefined) sent.set(requestId, argument);
      for (const requestId of sent.keys()) {
        if (sent.size <= mostRequests) return;
        sent.delete(requestId);
      }
    },
    find: (requestId) => sent.get(requestId),
  };
}

/** The ids of a request's answer: its own, and that of the same request before, if the answer is about that. */
export function requestIdsOf(answer: { requestId: string } | Failed): (string | undefined)[] {
  if (!('error' in answer)) return [answer.requestId];
  const { requestId, details } = answer.error;
  return [requestId, earlierWrite.safeParse(details).data?.requestId];
}
