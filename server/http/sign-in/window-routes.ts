import { type Request, type RequestHandler, Router } from 'express';
import { rateClassOf } from '../../../shared/endpoint-row.ts';
import { endpoints } from '../../../shared/endpoints.ts';
import {
  consentAnswerPath,
  consentPath,
  type KeyEndedAnswer,
  type SignInMethodsAnswer,
  type WindowKeyAnswer,
  windowCodeForm,
  windowVerifierForm,
} from '../../../shared/sign-in.ts';
import { validate } from '../../../shared/validate.ts';
import { BffError } from '../../bff-error.ts';
import type { AccessKeys } from '../../callers/access-keys.ts';
import type { Sessions } from '../../sessions/sessions.ts';
import { type ReturnAddress, withAnswer } from '../../window-codes/return-address.ts';
import type { WindowCodes, WindowRequest } from '../../window-codes/window-codes.ts';
import { jsonBody, readBytes } from '../json-body.ts';
import type { Target } from '../middleware/request-line.ts';
import { createRoutes, queryOf, route } from '../route.ts';
import { sendJson } from '../send-json.ts';
import { sendConsentPage } from './consent-page.ts';
import { answerWithPage, limitLogins, sendToLogin } from './login-routes.ts';

/** What the page of a sign-in sends is a few words. */
const largestForm = 2 * 1024;

export type WindowDependencies = {
  /** Undefined if sign-in in a browser is not set up. */
  sessions: Sessions | undefined;
  windowCodes: WindowCodes;
  returnAddressOf: (uri: unknown) => ReturnAddress | undefined;
  keySeconds: number;
  accessKeys: Pick<AccessKeys, 'issue' | 'revoke'>;
  /** By access key. */
  authenticate: RequestHandler;
};

const { signInMethods, redeemCode, endKey } = endpoints;
/** The calls that VS Code windows make. A window in a browser makes them across origins. */
export const windowCallPaths = [signInMethods.path, redeemCode.path, endKey.path];

/** Signs in a VS Code window: a page in the browser asks the person, and the window redeems the code that comes back. */
export function createWindowRoutes(dependencies: WindowDependencies): Router {
  const { sessions, windowCodes, returnAddressOf, keySeconds, accessKeys, authenticate } = dependencies;
  const router = Router({ caseSensitive: true, strict: true });
  router.all([consentPath, consentAnswerPath], limitLogins());
  router.use(createAddressLimits());

  route(router, 'GET', consentPath, async (request, response) => {
    const browser = required(sessions);
    const asked = readWindowRequest(queryOf(response), returnAddressOf);
    const caller = (await browser.sessionOf(request.headers.cookie))?.caller;
    if (!caller) {
      const query = new URLSearchParams({
        challenge: asked.challenge,
        state: asked.state,
        redirect_uri: Buffer.from(asked.returnAddress.uri).toString('base64url'),
      });
      await sendToLogin(response, browser, browser.ownPath(`${consentPath}?${query}`));
      return;
    }
    response.locals.context.caller = caller;
    const word = await windowCodes.ask(caller, asked);
    sendConsentPage(response, { caller, returnAddress: asked.returnAddress, keySeconds, word });
  });

  route(router, 'POST', consentAnswerPath, async (request, response) => {
    const browser = required(sessions);
    requireOwnPage(request, browser.publicOrigin);
    const form = new URLSearchParams((await readBytes(request, largestForm)).toString());
    const session = await browser.sessionOf(request.headers.cookie);
    const asked = session && (await windowCodes.answered(form.get('word') ?? '', session.caller));
    if (!session || !asked) {
      throw BffError.of(
        'LOGIN_FAILED',
        'You have answered this page already, it is older than ten minutes, or somebody else has signed in since. Go back to VS Code, and choose Sign In again.',
      );
    }
    response.locals.context.caller = session.caller;
    const { returnAddress, state } = asked;
    const allowed = form.get('answer') === 'allow';
    const answer = allowed
      ? ({ code: await windowCodes.issue(session, asked), state } as const)
      : ({ error: 'access_denied', state } as const);
    response.redirect(303, withAnswer(returnAddress, answer));
  });

  const readCode = jsonBody(redeemCode.bodyCap);
  router.use(endKey.path, authenticate);
  router.use(
    createRoutes({
      signInMethods(_request, response) {
        const { requestId } = response.locals.context;
        const methods = sessions ? ['access-key', 'browser'] : ['access-key'];
        sendJson(response, 200, { requestId, methods } satisfies SignInMethodsAnswer);
      },

      async redeemCode(request, response) {
        const { context } = response.locals;
        const validation = validate(redeemCode.request, await readCode(request));
        // Never echoed: it may be a code.
        const { code, verifier } = validation.ok ? validation.value : { code: '', verifier: '' };
        const person =
          windowCodeForm.test(code) && windowVerifierForm.test(verifier)
            ? await windowCodes.redeem(code, verifier)
            : undefined;
        // After a sign-out, the code is worthless.
        if (!person || !(await sessions?.isPresent(person.presence))) {
          throw BffError.of(
            'LOGIN_FAILED',
            'This sign-in has ended: its code was used already, is older than a minute, or belongs to another window. Sign in again.',
          );
        }
        const { key, caller, expiresAt } = await accessKeys.issue({
          name: person.caller.id,
          grants: person.caller.grants,
          lifetimeSeconds: keySeconds,
        });
        context.caller = caller;
        const { requestId } = context;
        const answer: WindowKeyAnswer = {
          requestId,
          accessKey: key.reveal(),
          caller: { id: caller.id },
          expiresAt,
        };
        sendJson(response, 200, answer);
      },

      async endKey(_request, response) {
        const { caller, requestId } = response.locals.context;
        const revoked = caller?.keyId !== undefined && (await accessKeys.revoke(caller.keyId));
        if (!revoked) {
          throw BffError.of(
            'FORBIDDEN',
            'Only a key from a sign-in in the browser can be removed here. Your BFF administrator removes other keys.',
          );
        }
        sendJson(response, 200, { requestId } satisfies KeyEndedAnswer);
      },
    }),
  );

  router.use('/auth', answerWithPage);
  return router;
}

