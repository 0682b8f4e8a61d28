import {
  type Arrived,
  type FaultServer,
  type Reply,
  type Script,
  startFaultServer,
  tokenReply,
} from './fault-server.ts';

/** Part of every token that a leaky partner issues. Opaque tokens may contain slashes, which some encoders escape. */
export const leakyToken = 'canary-token/+from-a-leaky-partner==';

type Leak = { auth?: Script; api?: Script };

const token = (changed?: object) => tokenReply(leakyToken, changed);
const bearer = ({ headers }: Arrived) => headers.authorization ?? 'no token was sent';
const secretIn = ({ body }: Arrived) => new URLSearchParams(body).get('client_secret') ?? 'none';

/** The whole request, repeated in every field that an answer may have. */
const echo = (arrived: Arrived) => ({
  ...{ status: 'ok', message: bearer(arrived), clientId: bearer(arrived), scopes: [bearer(arrived)] },
  ...{ [bearer(arrived)]: arrived, user: { userId: bearer(arrived) } },
  ...{ invitation: Object.fromEntries(invitationFields.map((name) => [name, bearer(arrived)])) },
});
const invitationFields = ['invitationId', 'status', 'userState', 'creationDateTime'];

const echoHeaders = (arrived: Arrived) =>
  Object.fromEntries(
    ['x-request-id', 'x-api-version', 'x-api-version-latest', 'x-api-version-supported', 'retry-after']
      .concat(['location', 'set-cookie', 'www-authenticate'])
      .map((name) => [name, bearer(arrived)]),
  );

const refusal = (status: number) => (arrived: Arrived) => ({
  status,
  headers: echoHeaders(arrived),
  body: {
    error: {
      code: bearer(arrived),
      message: `You sent ${JSON.stringify(arrived)}`,
      details: { requiredScopes: [bearer(arrived)], ...arrived },
      requestId: bearer(arrived),
    },
  },
});

const asJson = { 'content-type': 'application/json' };
const everyCharacterEscaped = (text: string) =>
  text.replace(/[^"{}[\]:,\\]/g, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`);

const base64 = (text: string) => Buffer.from(text).toString('base64');
/** How a gateway may spell what it repeats. */
const encoders: Readonly<Record<string, (text: string) => string>> = {
  percent: encodeURIComponent,
  'percent-twice': (text) => encodeURIComponent(encodeURIComponent(text)),
  'percent-throughout': (text) => Buffer.from(text).toString('hex').replace(/../g, '%$&'),
  base64,
  'base64-for-urls': (text) => Buffer.from(text).toString('base64url'),
  'base64-twice': (text) => base64(base64(text)),
  'base64-in-a-query': (text) => encodeURIComponent(base64(`header: ${text}`)),
  hex: (text) => Buffer.from(text).toString('hex'),
};

/** Ways to answer with what was sent, by the name of the environment that answers so. */
export const leaks: Readonly<Record<string, Leak>> = {
  production: { api: (arrived) => ({ headers: echoHeaders(arrived), body: echo(arrived) }) },
  ...Object.fromEntries(
    [302, 400, 401, 403, 404, 409, 418, 422, 429, 500, 503].map((status) => [
      `status-${status}`,
      { api: refusal(status) },
    ]),
  ),
  'escaped-slashes': {
    api: (arrived) => ({ headers: asJson, body: JSON.stringify(echo(arrived)).replaceAll('/', '\\/') }),
  },
  'escaped-all': {
    api: (arrived) => ({
      headers: asJson,
      body: JSON.stringify({
        status: 'ok',
        scopes: [],
        clientId: '',
        message: '*',
        user: { '*': '*' },
      }).replaceAll('*', everyCharacterEscaped(bearer(arrived))),
    }),
  },
  ...Object.fromEntries(
    Object.entries(encoders).map(([name, encode]) => [
      `encoded-${name}`,
      {
        api: (arrived: Arrived) => ({
          headers: { 'x-request-id': encode(bearer(arrived)) },
          body: echo({ ...arrived, headers: { authorization: encode(bearer(arrived)) } }),
        }),
      },
    ]),
  ),
  'plain-text': { api: (arrived) => ({ body: JSON.stringify(arrived) }) },
  'no-answer': { api: { fault: 'hang' } },
  'cut-off': { api: { fault: 'reset-after-body' } },
  'auth-description': {
    auth: ({ body }) => ({ status: 400, body: { error: 'invalid_request', error_description: body } }),
  },
  'auth-code': { auth: (arrived) => ({ status: 400, body: { error: secretIn(arrived) } }) },
  'auth-challenge': {
    auth: ({ body }) => ({
      status: 401,
      headers: { 'www-authenticate': `Basic realm="${body}"` },
      body: { error: 'invalid_client', error_description: body },
    }),
  },
  'auth-redirect': { auth: ({ body }) => ({ status: 302, headers: { location: `/?${body}` } }) },
  'auth-text': { auth: ({ body }) => ({ body: body }) },
  'auth-outage': { auth: ({ body }) => ({ status: 503, headers: { 'retry-after': body }, body: body }) },
  'auth-hangs': { auth: { fault: 'hang' } },
  'token-of-another-type': { auth: token({ token_type: `mac ${leakyToken}` }) },
  'token-too-narrow': { auth: token({ scope: leakyToken }) },
  'token-without-life': { auth: token({ expires_in: -1 }) },
  'token-that-is-the-secret': {
    auth: (arrived) => tokenReply(secretIn(arrived)),
    api: (arrived) => ({ body: echo(arrived) }),
  },
};

/** One server for all of them, each below a path of its name. */
export async function startLeakyPartner(): Promise<FaultServer> {
  const partner = await startFaultServer();
  const leakOf = ({ path }: Arrived) => leaks[path.split('/')[1] ?? ''];
  partner.auth.always((arrived) => run(leakOf(arrived)?.auth ?? token(), arrived));
  partner.api.always((arrived) => run(leakOf(arrived)?.api ?? {}, arrived));
  return partner;
}

function run(script: Script, arrived: Arrived): Reply | Promise<Reply> {
  return typeof script === 'function' ? script(arrived) : script;
}
