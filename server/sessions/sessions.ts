import { createHash, timingSafeEqual } from 'node:crypto';
import { parseCookie, stringifySetCookie } from 'cookie';
import { randomNonce, randomPKCECodeVerifier, randomState } from 'openid-client';
import { BffError } from '../bff-error.ts';
import type { Caller } from '../callers/caller.ts';
import type { SessionConfig } from '../config/session-config.ts';
import { callerOf, type UnreadClaim, unreadClaims } from './claims.ts';
import type { OpenHandles } from './handle-store.ts';
import type { IdentityProvider, LoginChecks, ProviderLog, Recognised } from './identity-provider.ts';
import { sessionCookie } from './session-cookie.ts';

declare const checked: unique symbol;
/** Where a browser goes after the login. Only {@link Sessions.pageFrom} and {@link Sessions.ownPath} make one. */
export type ReturnTo = { readonly url: string; readonly [checked]: true };

/** A login that a browser may begin: the provider's address, and the cookies that tie the login to this browser. */
type BegunLogin = { location: string; setCookies: string[] };

/** Who signed in. A caller without grants gets no session, and so no cookie. */
type FinishedLogin = {
  caller: Caller;
  returnTo: ReturnTo;
  setCookies: string[];
  /** Why the person may have fewer grants than they should. */
  unread: UnreadClaim[];
};

/** Somebody who is signed in in a browser. */
export type Session = {
  caller: Caller;
  /** Names the person in this browser, across their sessions there. */
  presence: string;
};

/** What the administrator is told about sessions. */
export type SessionLog = ProviderLog & {
  /** Only the ID token was used. `reason` is a status, or an error code of the library or the system. */
  userinfoFailed(facts: { caller: string; reason: string }): void;
  /** The provider is away, or refuses the BFF itself, so nobody can sign in. */
  providerFailed(reason: string): void;
  claimUnread(facts: { caller: string } & UnreadClaim): void;
};

/** The people who signed in, each in a browser. A browser holds only a handle of its session, never a token. */
export type Sessions = {
  /** The BFF's origin for browsers. */
  publicOrigin: string;
  /** The page that asks for a login. It must be exactly one of the configured addresses; otherwise this throws a BffError. */
  pageFrom(returnParameter: unknown): ReturnTo;
  /** A path of the BFF, such as `/auth/vscode?…`, which the server itself made. Never pass one from a query. */
  ownPath(path: `/auth/${string}`): ReturnTo;
  beginLogin(returnTo: ReturnTo, cookieHeader: string | undefined): Promise<BegunLogin>;
  /**
   * Ends a login by the query that the identity provider sent the browser back with. Fails with a BffError, and then
   * there is no session.
   */
  finishLogin(query: string, cookieHeader: string | undefined): Promise<FinishedLogin>;
  /** Who is signed in with this `Cookie` header. Each call counts as use of the session. */
  sessionOf(cookieHeader: string | undefined): Promise<Session | undefined>;
  /** Whether somebody is still signed in. They may have signed out since, or signed in again in another tab. */
  isPresent(presence: string): Promise<boolean>;
  /** Whether the cookies name a session, valid or not. If so, the request must prove that one of our pages made it. */
  claimsSession(cookieHeader: string | undefined): boolean;
  endSession(cookieHeader: string | undefined): Promise<void>;
  /** Reads the file of the client secret again, if there is one. */
  rereadSecret(): void;
};

/** Like `sessionCookie`, but for one login. Each login has its own name, so that two tabs can sign in at once. */
const loginCookies = '__Host-pearsana-login-';
const loginCookieOf = (state: string) => loginCookies + state.slice(0, 8);
const loginSeconds = 600;
/** More simultaneous sign-ins than one browser needs, and few enough to fit in a header. */
const mostLoginsOfBrowser = 5;
const mostLogins = 10_000;
const mostSessions = 10_000;

const onlyForUs = { path: '/', secure: true, httpOnly: true } as const;
const gone = { ...onlyForUs, maxAge: 0 } as const;
/** Makes the browser drop its session. */
export const dropSessionCookie = stringifySetCookie(sessionCookie, '', { ...gone, sameSite: 'strict' });
const dropCookie = (name: string) => stringifySetCookie(name, '', { ...gone, sameSite: 'lax' });

type SessionsOptions = {
  config: Pick<
    SessionConfig,
    'publicOrigin' | 'returnUrls' | 'claimGrants' | 'idleSeconds' | 'absoluteSeconds'
  >;
  provider: IdentityProvider;
  openHandles: OpenHandles;
  log: SessionLog;
};

