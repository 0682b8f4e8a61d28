import assert from 'node:assert/strict';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startBffWith, startTestBff, type TestBff } from '../support/bff/test-bff.ts';
import { installedFolder } from '../support/packages/installed-folder.ts';
import { invited, startFaultServer } from '../support/partner/fault-server.ts';
import { execute } from '../support/processes/execute.ts';
import { otherDescribed } from '../support/requests/other-table.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const compiler = join(import.meta.dirname, '../../node_modules/typescript/bin/tsc');
const strict = ['--strict', '--noUncheckedIndexedAccess', '--exactOptionalPropertyTypes', '--noEmit'];

/** A program by somebody who has only the description. The marked lines must not compile. */
const program = `
import createClient from 'openapi-fetch';
import type { components, paths } from './pearsana.ts';

declare const process: { argv: string[] };
const [, , baseUrl = '', accessKey = ''] = process.argv;
const { GET, POST } = createClient<paths>({ baseUrl, headers: { authorization: \`Bearer \${accessKey}\` } });
const path = { environment: 'sandbox' };

const ping = await GET('/api/environments/{environment}/ping', { params: { path } });
if (ping.error) throw new Error(ping.error.error.message);
const message: string = ping.data.result.message;
// @ts-expect-error This path does not exist.
void (() => GET('/api/environments/{environment}/pong', { params: { path } }));

const body: components['schemas']['CreateUserRequest'] = {
  identity: { email: 'ada@example.com', firstName: 'Ada', lastName: 'Lovelace', roleName: 'student' },
  externalReferences: [{ namespace: 'SIS', externalId: 'S-1' }],
};
// @ts-expect-error Every user has a role.
void (() => POST('/api/environments/{environment}/users', { params: { path }, body: { ...body, identity: { email: '' } } }));
const created = await POST('/api/environments/{environment}/users', { params: { path }, body });
if (created.error) throw new Error(created.error.error.message);
const environment: string = created.data.environment;

const refused = await POST('/api/environments/{environment}/users', {
  params: { path: { environment: 'production' } },
  body,
});
if (!refused.error) throw new Error('It was not refused.');
const { code, outcome, source } = refused.error.error;
// Absent if the failure is about an earlier write with the same key.
const became: 'not_sent' | 'refused' | 'unknown' | undefined = outcome;
const said: 'bff' | 'pearsana' | 'auth' = source;
const confirmed = await POST('/api/environments/{environment}/users', {
  params: { path: { environment: 'production' }, header: { 'X-Confirm-Environment': 'production' } },
  body,
});
console.log(JSON.stringify({
  message, environment, code, became, said, confirmed: confirmed.response.status,
}));
`;

/** A similar program for a description with different endpoints. */
const otherProgram = `
import createClient from 'openapi-fetch';
import type { paths } from './pearsana.ts';

declare const process: { argv: string[] };
const [, , baseUrl = '', accessKey = ''] = process.argv;
const { GET, POST } = createClient<paths>({ baseUrl, headers: { authorization: \`Bearer \${accessKey}\` } });
const path = { environment: 'sandbox', invitationId: 'inv_1' };

const one = await GET('/api/environments/{environment}/invitations/{invitationId}', { params: { path } });
if (one.error) throw new Error(one.error.error.message);
const id: string = one.data.result.invitation.invitationId;
// @ts-expect-error The id of the invitation is missing.
void (() => GET('/api/environments/{environment}/invitations/{invitationId}', { params: { path: { environment: '' } } }));

const query = { status: 'pending' };
const all = await GET('/api/environments/{environment}/invitations', { params: { path, query } });
if (all.error) throw new Error(all.error.error.message);
const count: number = all.data.result.invitations.length;
// @ts-expect-error There is no such query parameter.
void (() => GET('/api/environments/{environment}/invitations', { params: { path, query: { state: 'pending' } } }));

const key = { 'Idempotency-Key': 'a-key', 'X-Confirm-Environment': 'sandbox' };
const revoked = await POST('/api/environments/{environment}/invitations/{invitationId}/revoke', {
  params: { path, header: key },
});
if (revoked.error) throw new Error(revoked.error.error.message);
// @ts-expect-error This write takes no body.
void (() => POST('/api/environments/{environment}/invitations/{invitationId}/revoke', { params: { path }, body: {} }));
console.log(JSON.stringify({ id, count, revoked: revoked.response.status }));
`;

/** Somebody else's project, with a client generated from the description of a running BFF. */
async function createConsumer({ url }: TestBff, source: string) {
  const generator = await installedFolder('tools');
  const temporary = temporaryFolder();
  const folder = temporary.path;
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', type: 'module' }));
  await symlink(join(generator, 'node_modules'), join(folder, 'node_modules'), 'junction');
  const command = join(generator, 'node_modules/openapi-typescript/bin/cli.js');
  await execute(process.execPath, [command, `${url}/openapi.json`, '--output', 'pearsana.ts'], folder);
  await writeFile(join(folder, 'program.ts'), source);
  const modules = ['--module', 'nodenext', '--target', 'es2022', '--allowImportingTsExtensions'];
  const flags = [...strict, ...modules, '--lib', 'es2024,dom,dom.iterable'];
  return {
    compile: () => execute(process.execPath, [compiler, ...flags, 'program.ts'], folder),
    run: (...given: string[]) => execute(process.execPath, ['program.ts', ...given], folder),
    [Symbol.dispose]: temporary[Symbol.dispose],
  };
}

test('a client that a third-party generator makes from /openapi.json', { timeout: 120_000 }, async (t) => {
  await using bff = await startTestBff({ production: {} });
  using consumer = await createConsumer(bff, program);

  await t.test('compiles strictly', async () => {
    assert.equal(await consumer.compile(), '');
  });

  await t.test('pings, creates a user, and has the types of a refusal', async () => {
    const printed = await consumer.run(bff.url, bff.accessKey);
    assert.deepEqual(JSON.parse(printed), {
      message: 'Authorized',
      environment: 'sandbox',
      code: 'CONFIRMATION_REQUIRED',
      became: 'not_sent',
      said: 'bff',
      confirmed: 201,
    });
    const users = ({ path }: { path: string }) => path === '/v1/users';
    assert.equal(bff.pearsana.arrivals.filter(users).length, 1);
    assert.equal(bff.production?.arrivals.filter(users).length, 1);
  });
});

test('a generated client for a table with different rows', { timeout: 120_000 }, async (t) => {
  await using partner = await startFaultServer();
  await using bff = await startBffWith({ sandbox: partner }, {}, { described: otherDescribed });
  using consumer = await createConsumer(bff, otherProgram);
  const { invitation } = invited;
  partner.api.always(({ path }) => ({ body: path.includes('?') ? { invitations: [invitation] } : invited }));

  await t.test('compiles strictly', async () => {
    assert.equal(await consumer.compile(), '');
  });

  await t.test('reads an invitation by its id, lists invitations, and revokes one', async () => {
    const printed = await consumer.run(bff.url, bff.accessKey);
    assert.deepEqual(JSON.parse(printed), { id: 'inv_1', count: 1, revoked: 200 });
    assert.deepEqual(
      partner.api.arrivals.map(({ method, path }) => `${method} ${path}`),
      [
        'GET /v1/invitations/inv_1',
        'GET /v1/invitations?status=pending',
        'POST /v1/invitations/inv_1:revoke',
      ],
    );
  });
});
