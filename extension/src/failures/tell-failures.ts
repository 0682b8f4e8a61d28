import type { Failed } from '../contributions.ts';
import { type CommandFailure, failureOf } from './command-failure.ts';
import { explain } from './explain-failure.ts';
import type { NextStep } from './next-step.ts';
import { showFailure } from './show-message.ts';
import type { Situation } from './situation.ts';

/** A command whose failures are told to the user, and returned to whoever called it; `retry` is what was wanted. */
export function told<Arguments extends unknown[], Result>(
  situation: () => Situation,
  act: (...given: Arguments) => Promise<Result>,
  retry?: (...given: Arguments) => NextStep | undefined,
): (...given: Arguments) => Promise<Result | Failed> {
  return async (...given) => {
    try {
      return await act(...given);
    } catch (thrown) {
      return tell(failureOf(thrown), situation, retry?.(...given));
    }
  };
}

export function tell(error: CommandFailure, situation: () => Situation, retry?: NextStep): Failed {
  showFailure(explain(error, situation(), retry), error.requestId);
  return { error };
}
