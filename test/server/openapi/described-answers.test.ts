// The answers of a running BFF match its description: status, body and headers.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { createOpenApiDocument } from '../../../server/openapi/openapi-document.ts';
import type { ActivityAnswer } from '../../../shared/activity.ts';
import { bodyCapOf, type OperationRow } from '../../../shared/endpoint-row.ts';
import { endpoints } from '../../../shared/endpoints.ts';
import { failureBody } from '../../../shared/errors.ts';
import { type OperationName, operationNames, operations } from '../../../shared/operations.ts';
import { pageHeaders, startSignedIn } from '../../support/bff/session-bff.ts';
import { type Answer, failureIn, startTestBff } from '../../support/bff/test-bff.ts';
import { goodRequest, type Sent, samples } from '../../support/requests/good-requests.ts';
import { activityPath, describedPath, operationPath, standInHint } from '../../support/requests/paths.ts';

/** Small limits, so that a body that is too large is not megabytes large. */
const limits = { document: 3_000, batch: 6_000 };
const document = createOpenApiDocument(limits);
const schemas = new Ajv2020({ strict: false, validateFormats: false }).addSchema(document, 'document');

const pointer = (...parts: (string | number)[]) =>
  `document#/${parts.map((part) => encodeURIComponent(String(part).replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;

function assertDescribed(path: string, method: string, answer: Answer): void {
  const { status } = answer;
  const operation = document.paths[path]?.[method.toLowerCase()];
  assert(operation, path);
  const key = [String(status), `${Math.floor(status / 100)}XX`].find((each) => each in operation.responses);
  assert(key !== undefined, `${method} ${path} answers ${status}, which is not described.`);
  if (!operation.responses[key]?.content) {
    assert.equal(answer.text, '', `${method} ${path} answers with a body, which is not described.`);
    return;
  }
  const schema = pointer(
    'paths',
    path,
    method.toLowerCase(),
    'responses',
    key,
    'content',
    'application/json',
    'schema',
  );
  assert(schemas.validate({ $ref: schema }, answer.body), schemas.errorsText());
  const failure = failureBody.safeParse(answer.body).data?.error;
  // Pearsana has its own codes. Each of our codes in an answer is in the description.
  if (failure && failure.source !== 'pearsana') {
    const named = Object.keys(operation.responses[key]?.content?.['application/json'].examples ?? {});
    assert(
      named.includes(failure.code),
      `${method} ${path} answers ${failure.code}, which is not described.`,
    );
  }

  for (const name of Object.keys(operation.responses[key]?.headers ?? {})) {
    const sent = answer.headers.get(name);
    // Others depend on the caller and the outcome.
    if (['X-Request-Id', 'WWW-Authenticate'].includes(name)) assert(sent !== null, name);
    const value = name === 'Retry-After' && sent !== null ? Number(sent) : sent;
    const check = { $ref: pointer('components', 'headers', name, 'schema') };
    if (value !== null) assert(schemas.validate(check, value), `${name}: ${sent} ${schemas.errorsText()}`);
  }
}

test('the answers of a running BFF', async (t) => {
  await using bff = await startTestBff({
    production: {},
    variables: { MAX_DOCUMENT_BYTES: `${limits.document}`, MAX_BATCH_BYTES: `${limits.batch}` },
  });

  const good = (name: OperationName, environment = 'sandbox') =>
    goodRequest(name, environment, { marker: 'ada', accessKey: bff.accessKey, environments: [] });

  async function assertCall(
    name: OperationName,
    { path, body, ...init }: Sent,
    status: number | '2XX',
  ): Promise<void> {
    const answer = await bff.call(path, { ...init, ...(body !== undefined && { body: String(body) }) });
    const expected =
      status === '2XX' ? answer.status >= 200 && answer.status < 300 : answer.status === status;
    assert(expected, `${name}: ${answer.status} ${answer.text} (${standInHint})`);
    assertDescribed(describedPath(name), init.method, answer);
    // Known callers are told how many requests are left.
    if (status !== 401) assert(answer.headers.has('ratelimit') && answer.headers.has('ratelimit-policy'));
  }

  for (const name of operationNames) {
    const row: OperationRow = operations[name];

    await t.test(`to ${name} are described: success, and no access`, async () => {
      await assertCall(name, good(name), '2XX');
      await assertCall(name, { ...good(name), headers: { authorization: 'Bearer wrong' } }, 401);
      await assertCall(name, { ...good(name), path: operationPath(name, 'nowhere') }, 404);
    });

    if (!row.request) continue;
    await t.test(`to ${name} are described: what is refused`, async () => {
      const { headers, ...sent } = good(name, 'production');
      const { 'x-confirm-environment': _, ...unconfirmed } = headers;
      await assertCall(name, { ...sent, headers: unconfirmed }, 428);
      await assertCall(name, { ...sent, headers: { ...headers, 'content-type': 'text/plain' } }, 415);
      await assertCall(name, { ...sent, headers, body: '{}' }, 400);
      const tooLarge = ' '.repeat(bodyCapOf(row, limits) + 1);
      await assertCall(name, { ...sent, headers, body: tooLarge }, 413);
    });
  }

  await t.test('about one’s own writes are described, and about keys that were used before', async () => {
    const path = describedPath('activity');
    const key = { 'idempotency-key': 'a-key-of-this-test' };
    const { headers, ...sent } = good('createInvitation');
    await assertCall('createInvitation', { ...sent, headers: { ...headers, ...key } }, 201);
    const again = { ...sent, headers: { ...headers, ...key } };
    await assertCall('createInvitation', again, 201);
    const other = JSON.stringify(samples.createInvitation('grace'));
    await assertCall('createInvitation', { ...again, body: other }, 422);

    const listed = await bff.call(activityPath('sandbox'));
    assertDescribed(path, 'GET', listed);
    assertDescribed(path, 'GET', await bff.call(`${activityPath('sandbox')}?before=x`));
    const id = (listed.body as ActivityAnswer).activity[0]?.id;
    const resolve = async (writeId: string, body: string, status: number) => {
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
      const answer = await bff.call(`${activityPath('sandbox')}/${writeId}/resolve`, init);
      assert.equal(answer.status, status, answer.text);
      assertDescribed(describedPath('resolve'), 'POST', answer);
    };
    // It is known as succeeded.
    await resolve(String(id), '{"happened":false}', 409);
    await resolve('999', '{"happened":true}', 404);
    await resolve('1', '{}', 400);
    await resolve('1', ' '.repeat(endpoints.resolve.bodyCap + 1), 413);
  });

  await t.test('about signing in are described', async () => {
    const post = (path: string, body = '{}', headers = {}) =>
      bff.call(path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
    assertDescribed('/auth/methods', 'GET', await bff.call('/auth/methods'));
    assertDescribed('/auth/vscode/token', 'POST', await post('/auth/vscode/token'));
    assertDescribed('/auth/vscode/token', 'POST', await post('/auth/vscode/token', 'x'));
    // The key of this BFF's operator cannot be given back.
    assertDescribed('/auth/vscode/revoke', 'POST', await post('/auth/vscode/revoke'));
    const wrong = { authorization: 'Bearer wrong' };
    assertDescribed('/auth/vscode/revoke', 'POST', await post('/auth/vscode/revoke', '{}', wrong));
    // Nobody signs in in a browser here.
    assertDescribed('/auth/logout', 'POST', await post('/auth/logout'));
  });

  await t.test('about itself are described', async () => {
    for (const path of ['/api/session', '/api/environments', '/livez', '/readyz'])
      assertDescribed(path, 'GET', await bff.call(path));
    assertDescribed(
      '/api/session',
      'GET',
      await bff.call('/api/session', { headers: { authorization: '' } }),
    );
  });
});

test('the answers to a session', async (t) => {
  await using started = await startSignedIn();
  const { partner, bff, session } = started;

  async function assertAnswer(
    path: string,
    described: string,
    status: number,
    { body, ...changed }: Record<string, string> = {},
  ): Promise<Answer> {
    const method = body === undefined ? 'GET' : 'POST';
    const headers = pageHeaders(session, { 'content-type': 'application/json', ...changed });
    const answer = await bff.call(path, { method, headers, ...(body !== undefined && { body }) });
    assert.equal(answer.status, status, answer.text);
    assertDescribed(described, method, answer);
    return answer;
  }

  await t.test(
    'are described where a write’s outcome is unknown, and once somebody has said it',
    async () => {
      const users = operationPath('createUser', 'sandbox');
      const write = {
        body: JSON.stringify(samples.createUser('ada')),
        'idempotency-key': 'an-unknown-write',
      };
      const describedUsers = describedPath('createUser');
      partner.api.next({ status: 500 });
      await assertAnswer(users, describedUsers, 502, write);
      await assertAnswer(users, describedUsers, 409, write);
      const path = activityPath('sandbox');
      const listed = await assertAnswer(path, describedPath('activity'), 200);
      const [entry] = (listed.body as ActivityAnswer).activity;
      assert.equal(entry?.state, 'unknown');
      const resolve = describedPath('resolve');
      await assertAnswer(`${path}/${entry.id}/resolve`, resolve, 200, { body: '{"happened":true}' });
      const known = await assertAnswer(users, describedUsers, 409, write);
      const { code, outcome } = failureIn(known);
      assert.deepEqual([code, outcome], ['OUTCOME_KNOWN', undefined]);
    },
  );

  await t.test(
    'are described without the header that a page of ours sends, at the logout, and after it',
    async () => {
      await assertAnswer('/api/session', '/api/session', 200);
      await assertAnswer('/api/session', '/api/session', 403, { 'x-pearsana-client': '' });
      await assertAnswer('/auth/logout', '/auth/logout', 403, { body: '', 'x-pearsana-client': '' });
      await assertAnswer('/auth/logout', '/auth/logout', 204, { body: '' });
      await assertAnswer('/api/session', '/api/session', 401);
    },
  );
});
