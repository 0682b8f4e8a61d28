import { createHash, timingSafeEqual } from 'node:crypto';
import { parseCookie, stringifySetCookie } from 'cookie';
import { randomNonce, randomPKCECodeVerifier, randomState } from 'openid-client';
import { BffError } from '../bff-error.ts';
import type { Caller } from '../callers/caller.ts';
import type { Clock } from '../clock.ts';
import type { SessionConfig } from '../config/session-config.ts';
import { callerOf, type UnreadClaim, unreadClaims } from './claims.ts';
import { createHandleStore } from './handle-store.ts';
import type { IdentityProvider, LoginChecks, ProviderLog, Recognised } from './identity-provider.ts';
import { sessionCookie } from './session-cookie.ts';

declare const checked: unique symbol;
/** Where a browser goes after the login; only {@link Sessions.pageFrom} and {@link Sessions.ownPath} make one. */
export type ReturnTo = { readonly url: string; readonly [checked]: true };

/** A login that a browser may begin: where it goes, and the cookies that tie it to this browser. */
export type BegunLogin = { location: string; setCookies: string[] };

/** Who signed in. Without a grant there is no session, and so no cookie. */
export type FinishedLogin = {
  caller: Caller;
  returnTo: ReturnTo;
  setCookies: string[];
  /** Why the person may be granted less than they should be. */
  unread: UnreadClaim[];
};

/** Somebody who is signed in in a browser. */
export type Session = {
  caller: Caller;
  /** Whether they still are: asked later, when they may have signed out, or signed in once more in another tab. */
  isSignedIn(): boolean;
};

/** What the sessions have to say to whoever runs the BFF. */
export type SessionLog = ProviderLog & {
  /** The ID token alone was believed. `reason` is a status, a code of the library's, or the system's. */
  userinfoFailed(facts: { caller: string; reason: string }): void;
  claimUnread(facts: { caller: string } & UnreadClaim): void;
};

/** People who signed in in a browser. A browser holds a handle of its session, and no token of any kind. */
export type Sessions = {
  /** The origin that browsers know the BFF by. */
  publicOrigin: string;
  /** A page that asks for a login: one of the configured addresses, exactly, or a BffError. */
  pageFrom(returnParameter: unknown): ReturnTo;
  /** A path of the BFF's own, such as `/auth/vscode?…`, which the server itself made; never one from a query. */
  ownPath(path: `/auth/${string}`): ReturnTo;
  beginLogin(returnTo: ReturnTo, cookieHeader: string | undefined): Promise<BegunLogin>;
  /**
   * Ends a login by the query that the identity provider sent the browser back with. Fails with a BffError, and then
   * there is no session.
   */
  finishLogin(query: string, cookieHeader: string | undefined): Promise<FinishedLogin>;
  /** Who is signed in in the browser that sent this `Cookie` header. Each time counts as use. */
  sessionOf(cookieHeader: string | undefined): Session | undefined;
  /** Whether a session is claimed, be it one or not: then the request must prove that a page of ours made it. */
  claimsSession(cookieHeader: string | undefined): boolean;
  endSession(cookieHeader: string | undefined): void;
  /** Reads the file of the client secret again, where there is one. */
  rereadSecret(): void;
};

/** As `sessionCookie`, for as long as a login takes. Each has a name of its own, so that two tabs can sign in at once. */
const loginCookies = '__Host-pearsana-login-';
const loginCookieOf = (state: string) => loginCookies + state.slice(0, 8);
const loginSeconds = 600;
/** More tabs than anybody signs in in at once, and few enough for a header. */
const mostLoginsOfBrowser = 5;
const mostLogins = 10_000;
const mostSessions = 10_000;

const onlyForUs = { path: '/', secure: true, httpOnly: true } as const;
const gone = { ...onlyForUs, maxAge: 0 } as const;
/** For an answer that ends a session in the browser as well. */
export const dropSessionCookie = stringifySetCookie(sessionCookie, '', { ...gone, sameSite: 'strict' });
const dropCookie = (name: string) => stringifySetCookie(name, '', { ...gone, sameSite: 'lax' });

export type SessionsOptions = {
  config: Pick<
    SessionConfig,
    'publicOrigin' | 'returnUrls' | 'claimGrants' | 'idleSeconds' | 'absoluteSeconds'
  >;
  provider: IdentityProvider;
  clock: Clock;
  log: SessionLog;
};

