import { BffError } from '../../bff-error.ts';
import { type Clock, clock as processClock } from '../../clock.ts';

const longestSeconds = 60;

/**
 * After Pearsana answers 429, the rows of imports wait, and single writes and reads are still sent. Each further 429 in
 * succession makes them wait longer, unless Pearsana says how long to wait.
 */
type ImportPause = {
  /** @throws BffError `RATE_LIMITED` while rows must wait. */
  check: (environment: string) => void;
  begin: (environment: string, retryAfterSeconds: number | undefined) => void;
  /** Notes that Pearsana accepts requests again. */
  ended: (environment: string) => void;
};

export function createImportPause({
  clock = processClock,
  random = Math.random,
}: {
  clock?: Clock;
  random?: () => number;
} = {}): ImportPause {
  const pauses = new Map<string, { until: number; times: number }>();

  return {
    check(environment) {
      const left = (pauses.get(environment)?.until ?? 0) - clock();
      if (left <= 0) return;
      const seconds = Math.ceil(left);
      throw BffError.of(
        'RATE_LIMITED',
        `Pearsana (${environment}) has received too many requests, so the rows of imports must wait. Try again in ${seconds} s.`,
        { retryAfterSeconds: seconds, details: { waitsFor: 'pearsana' } },
      );
    },
    begin(environment, retryAfterSeconds) {
      const times = (pauses.get(environment)?.times ?? 0) + 1;
      const growing = Math.min(longestSeconds, 2 ** (times - 1)) * (0.5 + random() / 2);
      const seconds = Math.max(1, retryAfterSeconds ?? growing);
      pauses.set(environment, { until: clock() + seconds, times });
    },
    ended(environment) {
      const pause = pauses.get(environment);
      if (pause && pause.until <= clock()) pauses.delete(environment);
    },
  };
}