export function createSessions({ config, provider, openHandles, log }: SessionsOptions): Sessions {
  const logins = openHandles<LoginChecks & { returnTo: ReturnTo }>('login', {
    ...{ most: mostLogins, lifetimeSeconds: loginSeconds, renewed: false },
  });
  const sessions = openHandles<Session>('session', {
    ...{ most: mostSessions, lifetimeSeconds: config.idleSeconds, renewed: true },
  });
  // Over at this very moment, not after it.
  const presences = openHandles<object>('presence', {
    ...{ most: mostSessions, lifetimeSeconds: config.absoluteSeconds - 0.001, renewed: false },
  });
  const isPresent = async (presence: string) => (await presences.find(presence)) !== undefined;

  async function sessionOf(cookieHeader: string | undefined): Promise<Session | undefined> {
    const handle = cookieIn(cookieHeader, sessionCookie);
    const session = await sessions.find(handle);
    if (!session || (await isPresent(session.presence))) return session;
    await sessions.drop(handle);
    return undefined;
  }

  /** If the same person signs in again, their presence continues; anybody else's ends. */
  async function replaceSession(cookieHeader: string | undefined, caller: Caller): Promise<string> {
    const before = await sessions.take(cookieIn(cookieHeader, sessionCookie));
    const continues = before?.caller.id === caller.id && (await presences.renew(before.presence));
    if (before && !continues) await presences.drop(before.presence);
    const presence = before && continues ? before.presence : await presences.issue({});
    return sessions.issue({ caller, presence });
  }

  /** Logs what the provider left out: the person may have fewer grants than they should. */
  function noteMissing(caller: Caller, { claims, withoutUserinfo }: Recognised): UnreadClaim[] {
    if (withoutUserinfo) log.userinfoFailed({ caller: caller.id, reason: withoutUserinfo.reason });
    const unread = unreadClaims(claims, config.claimGrants);
    for (const each of unread) log.claimUnread({ caller: caller.id, ...each });
    return unread;
  }

  function noteFailure(failure: unknown): never {
    if (failure instanceof BffError && typeof failure.cause === 'string') log.providerFailed(failure.cause);
    throw failure;
  }

  return {
    publicOrigin: config.publicOrigin,

    pageFrom(returnParameter) {
      const url =
        returnParameter === undefined
          ? config.returnUrls[0]
          : config.returnUrls.find((each) => each === returnParameter);
      if (url !== undefined) return { url } as ReturnTo;
      throw BffError.of(
        'VALIDATION_ERROR',
        'This BFF does not send people to the address in “return”. Ask your BFF administrator to list it exactly in BFF_OIDC_RETURN_URLS.',
      );
    },

    ownPath: (path) => ({ url: config.publicOrigin + path }) as ReturnTo,

    async beginLogin(returnTo, cookieHeader) {
      const checks = { state: randomState(), nonce: randomNonce(), codeVerifier: randomPKCECodeVerifier() };
      const location = await provider.authorizationUrl(checks).catch(noteFailure);
      const handle = await logins.issue({ ...checks, returnTo });
      // Browsers send the oldest cookie first (RFC 6265, 5.4).
      const surplus = Object.entries(cookiesIn(cookieHeader))
        .filter(([name]) => name.startsWith(loginCookies))
        .slice(0, 1 - mostLoginsOfBrowser);
      for (const [, old] of surplus) await logins.drop(old);
      // Lax: the browser comes back from another site, and would not send a strict cookie.
      const options = { ...onlyForUs, sameSite: 'lax', maxAge: loginSeconds } as const;
      const setCookie = stringifySetCookie(loginCookieOf(checks.state), handle, options);
      return { location, setCookies: [...surplus.map(([name]) => dropCookie(name)), setCookie] };
    },

    async finishLogin(query, cookieHeader) {
      const state = new URLSearchParams(query).get('state') ?? '';
      const handle = cookieIn(cookieHeader, loginCookieOf(state));
      const login = await logins.find(handle);
      // Used up, whether it succeeds or not. Of two who come back with it at once, one goes on.
      if (!login || !isSame(state, login.state) || !(await logins.take(handle))) {
        throw BffError.of(
          'LOGIN_FAILED',
          'This sign-in did not begin in this browser in the last ten minutes, or it has ended already. You were not signed in: go back to the page that you came from, and try again.',
        );
      }
      const recognised = await provider.redeem(query, login).catch(noteFailure);
      const caller = callerOf(recognised.claims, config.claimGrants);
      const unread = noteMissing(caller, recognised);
      const { returnTo } = login;
      if (caller.grants.length === 0) {
        if (recognised.withoutUserinfo) throw recognised.withoutUserinfo.failure;
        return { caller, returnTo, unread, setCookies: [] };
      }
      // Always a new session: if somebody planted one in this browser, they do not share the new grants.
      const session = await replaceSession(cookieHeader, caller);
      const setCookie = stringifySetCookie(sessionCookie, session, { ...onlyForUs, sameSite: 'strict' });
      return { caller, returnTo, unread, setCookies: [dropCookie(loginCookieOf(state)), setCookie] };
    },

    sessionOf,
    isPresent,
    claimsSession: (cookieHeader) => cookieIn(cookieHeader, sessionCookie) !== undefined,
    async endSession(cookieHeader) {
      const session = await sessions.take(cookieIn(cookieHeader, sessionCookie));
      if (session) await presences.drop(session.presence);
    },
    rereadSecret: provider.rereadSecret,
  };
}

function cookieIn(header: string | undefined, name: string): string | undefined {
  return cookiesIn(header)[name];
}

function cookiesIn(header: string | undefined): Record<string, string | undefined> {
  return header === undefined ? {} : parseCookie(header);
}

function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
