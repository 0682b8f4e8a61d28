import type { TokenStatus } from '../../shared/environments.ts';
import { BffError } from '../bff-error.ts';
import type { Clock } from '../clock.ts';
import type { Secret } from '../secret.ts';
import type { GrantedToken } from './token-request.ts';

/** A token with its times. The `generation` of its value tells it from earlier and later tokens. */
export type KeptToken = { value: Secret; staleAt: number; expiresAt: number };

/**
 * Keeps one token for one key, in one of four states:
 *
 *     fresh    used
 *     stale    used, while one refresh runs in the background
 *     expired  not used: callers wait for the one request in progress
 *     failing  no usable token, and the last request failed: calls fail at once until the cool-down is over
 */
export type TokenKeeper = {
  /** A usable token, at once if there is one. Rejects with a BffError that says why there is none. */
  get(): KeptToken | Promise<KeptToken>;
  /** Pearsana refused this token. A newer token is kept, so that fifty late refusals cost one request. */
  evict(generation: number): void;
  /** Pearsana refused a token and its successor. Another one would not help, so none is evicted for a cool-down. */
  hold(): void;
  /** The token that is kept, if it may still be used. */
  usable(): KeptToken | undefined;
  status(): Omit<TokenStatus, 'scopes'>;
  /** The code of why the last request failed; undefined if it succeeded. */
  failureCode(): string | undefined;
};

type TokenKeeperOptions = {
  /** Requests a token once, and must end by itself. The request belongs to no caller, so that one that goes away fails no other. */
  request: () => Promise<GrantedToken>;
  clock: Clock;
  /** 0 to 1, so that many keepers do not refresh in the same instant. */
  random: () => number;
  /** A token that was requested with the previous secret. It counts as stale. */
  inherited?: KeptToken | undefined;
};

/** Pearsana's own example refreshes a minute early. */
const marginSeconds = 60;
/** A token this close to its end could expire on its way. */
const travelSeconds = 2;
const firstCoolDownSeconds = 1;
const longestCoolDownSeconds = 5;
/** A longer wait would keep the BFF down long after the server has recovered. */
const longestRetryAfterSeconds = 300;
/** A person has to correct a wrong secret or a missing scope: ask less often, but soon enough to notice the correction. */
const mendableCoolDownSeconds = 15;
const mendable = new Set(['CLIENT_CREDENTIALS_REJECTED', 'SCOPE_NOT_ENABLED']);

export function createTokenKeeper({ request, clock, random, inherited }: TokenKeeperOptions): TokenKeeper {
  let kept = inherited && { ...inherited, staleAt: Number.NEGATIVE_INFINITY };
  let underWay: Promise<KeptToken> | undefined;
  let failure: { error: BffError; until: number; count: number } | undefined;
  let heldUntil = Number.NEGATIVE_INFINITY;

  async function ask(): Promise<KeptToken> {
    // Measured before the request, since the server starts to count later.
    const asked = clock();
    try {
      const { value, lifetimeSeconds } = await request();
      const margin = Math.min(marginSeconds, lifetimeSeconds / 2);
      failure = undefined;
      kept = {
        value,
        staleAt: asked + lifetimeSeconds - margin * (1 - random() / 10),
        expiresAt: asked + lifetimeSeconds - Math.min(travelSeconds, lifetimeSeconds / 10),
      };
      if (!usable()) throw BffError.of('AUTH_TIMEOUT', 'The token expired before it arrived.');
      return kept;
    } catch (cause) {
      const error =
        cause instanceof BffError ? cause : BffError.of('INTERNAL', 'The token request failed.', { cause });
      const count = (failure?.count ?? 0) + 1;
      failure = { error, count, until: coolUntil({ error, count, asked, now: clock(), random }) };
      throw error;
    }
  }

  function askOnce(): Promise<KeptToken> {
    underWay ??= ask().finally(() => {
      underWay = undefined;
    });
    return underWay;
  }

  const coolingDown = () => failure !== undefined && clock() < failure.until;
  const usable = () => (kept && clock() < kept.expiresAt ? kept : undefined);

  return {
    get() {
      const token = usable();
      if (token) {
        // Nobody waits for this refresh. Its failure is kept in `failure`, and shows in the status.
        if (clock() >= token.staleAt && !coolingDown()) askOnce().catch(() => {});
        return token;
      }
      if (failure && coolingDown() && !underWay) return Promise.reject(failure.error);
      return askOnce();
    },

    evict(generation) {
      if (kept?.value.generation === generation && clock() >= heldUntil) kept = undefined;
    },

    hold() {
      heldUntil = clock() + longestCoolDownSeconds;
    },

    usable,

    failureCode: () => failure?.error.code,

    status() {
      const token = usable();
      if (!token) return { state: failure ? 'failing' : 'expired', expiresAt: null };
      const now = clock();
      const expiresAt = new Date(Date.now() + (token.expiresAt - now) * 1000).toISOString();
      return { state: now < token.staleAt ? 'fresh' : 'stale', expiresAt };
    },
  };
}

type FailedAttempt = { error: BffError; count: number; asked: number; now: number; random: () => number };

function coolUntil({ error, count, asked, now, random }: FailedAttempt): number {
  if (mendable.has(error.code)) return now + mendableCoolDownSeconds;
  const jitter = 0.8 + random() / 5;
  const growing = Math.min(firstCoolDownSeconds * 2 ** (count - 1), longestCoolDownSeconds);
  const wanted = Math.min(error.retryAfterSeconds ?? 0, longestRetryAfterSeconds);
  // Measured from the start of the request, so that the time lost to a silent server does not count twice.
  return Math.max(asked + growing * jitter, now + Math.max(firstCoolDownSeconds * jitter, wanted));
}
