import { bodyCaps } from '../../shared/body-caps.ts';
import type {
  KeyEndedAnswer,
  SignInMethodsAnswer,
  WindowCodeRequest,
  WindowKeyAnswer,
} from '../../shared/sign-in.ts';
import { schemaRef } from './contract-schemas.ts';
import type { Endpoint } from './endpoint.ts';
import { requestIdExample as requestId } from './headers.ts';

const methods: SignInMethodsAnswer = { requestId, methods: ['access-key', 'browser'] };
const code: WindowCodeRequest = {
  code: 'an-example-code-which-is-not-valid',
  verifier: 'an-example-verifier-which-belongs-to-no-challenge',
};
const key: WindowKeyAnswer = {
  requestId,
  accessKey: 'pbff_an-example-key-which-is-not-valid',
  caller: { id: 'ada' },
  expiresAt: '2026-01-31T00:00:00.000Z',
};
const ended: KeyEndedAnswer = { requestId };

const signIn = {
  tag: 'Signing in',
  crossOrigin: true,
  inEnvironment: false,
  writes: false,
  callsPartner: false,
  asksForToken: false,
} as const;

/** What programs and pages call. The addresses that a browser's window goes to are told of in words. */
export const signInEndpoints: readonly Endpoint[] = [
  {
    ...signIn,
    operationId: 'signInMethods',
    method: 'GET',
    path: '/auth/methods',
    access: 'anybody',
    limitedBy: 'address',
    summary: 'Ways to sign in',
    description: 'How one can sign in here. It needs no access key.',
    answers: {
      200: { description: 'The ways.', body: { schema: schemaRef('signInMethodsAnswer'), example: methods } },
    },
  },
  {
    ...signIn,
    operationId: 'logout',
    method: 'POST',
    path: '/auth/logout',
    access: 'session',
    limitedBy: null,
    summary: 'Sign out',
    description:
      'Ends the session that the cookie names, and takes the cookie away. No session is no failure.',
    answers: { 204: { description: 'There is no session any more.' } },
    // Where nobody signs in in a browser.
    codes: ['NOT_FOUND'],
  },
  {
    ...signIn,
    operationId: 'redeemCode',
    method: 'POST',
    path: '/auth/vscode/token',
    access: 'anybody',
    limitedBy: 'address',
    summary: 'Redeem a code',
    description:
      'Gives a window of VS Code the access key of whoever let it in, once, for the code that its browser brought back and the verifier of its challenge (RFC 7636). The code itself says who is asking.',
    request: { schema: schemaRef('windowCodeRequest'), example: code, bodyCap: bodyCaps.windowForm },
    answers: {
      200: { description: 'The key.', body: { schema: schemaRef('windowKeyAnswer'), example: key } },
    },
    codes: ['LOGIN_FAILED'],
  },
  {
    ...signIn,
    operationId: 'endKey',
    method: 'POST',
    path: '/auth/vscode/revoke',
    access: 'access-key',
    limitedBy: 'address',
    summary: 'Give a key back',
    description:
      'Ends the access key that the request is sent with. Only a key that a sign-in gave can be given back.',
    answers: {
      200: { description: 'It is ended.', body: { schema: schemaRef('keyEndedAnswer'), example: ended } },
    },
  },
];
