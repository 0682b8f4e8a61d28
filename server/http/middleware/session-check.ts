import type { Request } from 'express';
import { BffError } from '../../bff-error.ts';
import type { Caller } from '../../callers/caller.ts';
import type { AllowedOrigins } from '../../config/allowed-origins.ts';
import type { Sessions } from '../../sessions/sessions.ts';

/** The caller that a request's cookie proves, if any. Throws if the request does not come from one of our pages. */
export type IdentifySession = (request: Request) => Promise<Caller | undefined>;

/**
 * A browser adds the cookie to any request, whichever page made it. So the request must also prove where it comes from (RFC
 * 10017, against forged requests): by a header that no form and no page of another site can set, by a listed origin, and
 * by the browser's statement that the page belongs to this site. Programs can send all three, but they have no cookie.
 */
export function checkForgery(
  request: Request,
  { publicOrigin, allowed }: { publicOrigin: string; allowed: AllowedOrigins },
): void {
  const { origin, 'x-pearsana-client': client, 'sec-fetch-site': site } = request.headers;
  if (typeof client !== 'string' || !/^[!-~]{1,64}$/.test(client)) {
    throw forbidden(
      'A request with a session cookie needs the header X-Pearsana-Client (any word of at most 64 letters).',
    );
  }
  // VS Code’s web hosts never count: their origins belong to another site, and may be anybody’s extension.
  const known =
    origin === undefined ? request.method === 'GET' : origin === publicOrigin || allowed.exact.has(origin);
  if (!known) {
    throw forbidden(
      'A request with a session cookie must come from the BFF’s own origin, or from one that BFF_ALLOWED_ORIGINS lists exactly.',
    );
  }
  if (site !== 'same-origin' && site !== 'same-site') {
    throw forbidden(
      'A request with a session cookie must come from a page of the BFF’s own site (Sec-Fetch-Site). For a page of another site, let its server call the BFF with an access key.',
    );
  }
}

export function createSessionCheck(sessions: Sessions, allowed: AllowedOrigins): IdentifySession {
  return async function identifySession(request) {
    const { cookie } = request.headers;
    if (!sessions.claimsSession(cookie)) return undefined;
    checkForgery(request, { publicOrigin: sessions.publicOrigin, allowed });
    return (await sessions.sessionOf(cookie))?.caller;
  };
}

function forbidden(message: string): BffError {
  return BffError.of('FORBIDDEN', message);
}
