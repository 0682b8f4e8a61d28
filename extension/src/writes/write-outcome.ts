import { earlierWrite } from '../../../shared/activity.ts';
import type { FileLimits } from '../../../shared/environments.ts';
import type { operationCommands, SentBefore } from '../contributions.ts';
import type { CommandFailure } from '../failures/command-failure.ts';
import { type Explanation, explain } from '../failures/explain-failure.ts';
import { type Remedy, remedies } from '../failures/remedies.ts';
import type { Situation } from '../failures/situation.ts';
import type { Draft } from '../forms/request-draft.ts';
import { timeWords } from '../time-words.ts';
import { mayHaveHappened, type WriteOperation, writeWords } from './write-words.ts';

/** What can be done about a write that failed. */
export type WriteRemedies = {
  /** The same request once more, with the same key unless it is known what became of the first. */
  again: Remedy;
  /** The same request as a new intention: it may then happen twice. */
  anew: (before: SentBefore) => Remedy;
  /** @param requestId of the write whose outcome is unknown. */
  resolve: (requestId: string) => Remedy;
};

type WriteCommand = (typeof operationCommands)[WriteOperation];

/** The way back to the review, with what was given; the command reads that as it would read anybody’s. */
export function tryAgain(command: WriteCommand, argument: unknown): Remedy {
  return { title: 'Review and Try Again…', command, argument } as Remedy;
}

/** What can be done about a write that failed, or whose outcome nobody knows. */
export function writeRemedies(
  command: WriteCommand,
  argument: { environment: string; request: Draft; cutBy?: FileLimits },
): WriteRemedies {
  return {
    again: tryAgain(command, argument),
    anew: (sentBefore) => ({
      ...tryAgain(command, { ...argument, newKey: true, sentBefore }),
      title: 'Send Again Anyway…',
    }),
    resolve: (requestId) => ({
      title: 'Mark as Resolved…',
      command: 'pearsana.resolve',
      argument: { environment: argument.environment, requestId },
    }),
  };
}

/** Where the BFF has not said what it knows, it can be asked: the same key is never done twice. */
const askableCodes = new Set(['BFF_UNREACHABLE', 'CANCELLED', 'IDEMPOTENCY_IN_PROGRESS']);

/**
 * A write's failure in words: first what became of the write, since that decides what to do next. Whether it is known
 * is up to the BFF; nothing that may have happened is sent again without a person's word.
 */
export function explainWrite(
  failure: CommandFailure,
  situation: Situation,
  { operation, references }: { operation: WriteOperation; references: unknown },
  { again, anew, resolve }: WriteRemedies,
): Explanation {
  if (failure.code === 'OUTCOME_KNOWN') return explain(failure, situation);
  if (failure.outcome === 'unknown') {
    const explanation = explain(failure, situation);
    const short = `${explanation.short}, outcome unknown`;
    // With a key that was used before, it is about the first one.
    const earlier = earlierWrite.safeParse(failure.details).data;
    const startedAt = earlier?.startedAt ?? new Date().toISOString();
    const sendAnyway = anew({ state: 'unknown', startedAt, references });
    if (failure.code === 'OUTCOME_UNKNOWN') {
      const when = earlier ? ` (${timeWords(earlier.startedAt)})` : '';
      return {
        short,
        what: `Not sent: ${writeWords(operation, references)}${when} has no known outcome.`,
        advice: 'Check the Pearsana portal, then choose.',
        remedies: [...resolvable(earlier?.requestId ?? failure.requestId, resolve), sendAnyway],
      };
    }
    const what = failure.code === 'PARTNER_UNREACHABLE' ? connectionLost : explanation.what;
    const mayHave = mayHaveHappened(operation, references);
    if (askableCodes.has(failure.code)) {
      const advice = `${mayHave}. Retrying is safe: it will not be sent twice.`;
      return { short, what, advice, remedies: [again, remedies.showLog] };
    }
    return {
      short,
      what,
      advice: `${mayHave}: check the Pearsana portal before you retry.`,
      remedies: [...resolvable(failure.requestId, resolve), sendAnyway],
    };
  }
  const explanation = explain(failure, situation, again);
  const became = failure.outcome === 'refused' ? 'Nothing was changed.' : 'Nothing was sent.';
  // Whatever the cause, the request is not lost: the wizard opens again where it was reviewed.
  const others = explanation.remedies.filter(({ title }) => title !== again.title);
  // To another BFF nothing goes by one click.
  const first = failure.code === 'BACKEND_CHANGED' ? [] : [again];
  return {
    ...explanation,
    advice: `${became} ${explanation.advice}`,
    remedies: [...first, ...others],
  };
}

const connectionLost = 'Connection lost before Pearsana answered.';

function resolvable(requestId: string | undefined, resolve: WriteRemedies['resolve']): Remedy[] {
  return requestId === undefined ? [] : [resolve(requestId)];
}
