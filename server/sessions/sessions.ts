import { createHash, timingSafeEqual } from 'node:crypto';
import { parseCookie, stringifySetCookie } from 'cookie';
import { randomNonce, randomPKCECodeVerifier, randomState } from 'openid-client';
import { BffError } from '../bff-error.ts';
import type { Caller } from '../callers/caller.ts';
import type { Clock } from '../clock.ts';
import type { SessionConfig } from '../config/session-config.ts';
import { callerOf } from './claims.ts';
import { createHandleStore } from './handle-store.ts';
import type { IdentityProvider, LoginChecks } from './identity-provider.ts';
import { sessionCookie } from './session-cookie.ts';

declare const checked: unique symbol;
/** Where a browser goes after the login; only {@link Sessions.pageFrom} and {@link Sessions.ownPath} make one. */
export type ReturnTo = { readonly url: string; readonly [checked]: true };

/** A login that a browser may begin: where it goes, and the cookie that ties it to this browser. */
export type BegunLogin = { location: string; setCookie: string };

/** Who signed in. Without a grant there is no session, and so no cookie. */
export type FinishedLogin = { caller: Caller; returnTo: ReturnTo; setCookie: string | undefined };

/** People who signed in in a browser. A browser holds a handle of its session, and no token of any kind. */
export type Sessions = {
  /** The origin that browsers know the BFF by. */
  publicOrigin: string;
  /** A page that asks for a login: one of the configured addresses, exactly, or a BffError. */
  pageFrom(returnParameter: unknown): ReturnTo;
  /** A path of the BFF's own, such as `/auth/vscode?…`, which the server itself made; never one from a query. */
  ownPath(path: `/auth/${string}`): ReturnTo;
  beginLogin(returnTo: ReturnTo): Promise<BegunLogin>;
  /**
   * Ends a login by the query that the identity provider sent the browser back with. Fails with a BffError, and then
   * there is no session.
   */
  finishLogin(query: string, cookieHeader: string | undefined): Promise<FinishedLogin>;
  /** Who is signed in in the browser that sent this `Cookie` header. Each time counts as use. */
  sessionOf(cookieHeader: string | undefined): { caller: Caller } | undefined;
  /** Whether a session is claimed, be it one or not: then the request must prove that a page of ours made it. */
  claimsSession(cookieHeader: string | undefined): boolean;
  endSession(cookieHeader: string | undefined): void;
};

// As `sessionCookie`, for as long as a login takes.
const loginCookie = '__Host-pearsana-login';
const loginSeconds = 600;
const mostLogins = 10_000;
const mostSessions = 10_000;

const onlyForUs = { path: '/', secure: true, httpOnly: true } as const;
const gone = { ...onlyForUs, maxAge: 0 } as const;
/** For answers that end a session or a login in the browser as well. */
export const dropSessionCookie = stringifySetCookie(sessionCookie, '', { ...gone, sameSite: 'strict' });
export const dropLoginCookie = stringifySetCookie(loginCookie, '', { ...gone, sameSite: 'lax' });

export type SessionsOptions = {
  config: Pick<
    SessionConfig,
    'publicOrigin' | 'returnUrls' | 'claimGrants' | 'idleSeconds' | 'absoluteSeconds'
  >;
  provider: IdentityProvider;
  clock: Clock;
};

export function createSessions({ config, provider, clock }: SessionsOptions): Sessions {
  const logins = createHandleStore<LoginChecks & { returnTo: ReturnTo }>({
    ...{ most: mostLogins, lifetimeSeconds: loginSeconds, renewed: false, clock },
  });
  const sessions = createHandleStore<{ caller: Caller; endsAt: number }>({
    ...{ most: mostSessions, lifetimeSeconds: config.idleSeconds, renewed: true, clock },
  });

  function sessionOf(cookieHeader: string | undefined): { caller: Caller } | undefined {
    const handle = cookieIn(cookieHeader, sessionCookie);
    const session = sessions.find(handle);
    if (session && session.endsAt > clock()) return { caller: session.caller };
    sessions.drop(handle);
    return undefined;
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
        'The address to return to is not one that this BFF sends people to: whoever runs it lists each exactly in BFF_OIDC_RETURN_URLS.',
      );
    },

    ownPath: (path) => ({ url: config.publicOrigin + path }) as ReturnTo,

    async beginLogin(returnTo) {
      const checks = { state: randomState(), nonce: randomNonce(), codeVerifier: randomPKCECodeVerifier() };
      const location = await provider.authorizationUrl(checks);
      const handle = logins.issue({ ...checks, returnTo });
      // Lax: the browser comes back from another site, to which a strict cookie is not sent.
      const options = { ...onlyForUs, sameSite: 'lax', maxAge: loginSeconds } as const;
      return { location, setCookie: stringifySetCookie(loginCookie, handle, options) };
    },

    async finishLogin(query, cookieHeader) {
      const handle = cookieIn(cookieHeader, loginCookie);
      const login = logins.find(handle);
      if (!login || !isSame(new URLSearchParams(query).get('state') ?? '', login.state)) {
        throw BffError.of(
          'LOGIN_FAILED',
          'This sign-in was not begun in this browser in the last ten minutes, or a newer one took its place. Nobody was signed in: go back to the page that you came from, and try again.',
        );
      }
      // Whatever comes of it, it is used up.
      logins.drop(handle);
      const caller = callerOf(await provider.redeem(query, login), config.claimGrants);
      const { returnTo } = login;
      if (caller.grants.length === 0) return { caller, returnTo, setCookie: undefined };
      // Always a new one: who planted a session in this browser does not share what it may do now.
      sessions.drop(cookieIn(cookieHeader, sessionCookie));
      const session = sessions.issue({ caller, endsAt: clock() + config.absoluteSeconds });
      const options = { ...onlyForUs, sameSite: 'strict' } as const;
      return { caller, returnTo, setCookie: stringifySetCookie(sessionCookie, session, options) };
    },

    sessionOf,
    claimsSession: (cookieHeader) => cookieIn(cookieHeader, sessionCookie) !== undefined,
    endSession: (cookieHeader) => sessions.drop(cookieIn(cookieHeader, sessionCookie)),
  };
}

function cookieIn(header: string | undefined, name: string): string | undefined {
  return header === undefined ? undefined : parseCookie(header)[name];
}

function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