/** A person in a browser, over the sessions that they have there one after another. */
type Presence = { endsAt: number };

export function createSessions({ config, provider, clock, log }: SessionsOptions): Sessions {
  const logins = createHandleStore<LoginChecks & { returnTo: ReturnTo }>({
    ...{ most: mostLogins, lifetimeSeconds: loginSeconds, renewed: false, clock },
  });
  const sessions = createHandleStore<{ caller: Caller; presence: Presence }>({
    ...{ most: mostSessions, lifetimeSeconds: config.idleSeconds, renewed: true, clock },
  });

  function sessionOf(cookieHeader: string | undefined): Session | undefined {
    const handle = cookieIn(cookieHeader, sessionCookie);
    const session = sessions.find(handle);
    if (!session) return undefined;
    const { caller, presence } = session;
    const isSignedIn = () => presence.endsAt > clock();
    if (isSignedIn()) return { caller, isSignedIn };
    sessions.drop(handle);
    return undefined;
  }

  /** The same person's presence goes on; anybody else's ends. */
  function replaceSession(cookieHeader: string | undefined, caller: Caller): string {
    const handle = cookieIn(cookieHeader, sessionCookie);
    const before = sessions.find(handle);
    sessions.drop(handle);
    const presence = before?.caller.id === caller.id ? before.presence : { endsAt: 0 };
    if (before) before.presence.endsAt = 0;
    presence.endsAt = clock() + config.absoluteSeconds;
    return sessions.issue({ caller, presence });
  }

  /** Notes what the provider left unsaid: the person may be granted less than they should be. */
  function noteMissing(caller: Caller, { claims, withoutUserinfo }: Recognised): UnreadClaim[] {
    if (withoutUserinfo) log.userinfoFailed({ caller: caller.id, reason: withoutUserinfo.reason });
    const unread = unreadClaims(claims, config.claimGrants);
    for (const each of unread) log.claimUnread({ caller: caller.id, ...each });
    return unread;
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
      const location = await provider.authorizationUrl(checks);
      const handle = logins.issue({ ...checks, returnTo });
      // A browser sends the oldest first (RFC 6265, 5.4).
      const surplus = Object.entries(cookiesIn(cookieHeader))
        .filter(([name]) => name.startsWith(loginCookies))
        .slice(0, 1 - mostLoginsOfBrowser);
      for (const [, old] of surplus) logins.drop(old);
      // Lax: the browser comes back from another site, to which a strict cookie is not sent.
      const options = { ...onlyForUs, sameSite: 'lax', maxAge: loginSeconds } as const;
      const setCookie = stringifySetCookie(loginCookieOf(checks.state), handle, options);
      return { location, setCookies: [...surplus.map(([name]) => dropCookie(name)), setCookie] };
    },

    async finishLogin(query, cookieHeader) {
      const state = new URLSearchParams(query).get('state') ?? '';
      const handle = cookieIn(cookieHeader, loginCookieOf(state));
      const login = logins.find(handle);
      if (!login || !isSame(state, login.state)) {
        throw BffError.of(
          'LOGIN_FAILED',
          'This sign-in did not begin in this browser in the last ten minutes, or it has ended already. You were not signed in: go back to the page that you came from, and try again.',
        );
      }
      // Whatever comes of it, it is used up.
      logins.drop(handle);
      const recognised = await provider.redeem(query, login);
      const caller = callerOf(recognised.claims, config.claimGrants);
      const unread = noteMissing(caller, recognised);
      const { returnTo } = login;
      if (caller.grants.length === 0) {
        if (recognised.withoutUserinfo) throw recognised.withoutUserinfo.failure;
        return { caller, returnTo, unread, setCookies: [] };
      }
      // Always a new one: who planted a session in this browser does not share what it may do now.
      const session = replaceSession(cookieHeader, caller);
      const setCookie = stringifySetCookie(sessionCookie, session, { ...onlyForUs, sameSite: 'strict' });
      return { caller, returnTo, unread, setCookies: [dropCookie(loginCookieOf(state)), setCookie] };
    },

    sessionOf,
    claimsSession: (cookieHeader) => cookieIn(cookieHeader, sessionCookie) !== undefined,
    endSession(cookieHeader) {
      const handle = cookieIn(cookieHeader, sessionCookie);
      const session = sessions.find(handle);
      if (session) session.presence.endsAt = 0;
      sessions.drop(handle);
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
