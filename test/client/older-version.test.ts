// The version before imports, as the repository has it: its BFF with today's client, command line and extension, and its
// client and extension with today's BFF.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createClient as createPackagedClient } from '../../client/create-client.ts';
import { type Backend, type BackendDependencies, createBackend } from '../../extension/src/backend.ts';
import { failureOf } from '../../extension/src/failures/command-failure.ts';
import { explain, sentencesOf } from '../../extension/src/failures/explain-failure.ts';
import type { LocalPearsana } from '../../server/local-pearsana/start-local-pearsana.ts';
import { type Client, type ClientOptions, createClient } from '../../shared/client.ts';
import { ClientError } from '../../shared/client-error.ts';
import { desktop } from '../extension/samples.ts';
import { type BffProcess, startBffProcess } from '../support/bff/bff-process.ts';
import { startBffWith, type TestBff } from '../support/bff/test-bff.ts';
import { type FaultServer, startFaultServer } from '../support/partner/fault-server.ts';
import { partnerVariables } from '../support/partner/partner-variables.ts';
import { samples, writeNames } from '../support/requests/write-samples.ts';
import { type EarlierVersion, earlierVersion, hasCommit } from '../support/sources/earlier-version.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** The last commit without imports. */
const beforeImports = 'a8ba9cd';
const skip = hasCommit(beforeImports)
  ? false
  : `This copy of the repository lacks the commit ${beforeImports}: clone it with its history.`;
const program = join(import.meta.dirname, '../../client/program/main.ts');
const accessKey = 'pbff_an-access-key-for-tests-only';

/** The methods that both versions have. */
type EarlierClient = Pick<
  Client,
  | ('session' | 'environments' | 'health' | 'ping' | 'scopes' | 'activity' | 'resolve' | 'signInMethods')
  | (typeof writeNames)[number]
>;

/** Calls everything that both versions have. The sandbox works, and production loses its answers. */
async function callEverything(client: EarlierClient, who = 'client'): Promise<void> {
  assert.deepEqual((await client.session()).grants, ['*:*']);
  const { environments } = await client.environments();
  assert.deepEqual(
    environments.map(({ id }) => id),
    ['sandbox', 'production'],
  );
  const environment = 'sandbox';
  assert.equal((await client.health({ environment })).result.status, 'ok');
  assert.equal((await client.ping({ environment })).result.status, 'ok');
  assert((await client.scopes({ environment })).result.scopes.length > 0);
  for (const name of writeNames) {
    const write = client[name] as (options: object) => Promise<{ replayed: boolean }>;
    const options = { environment, request: samples[name].whole, idempotencyKey: `${who}-${name}` };
    assert.equal((await write(options)).replayed, false, name);
    assert.equal((await write(options)).replayed, true, name);
  }
  const { activity } = await client.activity({ environment });
  assert.deepEqual(new Set(activity.map(({ operation }) => operation)), new Set(writeNames));

  const request = samples.createInvitation.least;
  const unconfirmed = await errorOf(client.createInvitation({ environment: 'production', request }));
  assert.equal(unconfirmed.failure?.code, 'CONFIRMATION_REQUIRED');
  const confirmed = { environment: 'production', request, confirm: 'production' };
  const lost = await errorOf(client.createInvitation(confirmed));
  assert.deepEqual([lost.failure?.code, lost.outcome], ['PARTNER_UNREACHABLE', 'unknown']);
  const [unknown] = (await client.activity({ environment: 'production' })).activity;
  assert(unknown?.state === 'unknown');
  const resolved = await client.resolve({ environment: 'production', id: unknown.id, happened: true });
  assert.equal(resolved.activity.state, 'succeeded');
}

async function errorOf(call: Promise<unknown>): Promise<ClientError> {
  const error = await call.then(
    () => assert.fail('It succeeded.'),
    (thrown: unknown) => thrown,
  );
  // The other version has a class of its own.
  assert(error instanceof Error && error.name === ClientError.name, String(error));
  return error as ClientError;
}

/** What the extension needs besides the BFF: a window with this key. */
const windowAt = (url: string): BackendDependencies => ({
  readUrl: () => url,
  log: () => {},
  sessions: {
    get: async () => ({ accessKey, caller: 'access-key' }),
    keep: async () => {},
    forget: async () => {},
    onDidChange: () => ({ dispose() {} }),
    dispose() {},
  },
});

/** Calls what the extension's views and commands call. */
async function useExtension(backend: Pick<Backend, 'environments' | 'call' | 'activity'>): Promise<void> {
  assert.equal((await backend.environments()).environments.length, 2);
  const environment = 'sandbox';
  assert.equal((await backend.call('ping', { environment })).result.status, 'ok');
  const request = samples.createInvitation.least;
  const invited = await backend.call('createInvitation', { environment, request });
  assert.equal(invited.result.invitation.status, 'pending');
  const { activity } = await backend.activity({ environment });
  assert(activity.some(({ requestId }) => requestId === invited.requestId));
}

