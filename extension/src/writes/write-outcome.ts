import { earlierWrite } from '../../../shared/activity.ts';
import type { FileLimits } from '../../../shared/environments.ts';
import type { OperationName, ReadOperation } from '../../../shared/operations.ts';
import { valueAt } from '../../../shared/validate.ts';
import type { operationCommands } from '../contributions.ts';
import type { CommandFailure } from '../failures/command-failure.ts';
import { type Explanation, explain } from '../failures/explain-failure.ts';
import { type Remedy, remedies } from '../failures/remedies.ts';
import type { Situation } from '../failures/situation.ts';
import type { Draft } from '../forms/request-draft.ts';
import { plain } from '../plain-text.ts';

/** What can be done about a write that failed. */
export type WriteRemedies = {
  /** The same request once more, with the same key unless it is known what became of the first. */
  again: Remedy;
  /** The same request as a new intention: it may then happen twice. */
  anew: Remedy;
  /** @param requestId of the write whose outcome is unknown. */
  resolve: (requestId: string) => Remedy;
};

type WriteCommand = (typeof operationCommands)[Exclude<OperationName, ReadOperation>];

/** The way back to the review, with what was given; the command reads that as it would read anybody’s. */
export function tryAgain(command: WriteCommand, argument: unknown): Remedy {
  return { title: 'Review and Try Again', command, argument } as Remedy;
}

/** What can be done about a write that failed, or whose outcome nobody knows. */
export function writeRemedies(
  command: WriteCommand,
  argument: { environment: string; request: Draft; cutBy?: FileLimits },
): WriteRemedies {
  return {
    again: tryAgain(command, argument),
    anew: { ...tryAgain(command, { ...argument, newKey: true }), title: 'Send with a New Key' },
    resolve: (requestId) => ({
      title: 'Mark as Resolved',
      command: 'pearsana.resolve',
      argument: { environment: argument.environment, requestId },
    }),
  };
}

/** Where the BFF has not said what it knows, it can be asked: the same key is never done twice. */
const canBeAsked = new Set(['BFF_UNREACHABLE', 'CANCELLED', 'IDEMPOTENCY_IN_PROGRESS']);

/**
 * A write's failure in words: first what became of the write, since that decides what to do next. Whether it is known
 * is up to the BFF; nothing that may have happened is sent again without a person's word.
 */
export function explainWrite(
  failure: CommandFailure,
  situation: Situation,
  request: Draft,
  { again, anew, resolve }: WriteRemedies,
): Explanation {
  if (failure.code === 'OUTCOME_KNOWN') return explain(failure, situation);
  if (failure.outcome === 'unknown') {
    const { short, what } = explain(failure, situation);
    if (canBeAsked.has(failure.code)) {
      return {
        ...{ short: `${short}, outcome unknown`, what },
        advice:
          'It may have happened all the same. Trying again is safe: it carries the same key, and is not done twice.',
        remedies: [again, remedies.showLog],
      };
    }
    // With a key that was used before, it is about the first one.
    const requestId = earlierWrite.safeParse(failure.details).data?.requestId ?? failure.requestId;
    const where = [referencesIn(request), requestId && `request id ${plain(requestId, 128)}`];
    return {
      short: `${short}, outcome unknown`,
      what,
      advice: `It may have happened all the same. Look in the Pearsana portal for ${where.filter(Boolean).join(', ')}.`,
      remedies: [...(requestId ? [resolve(requestId)] : []), anew],
    };
  }
  const explanation = explain(failure, situation, again);
  const became = failure.outcome === 'refused' ? 'It was refused, so nothing happened.' : 'Nothing was sent.';
  // Whatever the cause, the request is not lost: the wizard opens again where it was reviewed.
  const others = explanation.remedies.filter(({ title }) => title !== again.title);
  // To another BFF nothing goes by one click.
  const first = failure.code === 'BACKEND_CHANGED' ? [] : [again];
  return { ...explanation, advice: `${became} ${explanation.advice}`, remedies: [...first, ...others] };
}

/** `SIS 20261234, LMS 77`: what the portal knows the person by. */
function referencesIn(request: Draft): string {
  const references = valueAt(request, ['externalReferences']);
  const words = (Array.isArray(references) ? references : []).map(
    (reference) => `${valueAt(reference, ['namespace'])} ${valueAt(reference, ['externalId'])}`,
  );
  return plain(`the external reference ${[...new Set(words)].slice(0, 3).join(' or ')}`, 200);
}
