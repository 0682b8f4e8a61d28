// What the running BFF answers is what its description says: status, body and headers.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { createOpenApiDocument } from '../../../server/openapi/openapi-document.ts';
import { activityAnswer, activityPath } from '../../../shared/activity.ts';
import { type OperationName, operationNames, operationPath } from '../../../shared/operations.ts';
import { writeNames } from '../../shared/write-samples.ts';
import { goodRequest, type Sent } from '../../support/good-requests.ts';
import { type Answer, startTestBff } from '../../support/test-bff.ts';
import { capsOf, smallLimits } from '../http/small-limits.ts';

const document = createOpenApiDocument();
const schemas = new Ajv2020({ strict: false, validateFormats: false }).addSchema(document, 'document');

const pointer = (...parts: (string | number)[]) =>
  `document#/${parts.map((part) => encodeURIComponent(String(part).replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;

function assertDescribed(path: string, method: string, answer: Answer): void {
  const { status } = answer;
  const operation = document.paths[path]?.[method.toLowerCase()];
  assert(operation, path);
  const key = [String(status), `${Math.floor(status / 100)}XX`].find((each) => each in operation.responses);
  assert(key !== undefined, `${method} ${path} answers ${status}, which is not described.`);
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

  for (const name of Object.keys(operation.responses[key]?.headers ?? {})) {
    const sent = answer.headers.get(name);
    // Others depend on who asks and what became of it.
    if (['X-Request-Id', 'WWW-Authenticate'].includes(name)) assert(sent !== null, name);
    const value = name === 'Retry-After' && sent !== null ? Number(sent) : sent;
    const check = { $ref: pointer('components', 'headers', name, 'schema') };
    if (value !== null) assert(schemas.validate(check, value), `${name}: ${sent} ${schemas.errorsText()}`);
  }
}

describe('the answers of a running BFF', () => {
  let bff: Awaited<ReturnType<typeof startTestBff>>;
  before(async () => {
    bff = await startTestBff({ production: {}, variables: smallLimits });
  });
  after(() => bff.stop());

  const good = (name: OperationName, environment = 'sandbox') =>
    goodRequest(name, environment, { marker: 'ada', accessKey: bff.accessKey, environments: [] });

  async function assertCall(
    name: OperationName,
    { path, body, ...init }: Sent,
    status: number | '2XX',
  ): Promise<void> {
    const answer = await bff.get(path, { ...init, ...(body !== undefined && { body: String(body) }) });
    const expected =
      status === '2XX' ? answer.status >= 200 && answer.status < 300 : answer.status === status;
    assert(expected, `${answer.status} ${answer.text}`);
    assertDescribed(operationPath(name, '{environment}'), init.method, answer);
    // Who is known to the BFF hears how much is left.
    if (status !== 401) assert(answer.headers.has('ratelimit') && answer.headers.has('ratelimit-policy'));
  }

  for (const name of operationNames) {
    it(`to ${name} are described: success, and no access`, async () => {
      await assertCall(name, good(name), '2XX');
      await assertCall(name, { ...good(name), headers: { authorization: 'Bearer wrong' } }, 401);
      await assertCall(name, { ...good(name), path: operationPath(name, 'nowhere') }, 404);
    });

    const write = writeNames.find((each) => each === name);
    if (write === undefined) continue;
    it(`to ${name} are described: what is refused`, async () => {
      const { headers, ...sent } = good(name, 'production');
      const { 'x-confirm-environment': _, ...unconfirmed } = headers;
      await assertCall(name, { ...sent, headers: unconfirmed }, 428);
      await assertCall(name, { ...sent, headers: { ...headers, 'content-type': 'text/plain' } }, 415);
      await assertCall(name, { ...sent, headers, body: '{}' }, 400);
      const tooLarge = ' '.repeat(capsOf(write) + 1);
      await assertCall(name, { ...sent, headers, body: tooLarge }, 413);
    });
  }

  it('about itself are described', async () => {
    const activity = activityPath('{environment}');
    assertDescribed(activity, 'GET', await bff.get(activityPath('sandbox')));
    const { path, ...written } = good('createUser');
    await bff.get(path, { ...written, body: String(written.body) });
    const { activity: writes } = activityAnswer.parse((await bff.get(activityPath('sandbox'))).body);
    for (const id of [writes[0]?.id ?? assert.fail(), '999999']) {
      const sent = { method: 'POST', headers: written.headers, body: '{"happened":true}' };
      const answer = await bff.get(`${activityPath('sandbox')}/${id}/resolve`, sent);
      assertDescribed(`${activity}/{id}/resolve`, 'POST', answer);
    }
    for (const path of ['/api/session', '/api/environments', '/livez', '/readyz'])
      assertDescribed(path, 'GET', await bff.get(path));
    assertDescribed('/api/session', 'GET', await bff.get('/api/session', { headers: { authorization: '' } }));
  });
});