/** A separate limit for each row: requests that a hostile page can cause must not keep anybody from redeeming a code. */
function createAddressLimits(): RequestHandler {
  const counted = Object.entries(endpoints).filter(([, row]) => rateClassOf(row) === 'signIn');
  const limits = new Map(counted.map(([name]) => [name, limitLogins()]));
  return function limitAddress(request, response, next) {
    const limit = limits.get(response.locals.context.asked?.rows[0]?.name ?? '');
    return limit ? limit(request, response, next) : next();
  };
}

function required(sessions: Sessions | undefined): Sessions {
  if (sessions) return sessions;
  throw BffError.of(
    'NOT_FOUND',
    'Browser sign-in is not set up on this BFF. In VS Code, sign in with an access key.',
  );
}

/** Checks everything before anybody is asked to sign in, so that a link cannot send people anywhere else. */
function readWindowRequest(
  query: Target['query'],
  returnAddressOf: WindowDependencies['returnAddressOf'],
): WindowRequest {
  const { challenge, state, redirect_uri } = query;
  // In base64url: editors encode the address again when they open it, which would damage a plain address inside it.
  const returnAddress = isText(redirect_uri, /^[\w-]{1,1500}$/)
    ? returnAddressOf(Buffer.from(redirect_uri, 'base64url').toString())
    : undefined;
  if (!returnAddress) {
    throw BffError.of(
      'VALIDATION_ERROR',
      'This link does not lead back to an editor that this BFF knows. Ask your BFF administrator to add the editor’s scheme to BFF_VSCODE_SCHEMES; or, for VS Code in a browser, its origin to BFF_VSCODE_ORIGINS.',
    );
  }
  if (!isText(challenge, /^[\w-]{43}$/) || !isText(state, /^[\w-]{22,86}$/)) {
    throw BffError.of('VALIDATION_ERROR', 'This link is damaged. In VS Code, choose Sign In again.');
  }
  return { challenge, state, returnAddress };
}

function isText(value: unknown, form: RegExp): value is string {
  return typeof value === 'string' && form.test(value);
}

/** For every form, a browser says which page it was on. A foreign page also lacks the form's word. */
function requireOwnPage({ headers }: Request, publicOrigin: string): void {
  const fromOurs = headers.origin === publicOrigin && headers['sec-fetch-site'] === 'same-origin';
  if (fromOurs && headers['content-type'] === 'application/x-www-form-urlencoded') return;
  throw BffError.of('FORBIDDEN', 'Only the BFF’s own page may answer here.');
}
