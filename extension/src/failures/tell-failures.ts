import type { Failed } from '../contributions.ts';
import { type CommandFailure, failureOf } from './command-failure.ts';
import { explain } from './explain-failure.ts';
import type { Remedy } from './remedies.ts';
import { showFailure } from './show-message.ts';
import type { Situation } from './situation.ts';

/** A command whose failures are told to the user, and returned to whoever called it; `retry` is what was wanted. */
export function tellFailures<Arguments extends unknown[], Result>(
  situation: () => Situation,
  act: (...given: Arguments) => Promise<Result>,
  retry?: (...given: Arguments) => Remedy | undefined,
): (...given: Arguments) => Promise<Result | Failed> {
  return async (...given) => {
    try {
      return await act(...given);
    } catch (thrown) {
      return tellFailure(failureOf(thrown), situation, retry?.(...given));
    }
  };
}

export function tellFailure(error: CommandFailure, situation: () => Situation, retry?: Remedy): Failed {
  showFailure(explain(error, situation(), retry), error);
  return { error };
}
