import assert from 'node:assert/strict';
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { build } from 'esbuild';
import { startTestBff } from '../support/bff/test-bff.ts';
import { createClientConsumer } from '../support/packages/client-consumer.ts';
import { execute } from '../support/processes/execute.ts';

const root = join(import.meta.dirname, '../..');

/** Somebody else's program. The marked lines must not compile. It prints the answers that it gets. */
const program = `
import { ClientError, createClient, operations, validate, type Success } from 'pearsana-partner-client';

declare const process: { argv: string[] };
const [, , baseUrl = '', accessKey = ''] = process.argv;
const pearsana = createClient({ baseUrl, accessKey });

const pinged: Success<'ping'> = await pearsana.ping({ environment: 'sandbox' });
const message: string = pinged.result.message;
// @ts-expect-error A ping takes no request.
void (() => pearsana.ping({ environment: 'sandbox', request: {} }));
// @ts-expect-error An invitation needs a request.
void (() => pearsana.createInvitation({ environment: 'sandbox' }));

const request = {
  email: 'ada@example.com',
  identity: { firstName: 'Ada', lastName: 'Lovelace' },
  externalReferences: [{ namespace: 'SIS', externalId: 'S-1' }],
};
const invited = await pearsana.createInvitation({ environment: 'sandbox', request });
const status: string = invited.result.invitation.status;

const refused = await pearsana.createInvitation({ environment: 'nowhere', request }).catch((error: unknown) => error);
if (!(refused instanceof ClientError)) throw refused;
const outcome: 'not_sent' | 'refused' | 'unknown' | undefined = refused.outcome;
const draft = validate(operations.createInvitation.request, { ...request, email: 'nobody' });
console.log(JSON.stringify({ message, status, code: refused.failure?.code, outcome, draft }));
`;

/** Somebody else's tool, which imports a roster through the package. */
const importer = `
import { createClient } from 'pearsana-partner-client';
import { checkRoster, createImportCalls, fileDigest, planImport, readRoster, referencesOf, runImport } from 'pearsana-partner-client/imports';

declare const process: { argv: string[] };
const [, , baseUrl = '', accessKey = ''] = process.argv;
const client = createClient({ baseUrl, accessKey });
const operation = 'createInvitation';
const bytes = new TextEncoder().encode('E-mail,First name,Last name,Student ID\\nada@example.com,Ada,Lovelace,1\\nbob@example.com,Bob,,2\\n');
const breathe = async () => {};
const roster = await readRoster(bytes, operation, { set: { namespace: 'SIS' }, breathe });
const checked = await checkRoster(roster, { breathe });
const rows = checked.filter(({ faults }) => faults.length === 0).map((row) => ({ ...row, references: referencesOf(operation, row.draft) }));
const calls = createImportCalls<(typeof rows)[number]>(client, {
  environment: 'sandbox', operation, digest: await fileDigest(bytes), again: false, requestOf: async ({ draft }) => draft,
});
const states: string[] = checked.flatMap(({ line, faults }) => faults.map(({ message }) => line + ' ' + message));
for (let round = 0; round < 2; round += 1) {
  const plan = await planImport(rows, calls);
  for (const [{ line }, { state }] of plan.ends) states.push(line + ' ' + state);
  await runImport({
    plan, calls,
    timing: { now: Date.now, sleep: (ms) => new Promise((wake) => { setTimeout(wake, ms); }), random: Math.random },
    control: { paused: false, cancelled: false },
    onRow: ({ line }, { state }) => { states.push(line + ' ' + state); },
    onPause: async () => 'end',
  });
}
console.log(JSON.stringify(states));
`;

