import { backendOrigin, type Client, type ClientOptions, createClient } from './client.ts';
import { ClientError } from './client-error.ts';

export type SessionClientOptions = Omit<ClientOptions, 'accessKey'>;

/** A client for pages of the BFF's own site, whose users sign in in the browser. It holds no key and no token. */
export type SessionClient = Client & {
  /**
   * Where to send the browser to sign in: `location.assign(pearsana.loginUrl(page))`.
   * @param page where it comes back to: an address that BFF_OIDC_RETURN_URLS lists; by default the first of them
   */
  loginUrl(page?: string): string;
  /** Ends the session, here and at the BFF. */
  logout(): Promise<void>;
};

/**
 * A client that calls with the browser's cookie. A file of its own, since the extension has no use for it.
 * @throws TypeError as `createClient` does
 */
export function createSessionClient(options: SessionClientOptions): SessionClient {
  const origin = backendOrigin(options.baseUrl);
  const send: typeof fetch = options.fetch ?? ((input, init) => fetch(input, init));
  const sendWithCookie: typeof fetch = (input, init) => {
    const headers = new Headers(init?.headers);
    // No form, and no page of another site, can set this one.
    headers.set('x-pearsana-client', 'page');
    return send(input, { ...init, headers, credentials: 'include' });
  };

  return {
    ...createClient({ ...options, fetch: sendWithCookie }),
    loginUrl(page) {
      const query = page === undefined ? '' : `?return=${encodeURIComponent(page)}`;
      return `${origin}/auth/login${query}`;
    },
    async logout() {
      const context = { origin, requestId: '', environment: undefined, writes: false };
      let response: Response;
      try {
        response = await sendWithCookie(`${origin}/auth/logout`, { method: 'POST', redirect: 'error' });
      } catch (cause) {
        throw ClientError.unreachable(context, undefined, cause);
      }
      if (response.status !== 204) throw ClientError.contract(context, response, []);
    },
  };
}

/** Whether a call failed because nobody is signed in, or no longer: the page then goes to `loginUrl`. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof ClientError && error.status === 401;
}