describe('the version before imports', { skip }, () => {
  let earlier: EarlierVersion;
  let pearsana: LocalPearsana;
  let losesAnswers: FaultServer;
  before(async () => {
    earlier = earlierVersion(beforeImports);
    const { startLocalPearsana } = await import('../../server/local-pearsana/start-local-pearsana.ts');
    losesAnswers = await startFaultServer();
    losesAnswers.api.always({ fault: 'reset-after-body' });
    pearsana = await startLocalPearsana();
  });
  after(async () => {
    await pearsana.stop();
    await losesAnswers.stop();
    earlier[Symbol.dispose]();
  });

  describe('its BFF', () => {
    let bff: BffProcess;
    before(async () => {
      const partners = partnerVariables({ sandbox: pearsana, production: losesAnswers });
      const variables = { ...partners, BFF_ACCESS_KEY: accessKey, RATE_LIMIT_PER_MINUTE: '100000' };
      bff = await startBffProcess(variables, { program: earlier.at('server/main.ts') });
    });
    after(() => bff[Symbol.asyncDispose]());

    it('answers today’s client, but for imports', async () => {
      const client = createClient({ baseUrl: bff.url, accessKey });
      await callEverything(client);
      const environment = 'sandbox';
      const operation = 'createInvitation';
      // Each is waited for at once: one that failed while another is waited for would be nobody's.
      const errors = await Promise.all(
        [
          client.imports({ environment }),
          client.lookUp({ environment, operation, references: [] }),
          client.announceImport({ environment, operation, rows: 1, digest: 'a'.repeat(64) }),
        ].map(errorOf),
      );
      for (const error of errors) assert(error.isFromOlderBff);
      // A person whom Pearsana does not know is another matter.
      const document = { ...samples.submitDocument.least };
      document.externalReference = { namespace: 'SIS', externalId: 'nobody' };
      const stranger = await errorOf(client.submitDocument({ environment, request: document }));
      assert.deepEqual([stranger.status, stranger.isFromOlderBff], [404, false]);
    });

    it('answers today’s npm client', async () => {
      await callEverything(createPackagedClient({ baseUrl: bff.url, accessKey, maxRetries: 0 }), 'packaged');
    });

    it('makes today’s command line ask for an update of the BFF, and check files and connections', async () => {
      using folder = temporaryFolder();
      const roster = join(folder.path, 'roster.csv');
      writeFileSync(roster, 'E-mail,First name,Last name,Namespace,External ID\na@example.edu,A,B,SIS,1\n');
      const run = (command: string, ...args: string[]) =>
        new Promise<string>((resolve) => {
          const env = {
            PATH: process.env.PATH,
            PEARSANA_BFF_URL: bff.url,
            PEARSANA_BFF_ACCESS_KEY: accessKey,
          };
          execFile(process.execPath, [program, command, ...args], { env }, (error, _output, words) =>
            resolve(`${error?.code ?? 0} ${words}`),
          );
        });
      const file = [roster, '--operation', 'createInvitation'];
      const tooOld =
        /^2 The BFF at http:\/\/127\.0\.0\.1:\d+ is an older version, which has no imports\. Ask your BFF administrator to update it\.\n$/;
      for (const command of ['check', 'import', 'results'])
        assert.match(await run(command, ...file, '--environment', 'sandbox', '--yes'), tooOld);
      assert.match(await run('check', ...file), /^0 1 ready/);
      assert.match(await run('doctor'), /✔ sandbox, ping: /);
    });

    it('makes today’s extension ask for an update of the BFF, and do the rest', async () => {
      const backend = createBackend(windowAt(bff.url));
      await useExtension(backend);
      const failure = await backend
        .imports(bff.url)
        .imports({ environment: 'sandbox' })
        .then(() => assert.fail('It succeeded.'), failureOf);
      const words = sentencesOf(explain(failure, { ...desktop, backend: bff.url }));
      assert.match(
        words,
        /is an older version, which has no imports\. Ask your BFF administrator to update it/,
      );
    });
  });

  describe('today’s BFF', () => {
    let bff: TestBff;
    before(async () => {
      const variables = { RATE_LIMIT_PER_MINUTE: '100000', BFF_ACCESS_KEY: accessKey };
      bff = await startBffWith({ sandbox: pearsana, production: losesAnswers }, variables);
    });
    after(() => bff.stop());

    it('answers the earlier client', async () => {
      const { createClient: createEarlierClient } = await earlier.load<{
        createClient: (options: ClientOptions) => EarlierClient;
      }>('shared/client.ts');
      await callEverything(createEarlierClient({ baseUrl: bff.url, accessKey }));
    });

    it('answers the earlier extension', async () => {
      const { createBackend: createEarlierBackend } = await earlier.load<{
        createBackend: (dependencies: BackendDependencies) => Backend;
      }>('extension/src/backend.ts');
      await useExtension(createEarlierBackend(windowAt(bff.url)));
    });
  });
});
