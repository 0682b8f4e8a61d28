import { valueAt } from '../../../shared/validate.ts';
import type { CommandFailure } from '../command-failure.ts';
import { type Explanation, explain } from '../explain-failure.ts';
import { type NextStep, nextSteps } from '../next-step.ts';
import { plain } from '../plain-text.ts';
import type { Situation } from '../situation.ts';
import type { Draft } from './request-draft.ts';

/**
 * A write's failure in words: first what became of the write, since that decides whether to try again.
 * @param again the same request once more; offered only where that is safe.
 */
export function explainWrite(
  failure: CommandFailure,
  situation: Situation,
  request: Draft,
  again: NextStep,
): Explanation {
  if (failure.outcome === 'unknown') {
    const { short, what } = explain(failure, situation);
    const where = [referencesIn(request), failure.requestId && `request id ${plain(failure.requestId, 128)}`];
    return {
      short: `${short}, outcome unknown`,
      what,
      advice: `It may have happened all the same. Before you try again, look in the Pearsana portal for ${where.filter(Boolean).join(', ')}.`,
      steps: [nextSteps.showLog],
    };
  }
  const explanation = explain(failure, situation, again);
  const became = failure.outcome === 'refused' ? 'It was refused, so nothing happened.' : 'Nothing was sent.';
  // Whatever the cause, the request is not lost: the wizard opens again where it was reviewed.
  const steps = explanation.steps.filter(({ title }) => title !== again.title);
  return { ...explanation, advice: `${became} ${explanation.advice}`, steps: [again, ...steps] };
}

/** `SIS 20261234, LMS 77`: what the portal knows the person by. */
function referencesIn(request: Draft): string {
  const references = valueAt(request, ['externalReferences']);
  const words = (Array.isArray(references) ? references : []).map(
    (reference) => `${valueAt(reference, ['namespace'])} ${valueAt(reference, ['externalId'])}`,
  );
  return plain(`the external reference ${words.slice(0, 3).join(' or ')}`, 200);
}