test('the npm package of the client', async (t) => {
  await using consumer = await createClientConsumer();
  await writeFile(join(consumer.folder, 'program.mts'), program);

  await t.test(
    'contains scripts, types, licence and README, and needs only zod, and papaparse to read rosters',
    async () => {
      const folder = join(consumer.folder, 'node_modules/pearsana-partner-client');
      const files = (await readdir(folder, { recursive: true })).filter((name) => name.includes('.'));
      assert.deepEqual(files.filter((name) => !/\.(js|d\.ts)$/.test(name)).sort(), [
        'README.md',
        'package.json',
      ]);
      assert.match(await readFile(join(folder, 'LICENSE'), 'utf8'), /^MIT License/);
      const { dependencies, peerDependencies } = JSON.parse(
        await readFile(join(folder, 'package.json'), 'utf8'),
      );
      assert.deepEqual([Object.keys(dependencies), peerDependencies], [['papaparse', 'zod'], undefined]);
      for (const name of files.filter((each) => /\.(js|d\.ts)$/.test(each))) {
        const imported = [
          ...(await readFile(join(folder, name), 'utf8')).matchAll(/(?:from |import\()['"]([^'"]+)/g),
        ];
        const readsRosters = name === 'program.js' || name.startsWith(join('shared', 'imports'));
        const allowed = readsRosters
          ? /^(\.\.?\/[\w./-]+\.js|zod\/mini|papaparse|node:[\w/]+)$/
          : /^(\.\.?\/[\w./-]+\.js|zod\/mini)$/;
        for (const [, path = ''] of imported) assert.match(path, allowed, name);
      }
    },
  );

  await t.test('has a command line that reads a roster and says what is wrong in which row', async () => {
    const roster = join(consumer.folder, 'roster.csv');
    await writeFile(roster, 'email,firstName,lastName\nada,Ada,Lovelace\n');
    const program = join(consumer.folder, 'node_modules/pearsana-partner-client/program.js');
    const checked = execute(process.execPath, [program, 'check', roster, '--operation', 'createInvitation']);
    await assert.rejects(checked, /"line":2,.*"message":"email: `ada` is not an e-mail address/);
  });

  for (const moduleResolution of ['nodenext', 'bundler'] as const) {
    await t.test(`has types with which a strict program compiles: ${moduleResolution}`, async () => {
      assert.equal(await consumer.compile(moduleResolution, 'program.mts'), '');
    });
  }

  await t.test(
    'works with the README’s example, which compiles, invites, and reports the outcome',
    async () => {
      const readme = await readFile(join(root, 'README.md'), 'utf8');
      const [, example = ''] = /## Build an internal tool\n.*?```ts\n(.*?)```\n/s.exec(readme) ?? [];
      await writeFile(join(consumer.folder, 'example.ts'), example);
      assert.equal(await consumer.compile('bundler', 'example.ts'), '');

      await using bff = await startTestBff();
      const address = 'http://127.0.0.1:8787';
      assert(example.includes(address));
      const calls =
        "console.log(JSON.stringify([await invite(key, 'ada@example.com'), await invite(key, 'ada')]));";
      const called = `${example.replace(address, bff.url)}\nconst key = '${bff.accessKey}';\n${calls}`;
      await writeFile(join(consumer.folder, 'example.mts'), called);
      const flag = '--disable-warning=ExperimentalWarning';
      const printed = await execute(process.execPath, [flag, 'example.mts'], consumer.folder);
      const [invited, refused] = JSON.parse(printed);
      assert.match(invited, /^Invited: inv_\w+$/);
      // Nothing was sent, so there is no request id to print.
      assert.equal(refused, 'email: `ada` is not an e-mail address · not_sent');
      assert.equal(bff.pearsana.arrivals.filter(({ path }) => path === '/v1/invitations').length, 1);
    },
  );

  await t.test('has types with which the example of an internal tool compiles', async () => {
    for (const name of ['tool.ts', 'roster.ts', 'words.ts'])
      await copyFile(join(root, 'examples/internal-tool', name), join(consumer.folder, name));
    assert.equal(await consumer.compile('bundler', 'tool.ts', 'roster.ts'), '');
  });

  await t.test('calls a running BFF from Node', async () => {
    await using bff = await startTestBff();
    const flag = '--disable-warning=ExperimentalWarning';
    const printed = await execute(
      process.execPath,
      [flag, 'program.mts', bff.url, bff.accessKey],
      consumer.folder,
    );
    assert.deepEqual(JSON.parse(printed), {
      message: 'Authorized',
      status: 'pending',
      code: 'ENVIRONMENT_NOT_FOUND',
      outcome: 'not_sent',
      draft: { ok: false, issues: [{ path: 'email', message: '`nobody` is not an e-mail address' }] },
    });
    assert.equal(bff.pearsana.arrivals.filter(({ path }) => path === '/v1/invitations').length, 1);
  });

  await t.test('imports a roster in somebody else’s program, and sends nothing the second time', async () => {
    await writeFile(join(consumer.folder, 'importer.mts'), importer);
    for (const moduleResolution of ['nodenext', 'bundler'] as const)
      assert.equal(await consumer.compile(moduleResolution, 'importer.mts'), '');
    await using bff = await startTestBff();
    const flag = '--disable-warning=ExperimentalWarning';
    const printed = await execute(
      process.execPath,
      [flag, 'importer.mts', bff.url, bff.accessKey],
      consumer.folder,
    );
    assert.deepEqual(JSON.parse(printed), ['3 Last name: is required', '2 succeeded', '2 known']);
  });

  await t.test('can be run as a program', async () => {
    const name = process.platform === 'win32' ? 'pearsana-partner-client.cmd' : 'pearsana-partner-client';
    const printed = await execute(
      join(consumer.folder, 'node_modules/.bin', name),
      ['--help'],
      consumer.folder,
      process.platform === 'win32',
    );
    assert.match(printed, /^Usage: pearsana-partner-client/);
  });

  await t.test('lets a bundler leave out the code that is not used', async () => {
    const bundle = async (contents: string) => {
      const stdin = { contents, resolveDir: consumer.folder };
      const { metafile } = await build({ stdin, bundle: true, format: 'esm', write: false, metafile: true });
      return Object.values(metafile.outputs)[0]?.inputs ?? {};
    };
    const whole = await bundle(
      "import { createClient } from 'pearsana-partner-client'; createClient({ baseUrl: '' });",
    );
    assert(Object.keys(whole).some((path) => path.includes('/zod/')));
    const codes = await bundle(
      "import { errorCodes } from 'pearsana-partner-client'; alert(errorCodes.BUSY.status);",
    );
    const used = Object.entries(codes).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
    assert.deepEqual(
      used.map(([path]) => /[\w-]+\.js$/.exec(path)?.[0] ?? path),
      ['error-codes.js', '<stdin>'],
    );
  });
});
