import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import packageJson from '../../package.json' with { type: 'json' };
import { startTestBff } from '../support/bff/test-bff.ts';
import { createClientConsumer } from '../support/packages/client-consumer.ts';
import { createHover } from '../support/packages/hover.ts';
import { installedFolder } from '../support/packages/installed-folder.ts';
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
const bytes = new TextEncoder().encode('E-mail,First name,Last name,Student ID\\nada@example.com,Ada,Lovelace,1\\nbob@example.com,Bob,,2\\neve@example.com,Eve,Example,3\\n');
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

/** Of these places an editor is asked what they mean. */
const hovered = `
import { ClientError, createClient, type RequestOf } from 'pearsana-partner-client';
const client = createClient({ baseUrl: 'https://bff.example.com', accessKey: 'a-key' });
const request: RequestOf<'createUser'> = {
  identity: { email: 'ada@example.edu', firstName: 'Ada', lastName: 'Lovelace', roleName: 'student' },
  externalReferences: [{ namespace: 'SIS', externalId: 'S-1' }],
};
export async function create() {
  try {
    const answer = await client.createUser({ environment: 'sandbox', request, confirm: 'sandbox', maxRetries: 1 });
    return [answer.replayed, answer.partner.durationMs];
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    if (error.reason === 'refused') return [error.failure.code, error.failure.message, error.status.toFixed()];
    if (error.reason === 'proxy') return [error.status.toFixed(), error.outcome];
    // The documented ways to try again, and to turn a page.
    await client.createUser({ environment: 'sandbox', request, idempotencyKey: error.idempotencyKey });
    const page = await client.activity({ environment: 'sandbox' });
    await client.activity({ environment: 'sandbox', before: page.next });
    return error.issues.map((issue) => issue.path);
  }
}
`;

/** Somebody else's older program, which knows no ES modules but through `import()`. */
const commonJs = `
const { ClientError, createClient, isSignedOut } = require('pearsana-partner-client');
const { fieldNames } = require('pearsana-partner-client/imports');
const { version } = require('pearsana-partner-client/package.json');
const [, , baseUrl, accessKey] = process.argv;
(async () => {
  const other = await import('pearsana-partner-client');
  const { result } = await createClient({ baseUrl, accessKey }).ping({ environment: 'sandbox' });
  const [own, others] = await Promise.all(
    [createClient, other.createClient].map((create) => create({ baseUrl, accessKey: 'wrong' }).session().catch((error) => error)),
  );
  console.log(JSON.stringify({
    version,
    message: result.message,
    fields: typeof fieldNames,
    copies: ClientError === other.ClientError ? 1 : 2,
    known: [own, others].flatMap((error) => [error instanceof ClientError, error instanceof other.ClientError, isSignedOut(error), other.isSignedOut(error)]),
  }));
})();
`;

const largestGzipped = 14 * 1024;

