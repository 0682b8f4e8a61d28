import type { TokenStatus } from '../../shared/environments.ts';
import { BffError } from '../bff-error.ts';
import type { Secret } from './secret.ts';
import type { GrantedToken } from './token-request.ts';

/** Seconds that never step back, whatever happens to the wall clock. */
export type Clock = () => number;

/** A token as it is kept. `generation` tells it from the one before and the one after it. */
export type KeptToken = { value: Secret; generation: number; staleAt: number; expiresAt: number };

/**
 * Keeps one token for one key, in one of four states:
 *
 *     fresh    used
 *     stale    used, while one refresh runs behind it
 *     expired  not used: callers wait for the one request that is under way
 *     failing  no usable token and the last request failed: callers are told so until the cool-down is over
 */
export type TokenKeeper = {
  /** A usable token, or a BffError that says why there is none. */
  get(): Promise<KeptToken>;
  /** The partner refused this token. A newer one is left alone, so that fifty late refusals cost one request. */
  evict(generation: number): void;
  status(): Omit<TokenStatus, 'scopes'>;
};

export type TokenKeeperOptions = {
  /** Asks for a token once; must end by itself. It belongs to no caller: one that goes away fails nobody else. */
  request: () => Promise<GrantedToken>;
  clock: Clock;
  /** 0 to 1, so that many keepers do not refresh in the same instant. */
  random: () => number;
};

/** The partner's own example refreshes a minute early. */
const marginSeconds = 60;
/** A token this close to its end would expire on its way. */
const travelSeconds = 2;
const firstCoolDownSeconds = 1;
const longestCoolDownSeconds = 5;
/** A wrong secret or a missing scope is mended by a person: ask less often, but soon enough that the mending shows. */
const mendableCoolDownSeconds = 15;
const mendable = new Set(['CLIENT_CREDENTIALS_REJECTED', 'SCOPE_NOT_ENABLED']);

export function createTokenKeeper({ request, clock, random }: TokenKeeperOptions): TokenKeeper {
  let kept: KeptToken | undefined;
  let underWay: Promise<KeptToken> | undefined;
  let failure: { error: BffError; until: number; count: number } | undefined;
  let generations = 0;

  async function ask(): Promise<KeptToken> {
    // Counted from before the request, when the server cannot have begun to count yet.
    const asked = clock();
    try {
      const { value, lifetimeSeconds } = await request();
      const margin = Math.min(marginSeconds, lifetimeSeconds / 2);
      generations += 1;
      failure = undefined;
      kept = {
        value,
        generation: generations,
        staleAt: asked + lifetimeSeconds - margin * (1 - random() / 10),
        expiresAt: asked + lifetimeSeconds - Math.min(travelSeconds, lifetimeSeconds / 10),
      };
      return kept;
    } catch (cause) {
      const error =
        cause instanceof BffError ? cause : BffError.of('INTERNAL', 'The token request failed.', { cause });
      const count = (failure?.count ?? 0) + 1;
      failure = { error, count, until: clock() + coolDown(error, count, random) };
      throw error;
    } finally {
      underWay = undefined;
    }
  }

  function askOnce(): Promise<KeptToken> {
    underWay ??= ask();
    return underWay;
  }

  const coolingDown = () => failure !== undefined && clock() < failure.until;

  return {
    async get() {
      const now = clock();
      if (kept && now < kept.staleAt) return kept;
      if (kept && now < kept.expiresAt) {
        // Nobody waits for this refresh: its failure is remembered in `failure` and shows in the status.
        if (!coolingDown()) askOnce().catch(() => {});
        return kept;
      }
      if (failure && coolingDown() && !underWay) {
        throw failure.error;
      }
      return askOnce();
    },

    evict(generation) {
      if (kept?.generation === generation) kept = undefined;
    },

    status() {
      const now = clock();
      const usable = kept && now < kept.expiresAt ? kept : undefined;
      const expiresAt = usable ? new Date(Date.now() + (usable.expiresAt - now) * 1000).toISOString() : null;
      if (usable) return { state: now < usable.staleAt ? 'fresh' : 'stale', expiresAt };
      return { state: failure ? 'failing' : 'expired', expiresAt };
    },
  };
}

function coolDown(error: BffError, count: number, random: () => number): number {
  if (mendable.has(error.code)) return mendableCoolDownSeconds;
  const growing = Math.min(firstCoolDownSeconds * 2 ** (count - 1), longestCoolDownSeconds);
  return Math.max(growing * (0.8 + random() / 5), error.retryAfterSeconds ?? 0);
}
