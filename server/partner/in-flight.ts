import { E_TIMEOUT, Semaphore, type SemaphoreInterface, withTimeout } from 'async-mutex';
import { BffError } from '../bff-error.ts';
import type { PartnerEnvironment } from './partner-failure.ts';

/** So that slow writes cannot starve a ping. */
type CallClass = 'reads' | 'writes';

/** Waits for a place among the calls in flight to an environment. @returns a function that frees the place. */
export type EnterFlight = (environment: PartnerEnvironment, callClass: CallClass) => Promise<() => void>;

type InFlightLimits = {
  /** For each environment and class. */
  most: number;
  /** How long a call waits for a place before it fails with `BUSY`. */
  longestWaitMs: number;
};

export const inFlightLimits: InFlightLimits = { most: 32, longestWaitMs: 5_000 };

export function limitInFlight({ most, longestWaitMs }: InFlightLimits): EnterFlight {
  const places = new Map<string, { free: SemaphoreInterface; patient: SemaphoreInterface }>();

  function addPlaces(key: string) {
    const free = new Semaphore(most);
    const added = { free, patient: withTimeout(free, longestWaitMs) };
    places.set(key, added);
    return added;
  }

  return async function enterFlight(environment, callClass) {
    const key = `${environment.id} ${callClass}`;
    const { free, patient } = places.get(key) ?? addPlaces(key);
    try {
      // Without a queue, no timer is needed.
      const [, leave] = await (free.isLocked() ? patient : free).acquire();
      return leave;
    } catch (error) {
      if (error !== E_TIMEOUT) throw error;
      throw BffError.of(
        'BUSY',
        `The BFF is busy: ${most} ${callClass} are waiting for Pearsana (${environment.id}), and none ended within ${longestWaitMs / 1000} s. Nothing was sent; try again in a moment.`,
        { retryAfterSeconds: 1 },
      );
    }
  };
}