test('the npm package of the client', async (t) => {
  await using consumer = await createClientConsumer();
  const folder = join(consumer.folder, 'node_modules/pearsana-partner-client');
  await writeFile(join(consumer.folder, 'program.mts'), program);

  await t.test(
    'contains scripts, types, licence and README, and needs only zod, and papaparse to read rosters',
    async () => {
      const files = (await readdir(folder, { recursive: true })).filter((name) => name.includes('.'));
      assert.deepEqual(files.filter((name) => !/\.(js|d\.ts)$/.test(name)).sort(), [
        'README.md',
        join('cjs', 'package.json'),
        join('imports', 'package.json'),
        'package.json',
      ]);
      assert.match(await readFile(join(folder, 'LICENSE'), 'utf8'), /^MIT License/);
      const { dependencies, peerDependencies } = JSON.parse(
        await readFile(join(folder, 'package.json'), 'utf8'),
      );
      assert.deepEqual([Object.keys(dependencies), peerDependencies], [['papaparse', 'zod'], undefined]);
      for (const name of files.filter((each) => /\.(js|d\.ts)$/.test(each))) {
        const imported = [
          ...(await readFile(join(folder, name), 'utf8')).matchAll(
            /(?:from |import\(|require\()['"]([^'"]+)/g,
          ),
        ];
        const readsRosters = name === 'program.js' || name.includes(join('shared', 'imports'));
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
    await assert.rejects(checked, /"line":2,.*"message":"email: “ada” is not an e-mail address/);
  });

  await t.test('has no fault that publint and “Are the types wrong?” find', async () => {
    const tools = createRequire(join(await installedFolder('tools'), 'package.json'));
    const { publint } = await import(tools.resolve('publint'));
    const { messages } = await publint({ pkgDir: folder, strict: true, level: 'suggestion', pack: false });
    assert.deepEqual(messages, []);
    const types = await import(tools.resolve('@arethetypeswrong/core'));
    const packed = types.createPackageFromTarballData(new Uint8Array(await readFile(consumer.tarball)));
    assert.deepEqual((await types.checkPackage(packed)).problems, []);
  });

  await t.test('shows in an editor what methods, options, fields and errors mean', async () => {
    const file = join(consumer.folder, 'hovered.ts');
    await writeFile(file, hovered);
    const shown = createHover(await installedFolder('tools'), file);
    for (const [where, type, words] of [
      [
        'client.createUser',
        /createUser: \(options: CreateUserOptions\) => Promise<CreateUserAnswer>$/,
        /^Creates a user.*`SCOPE_NOT_ENABLED`/s,
      ],
      ['const request', /request: CreateUserRequest$/, /^$/],
      ['roleName', /roleName: string/, /`student`.*At most 200 characters/],
      ['environment', /environment: string/, /One of the environments/],
      ['confirm', /confirm\?: string/, /its name once more/],
      ['maxRetries', /maxRetries\?: number/, /instead of the client's own/],
      ['answer.replayed', /replayed: boolean/, /recorded answer/],
      ['partner.durationMs', /durationMs: number/, /^Milliseconds/],
      ['error.outcome', /outcome: /, /What became of a write/],
      ['failure.code', /\(string & \{\}\)/, /one of `errorCodes`/],
      ['failure.message', /message: string/, /what to do next/],
      ['issue.path', /path: string/, /Its place/],
    ] as const) {
      const { display, documentation } = shown(where);
      assert.match(display, type, where);
      assert.match(documentation, words, where);
    }
  });

  await t.test('can be required from CommonJS, and both forms know each other’s errors', async () => {
    await writeFile(join(consumer.folder, 'program.cjs'), commonJs);
    await using bff = await startTestBff();
    const printed = await execute(process.execPath, ['program.cjs', bff.url, bff.accessKey], consumer.folder);
    assert.deepEqual(JSON.parse(printed), {
      ...{ version: packageJson.version, message: 'Authorized', fields: 'function', copies: 2 },
      known: Array(8).fill(true),
    });
  });

  for (const kind of ['commonjs', 'node16'] as const) {
    await t.test(
      `has types with which a strict program compiles in a project of CommonJS: ${kind}`,
      async () => {
        await mkdir(join(consumer.folder, 'old'), { recursive: true });
        await writeFile(join(consumer.folder, 'old/package.json'), '{ "type": "commonjs" }');
        await writeFile(join(consumer.folder, 'old/hovered.ts'), hovered);
        assert.equal(await consumer.compile(kind, 'old/hovered.ts'), '');
      },
    );
  }

  await t.test('adds less than 14 KB to a page, compressed', async () => {
    const contents = "import { createClient } from 'pearsana-partner-client'; self.create = createClient;";
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: consumer.folder },
      ...{ bundle: true, format: 'esm', minify: true, write: false, platform: 'browser', target: 'es2022' },
    });
    const gzipped = gzipSync(outputFiles[0]?.contents ?? '').length;
    t.diagnostic(`${gzipped} bytes`);
    assert(gzipped < largestGzipped, `${gzipped} bytes`);
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

  await t.test('has a README whose tool compiles, creates once, submits a file, and lists both', async () => {
    const readme = await readFile(join(folder, 'README.md'), 'utf8');
    const [, tool = ''] = /<!-- tool -->\n```ts\n(.*?)```\n/s.exec(readme) ?? [];
    assert(tool.trim().split('\n').length <= 60);
    await writeFile(join(consumer.folder, 'readme-tool.mts'), tool);
    const [, forTests = ''] = /## Tests\n.*?```ts\n(.*?)```\n/s.exec(readme) ?? [];
    const imported = "import { type Client, ClientError, createClient } from 'pearsana-partner-client';\n";
    await writeFile(join(consumer.folder, 'readme-tests.mts'), imported + forTests);
    await symlink(
      join(root, 'node_modules/@types'),
      join(consumer.folder, 'node_modules/@types'),
      'junction',
    );
    assert.equal(
      await consumer.compile('nodenext', '--types', 'node', 'readme-tool.mts', 'readme-tests.mts'),
      '',
    );
    await rm(join(consumer.folder, 'node_modules/@types'));
    await execute(process.execPath, ['readme-tests.mts'], consumer.folder);
    await writeFile(join(consumer.folder, 'diploma.pdf'), '%PDF-1.7');

    await using bff = await startTestBff({ production: {} });
    const run = async (environment: string, ...given: string[]) => {
      const env = {
        PATH: process.env.PATH,
        PEARSANA_BFF_URL: bff.url,
        PEARSANA_BFF_ACCESS_KEY: bff.accessKey,
      };
      const { stdout, stderr } = await promisify(execFile)(process.execPath, ['readme-tool.mts', ...given], {
        ...{ cwd: consumer.folder, env: { ...env, PEARSANA_ENVIRONMENT: environment } },
      }).catch((error: { stdout: string; stderr: string }) => error);
      return { said: stdout, logged: stderr };
    };
    const first = await run('sandbox', 'ada@example.edu', '20261234', 'diploma.pdf');
    assert.match(
      first.said,
      /^ada@example\.edu was created \(.*\n.* submitDocument succeeded\n.* createUser succeeded\n$/,
    );
    assert.match(first.logged, /^environments #1: 200 in \d+ ms\ncreateUser #1: 201 /m);
    const again = await run('sandbox', 'ada@example.edu', '20261234', 'diploma.pdf');
    assert.match(again.said, /^ada@example\.edu was created earlier /);
    const sent = bff.pearsana.arrivals.map(({ path }) => path);
    assert.equal(sent.filter((path) => path === '/v1/users').length, 1);
    assert.equal(sent.filter((path) => path.startsWith('/v1/documents')).length, 1);
    const wrong = await run('sandbox', 'ada', '1', 'diploma.pdf');
    assert.match(wrong.logged, /`ada` is not an e-mail address.*\(invalid\)\n.*Nothing was sent\./s);
    assert.match(
      (await run('production', 'ada', '1', 'x')).logged,
      /protected, so it is not for this program/,
    );
  });

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
    assert.deepEqual(JSON.parse(printed), [
      '3 The last name is missing.',
      ...['2 succeeded', '4 succeeded', '2 known', '4 known'],
    ]);
  });

  await t.test('can be run as a program', async () => {
    const name = process.platform === 'win32' ? 'pearsana-partner-client.cmd' : 'pearsana-partner-client';
    const printed = await execute(
      join(consumer.folder, 'node_modules/.bin', name),
      ['--help'],
      consumer.folder,
      { shell: process.platform === 'win32' },
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
