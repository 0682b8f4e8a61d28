import { backendOrigin, type ClientOptions as CoreOptions, sender } from '../shared/client.ts';
import { ClientError } from '../shared/client-error.ts';
import { loginPath, logoutPath } from '../shared/sign-in.ts';
import { type Client, createClient } from './create-client.ts';
import type { ClientOptions } from './options.ts';

/** What a page needs beside the calls. */
export interface SessionMethods {
  /**
   * Where to send the browser to sign in: `location.assign(pearsana.loginUrl(page))`.
   * @param page where the browser returns to: an address in BFF_OIDC_RETURN_URLS; by default the first one
   */
  loginUrl(page?: string): string;
  /** Ends the session, here and at the BFF. Fails with a {@link ClientError}. */
  logout(): Promise<void>;
}

/** A client for pages of the BFF's own site, whose users sign in in the browser. It has no key and no token. */
export interface SessionClient extends Client, SessionMethods {}

/**
 * Makes a client that calls with the browser's cookie, for a page of the BFF's own site.
 * @throws TypeError as `createClient` does
 */
export function createSessionClient(options: Omit<ClientOptions, 'accessKey'>): SessionClient {
  return withSession(options, createClient);
}

/** The same for any client. */
export function withSession<Options extends CoreOptions, Made>(
  options: Options,
  create: (options: Options) => Made,
): Made & SessionMethods {
  const origin = backendOrigin(options.baseUrl);
  const send = sender(options);
  const sendWithCookie: typeof fetch = (input, init) => {
    const headers = new Headers(init?.headers);
    // No form and no page of another site can set this header.
    if (!headers.has('x-pearsana-client')) headers.set('x-pearsana-client', 'page');
    return send(input, { ...init, headers, credentials: 'include' });
  };

  return {
    ...create({ ...options, accessKey: undefined, fetch: sendWithCookie }),
    loginUrl(page) {
      const query = page === undefined ? '' : `?return=${encodeURIComponent(page)}`;
      return origin + loginPath + query;
    },
    async logout() {
      let response: Response;
      try {
        response = await sendWithCookie(origin + logoutPath, { method: 'POST', redirect: 'manual' });
      } catch (cause) {
        const message = `The BFF at ${origin} could not be reached.`;
        throw new ClientError({ reason: 'unreachable', message, origin, cause });
      }
      const { status } = response;
      if (status !== 204) {
        const message = `The BFF at ${origin} did not end the session (status ${status}). Try again.`;
        throw new ClientError({ reason: 'contract', message, origin, status });
      }
    },
  };
}

/** Whether a call failed because nobody is signed in (any more). Then send the browser to `loginUrl`. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof ClientError && error.status === 401;
}
