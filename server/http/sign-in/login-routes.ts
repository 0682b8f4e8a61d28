import { type NextFunction, type Request, type Response, Router } from 'express';
import { loginCallbackPath, loginPath, logoutPath } from '../../../shared/sign-in.ts';
import { BffError } from '../../bff-error.ts';
import type { AllowedOrigins } from '../../config/allowed-origins.ts';
import type { UnreadClaim } from '../../sessions/claims.ts';
import { dropSessionCookie, type ReturnTo, type Sessions } from '../../sessions/sessions.ts';
import { limitAddresses } from '../middleware/limit-addresses.ts';
import { checkForgery } from '../middleware/session-check.ts';
import { queryOf, route } from '../route.ts';
import { sendPage, wantsPage } from './page.ts';

/** Far more than people need, even in an office behind one address. Each one takes a place among the logins in progress. */
const loginRequestsPerMinute = 240;

/** Signing in and out in a browser: `/auth/login`, `/auth/callback` and `POST /auth/logout`. */
export function createLoginRoutes(sessions: Sessions, allowed: AllowedOrigins): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.use([loginPath, loginCallbackPath], limitLogins());

  route(router, 'GET', loginPath, async (_request, response) => {
    await sendToLogin(response, sessions, sessions.pageFrom(queryOf(response).return));
  });

  route(router, 'GET', loginCallbackPath, async (request, response) => {
    const { caller, returnTo, setCookies, unread } = await sessions.finishLogin(
      response.locals.context.target?.search ?? '',
      request.headers.cookie,
    );
    response.locals.context.caller = caller;
    if (caller.grants.length === 0) {
      const whom = `Ask your BFF administrator for access, and give them this name: ${caller.id}.`;
      throw BffError.of(
        'FORBIDDEN',
        [
          'You are signed in at your organisation, but you have no access here.',
          whom,
          ...unread.map(wordsFor),
        ].join(' '),
      );
    }
    response.setHeader('Set-Cookie', setCookies);
    // After a redirect, the request would still count as coming from the provider’s site, and the browser would not send
    // the strict cookie. A navigation from our own page sends it.
    sendPage(response, {
      title: 'Signed in',
      text: ['You are signed in.', ...unread.map(wordsFor)].join(' '),
      goOnTo: returnTo.url,
      // Long enough to read the additional sentences.
      goOnAfterSeconds: unread.length === 0 ? 0 : 15,
    });
  });

  route(router, 'POST', logoutPath, async (request, response) => {
    checkForgery(request, { publicOrigin: sessions.publicOrigin, allowed });
    // A caller with an access key does not use the cookie, here as everywhere.
    if (request.headers.authorization === undefined) await sessions.endSession(request.headers.cookie);
    response.setHeader('Set-Cookie', dropSessionCookie);
    response.status(204).end();
  });

  router.use('/auth', answerWithPage);
  return router;
}

/** What a person is told about a claim that no rule could read. The administrator finds it in the log. */
function wordsFor({ claim, form }: UnreadClaim): string {
  return form === 'link'
    ? `The identity provider sent only a link in place of the claim “${claim}”, as some do for people who are in many groups, so what it grants is missing.`
    : `The identity provider sent the claim “${claim}” nested in an object, where the BFF cannot read it, so what it grants is missing.`;
}

/** Sends a browser to the identity provider; afterwards it goes to `returnTo`. */
export async function sendToLogin(response: Response, sessions: Sessions, returnTo: ReturnTo): Promise<void> {
  const { location, setCookies } = await sessions.beginLogin(returnTo, response.req.headers.cookie);
  response.setHeader('Set-Cookie', setCookies);
  response.redirect(303, location);
}

export function limitLogins() {
  return limitAddresses(
    loginRequestsPerMinute,
    (seconds) => `Too many sign-ins from this address. Try again in ${seconds} s.`,
  );
}

/** For a browser window, a failure is a page. */
export function answerWithPage(
  error: unknown,
  request: Request,
  response: Response,
  next: NextFunction,
): void {
  if (!(error instanceof BffError) || !wantsPage(request)) {
    next(error);
    return;
  }
  const { context } = response.locals;
  context.code = error.code;
  response.status(error.status).set(error.headers);
  if (error.retryAfterSeconds !== undefined) response.set('Retry-After', String(error.retryAfterSeconds));
  const text = `${error.message} (${error.code}, request ${context.requestId})`;
  sendPage(response, { title: 'Not signed in', text });
}
