import {
  type Scope,
  type ScopeFinding,
  type ScopesResult,
  scope,
  scopeDescriptions,
} from '../../shared/scopes.ts';
import { BffError } from '../bff-error.ts';
import type { Clock } from '../clock.ts';
import type { ClientCredentials, RequestToken } from './token-request.ts';

/**
 * Finds out which scopes an App Client has, by asking for a token of each scope alone. These tokens are dropped: no call
 * uses them, and they do not count among the tokens that calls use.
 */
type FindScopes = (credentials: ClientCredentials) => Promise<ScopesResult>;

const names = Object.keys(scopeDescriptions) as (keyof typeof scopeDescriptions)[];
/** So that these requests do not crowd out others at the authorisation server. */
const atOnce = 3;
const keptSeconds = 60;
/** A failed check may be fixed at any moment. */
const failureKeptSeconds = 5;

type Kept = { generation: number; result: Promise<ScopesResult>; until: number };

export function createScopeFinder(options: { requestToken: RequestToken; clock: Clock }): FindScopes {
  const { requestToken, clock } = options;
  const kept = new Map<string, Kept>();

  async function findOne(
    credentials: ClientCredentials,
    wanted: Scope,
    grants: string,
  ): Promise<ScopeFinding> {
    try {
      await requestToken(credentials, [wanted]);
      return { scope: wanted, grants, enabled: true };
    } catch (error) {
      if (!(error instanceof BffError)) throw error;
      const { code, message } = error;
      if (code === 'SCOPE_NOT_ENABLED') return { scope: wanted, grants, enabled: false };
      return { scope: wanted, grants, enabled: null, error: { code, message } };
    }
  }

  async function findAll(credentials: ClientCredentials): Promise<ScopesResult> {
    const checkedAt = new Date().toISOString();
    const scopes: ScopeFinding[] = [];
    while (scopes.length < names.length) {
      // If none of the first scopes could be checked, the others would fail too, and only burden the server.
      const [hopeless] = scopes.every(({ enabled }) => enabled === null) ? scopes : [];
      const next = names.slice(scopes.length, hopeless ? undefined : scopes.length + atOnce);
      const find = (name: (typeof names)[number]) => {
        const grants = scopeDescriptions[name];
        return hopeless
          ? { ...hopeless, scope: scope(name), grants }
          : findOne(credentials, scope(name), grants);
      };
      scopes.push(...(await Promise.all(next.map(find))));
    }
    const rejection = scopes[0]?.error;
    if (scopes.every(({ error }) => error?.code === 'CLIENT_CREDENTIALS_REJECTED') && rejection) {
      throw BffError.of('CLIENT_CREDENTIALS_REJECTED', rejection.message);
    }
    return { checkedAt, scopes };
  }

  return function findScopes(credentials) {
    const { environment, clientSecret } = credentials;
    const { generation } = clientSecret;
    const found = kept.get(environment);
    if (found?.generation === generation && clock() < found.until) return found.result;
    const entry: Kept = { generation, result: findAll(credentials), until: Number.POSITIVE_INFINITY };
    kept.set(environment, entry);
    entry.result.then(
      ({ scopes }) => {
        const all = scopes.every(({ enabled }) => enabled !== null);
        entry.until = clock() + (all ? keptSeconds : failureKeptSeconds);
      },
      () => {
        entry.until = clock() + failureKeptSeconds;
      },
    );
    return entry.result;
  };
}
