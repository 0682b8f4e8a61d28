import type { Request } from 'express';
import { BffError } from '../../bff-error.ts';
import type { Caller } from '../../callers/caller.ts';
import type { AllowedOrigins } from '../../config/allowed-origins.ts';
import type { Sessions } from '../../sessions/sessions.ts';

/** The caller that a request's cookie proves, if any; throws where a page of ours did not make the request. */
export type IdentifySession = (request: Request) => Caller | undefined;

/**
 * A browser sends a cookie along whoever makes the request, so a request with one must also show who made it (RFC 10017,
 * against forged requests): a header that no form and no other site's page can set, an origin that is listed, and the
 * browser's own word that the page is of this site. Programs can send all three, but have no cookie.
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
  // VS Code’s web hosts are never among them: their origins are not of this site, and may be anybody’s extension.
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
  return function identifySession(request) {
    const { cookie } = request.headers;
    if (!sessions.claimsSession(cookie)) return undefined;
    checkForgery(request, { publicOrigin: sessions.publicOrigin, allowed });
    return sessions.sessionOf(cookie)?.caller;
  };
}

function forbidden(message: string): BffError {
  return BffError.of('FORBIDDEN', message);
}
