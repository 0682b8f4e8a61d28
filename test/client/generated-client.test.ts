import assert from 'node:assert/strict';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startTestBff } from '../support/bff/test-bff.ts';
import { generatorFolder } from '../support/packages/generator-folder.ts';
import { execute } from '../support/processes/execute.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const compiler = join(import.meta.dirname, '../../node_modules/typescript/bin/tsc');
const strict = ['--strict', '--noUncheckedIndexedAccess', '--exactOptionalPropertyTypes', '--noEmit'];

/** What somebody writes who has the description alone. The marked lines must not compile. */
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
// @ts-expect-error There is no such path.
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
// Absent where the key stands for an earlier write.
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

test('a client that somebody else’s generator makes from /openapi.json', { timeout: 120_000 }, async (t) => {
  const generator = await generatorFolder();
  await using bff = await startTestBff({ production: {} });
  using temporary = temporaryFolder();
  const folder = temporary.path;
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', type: 'module' }));
  await symlink(join(generator, 'node_modules'), join(folder, 'node_modules'), 'junction');
  const command = join(generator, 'node_modules/openapi-typescript/bin/cli.js');
  await execute(process.execPath, [command, `${bff.url}/openapi.json`, '--output', 'pearsana.ts'], folder);
  await writeFile(join(folder, 'program.ts'), program);

  await t.test('compiles strictly', async () => {
    const modules = ['--module', 'nodenext', '--target', 'es2022', '--allowImportingTsExtensions'];
    const flags = [...strict, ...modules, '--lib', 'es2024,dom,dom.iterable'];
    assert.equal(await execute(process.execPath, [compiler, ...flags, 'program.ts'], folder), '');
  });

  await t.test('pings, creates a user, and has the types of a refusal', async () => {
    const printed = await execute(process.execPath, ['program.ts', bff.url, bff.accessKey], folder);
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
