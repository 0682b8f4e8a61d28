// The kinds of projects that tools are built in, each with the packed tarball: `npm run test:client`. The quick ones are in
// npm-package.test.ts.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startTestBff } from '../support/bff/test-bff.ts';
import { createClientConsumer } from '../support/packages/client-consumer.ts';
import { installedFolder } from '../support/packages/installed-folder.ts';
import { execute } from '../support/processes/execute.ts';

/** What every project does: it pings, and knows the error of a wrong key. */
const ping = `
import { ClientError, createClient, isSignedOut } from 'pearsana-partner-client';
export async function ping(baseUrl: string, accessKey: string): Promise<string> {
  const { result } = await createClient({ baseUrl, accessKey }).ping({ environment: 'sandbox' });
  const error = await createClient({ baseUrl, accessKey: 'wrong' }).session().catch((thrown: unknown) => thrown);
  if (!(error instanceof ClientError) || error.reason !== 'refused') throw error;
  return [result.message, error.failure.code, isSignedOut(error)].join();
}
`;
const expected = 'Authorized,UNAUTHORIZED,true';
const inScript = `${ping.replaceAll(/: (string|unknown|Promise<string>)/g, '')}
`;

test('the npm package of the client works', async (t) => {
  const tools = await installedFolder('projects');
  await using consumer = await createClientConsumer();
  await using bff = await startTestBff();
  const { folder } = consumer;
  const modules = join(tools, 'node_modules');
  const bin = (name: string) => join(modules, '.bin', name);

  /** A project of its own, which has installed the package; nothing else is found but by its path. */
  async function project(name: string, files: Record<string, string>): Promise<string> {
    const made = join(folder, name);
    await mkdir(join(made, 'node_modules'), { recursive: true });
    for (const each of ['pearsana-partner-client', 'zod', 'papaparse'])
      await cp(join(folder, 'node_modules', each), join(made, 'node_modules', each), {
        recursive: true,
        dereference: true,
      });
    for (const [file, text] of Object.entries(files)) await writeFile(join(made, file), text);
    return made;
  }

  for (const version of ['20.3', '20.18']) {
    const node = join(modules, `node-${version}/bin/node`);
    const skip = !existsSync(node) && 'There is no such Node for this machine.';
    for (const type of ['module', 'commonjs'] as const) {
      await t.test(`in Node ${version} as ${type}`, { skip }, async () => {
        const load =
          type === 'module'
            ? ''
            : "const { ClientError, createClient, isSignedOut } = require('pearsana-partner-client');";
        const body =
          type === 'module' ? inScript : inScript.replace(/^import .*$/m, load).replace('export ', '');
        const made = await project(`node-${version}-${type}`, {
          'package.json': JSON.stringify({ type }),
          'main.js': `${body}ping(...process.argv.slice(2)).then(console.log);`,
        });
        assert.equal((await execute(node, ['main.js', bff.url, bff.accessKey], made)).trim(), expected);
      });
    }
  }

  for (const [what, flags] of [
    ['module: commonjs', ['--module', 'commonjs']],
    [
      'module: commonjs, with the oldest way to find modules',
      ['--module', 'commonjs', '--moduleResolution', 'node10'],
    ],
    ['module: node16', ['--module', 'node16']],
    [
      'exactOptionalPropertyTypes',
      ['--module', 'nodenext', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess'],
    ],
  ] as const) {
    await t.test(`in TypeScript 5 with ${what}`, async () => {
      const made = await project(`typescript-${flags.join('')}`, {
        'package.json': '{}',
        'main.ts': `${ping}
import { fieldNames } from 'pearsana-partner-client/imports';
void fieldNames;
void ping(process.argv[2] ?? '', process.argv[3] ?? '').then(console.log);`,
      });
      await symlink(join(modules, '@types'), join(made, 'node_modules/@types'), 'junction');
      const strict = ['--strict', '--esModuleInterop', '--target', 'es2022', '--types', 'node'];
      await execute(
        process.execPath,
        [join(modules, 'typescript/bin/tsc'), ...strict, ...flags, 'main.ts'],
        made,
      );
      const printed = await execute(process.execPath, ['main.js', bff.url, bff.accessKey], made);
      assert.equal(printed.trim(), expected);
    });
  }

  for (const [what, transform] of [
    [
      'ts-jest',
      {
        '^.+\\.ts$': [
          join(modules, 'ts-jest'),
          { tsconfig: { esModuleInterop: true, strict: true, types: [] } },
        ],
      },
    ],
    [
      'Babel',
      {
        '^.+\\.ts$': [
          join(modules, 'babel-jest'),
          {
            presets: [
              [join(modules, '@babel/preset-env'), { targets: { node: 'current' } }],
              join(modules, '@babel/preset-typescript'),
            ],
          },
        ],
      },
    ],
  ] as const) {
    await t.test(`in Jest with ${what}`, async () => {
      const made = await project(`jest-${what}`, {
        'package.json': '{}',
        'jest.config.json': JSON.stringify({ transform, testMatch: ['**/*.test.ts'] }),
        'ping.test.ts': `${ping}
declare const test: (name: string, run: () => Promise<void>) => void;
declare const expect: (value: unknown) => {
  toBe(other: string): void;
  rejects: { toThrow(error: typeof ClientError): Promise<void> };
};
test('ping', async () => {
  expect(await ping(${JSON.stringify(bff.url)}, ${JSON.stringify(bff.accessKey)})).toBe('${expected}');
  await expect(createClient({ baseUrl: 'http://127.0.0.1:1', maxRetries: 0 }).session()).rejects.toThrow(ClientError);
});`,
      });
      await execute(process.execPath, [bin('jest'), '--config', 'jest.config.json', '--rootDir', made], made);
    });
  }

  for (const [what, bundle] of [
    [
      'Vite',
      `import { build } from ${JSON.stringify(join(modules, 'vite/dist/node/index.js'))};
       await build({ root: '.', logLevel: 'error', build: { outDir: 'out', emptyOutDir: true, minify: true, target: 'es2022', rollupOptions: { input: 'main.js', preserveEntrySignatures: 'strict', output: { format: 'es', entryFileNames: 'main.mjs' } } } });`,
    ],
    [
      'webpack',
      `import { createRequire } from 'node:module';
       const webpack = createRequire(${JSON.stringify(join(tools, 'package.json'))})('webpack');
       webpack({ mode: 'production', entry: './main.js', experiments: { outputModule: true }, target: ['web', 'es2022'], output: { path: process.cwd() + '/out', filename: 'main.mjs', module: true, library: { type: 'module' } } }, (error, stats) => { if (error || stats.hasErrors()) { console.error(error ?? stats.toString()); process.exit(1); } });`,
    ],
  ] as const) {
    await t.test(`bundled by ${what}`, async () => {
      const made = await project(`bundle-${what}`, {
        'package.json': '{"type":"module"}',
        'main.js': inScript,
        'build.js': bundle,
      });
      await execute(process.execPath, ['build.js'], made);
      const run =
        "const { ping } = await import('./out/main.mjs'); console.log(await ping(...process.argv.slice(1)));";
      const given = ['--input-type=module', '--eval', run, bff.url, bff.accessKey];
      assert.equal((await execute(process.execPath, given, made)).trim(), expected);
      assert.doesNotMatch(await readFile(join(made, 'out/main.mjs'), 'utf8'), /require\(/);
    });
  }

  for (const [what, compatibilityDate] of [
    ['an older', '2024-01-01'],
    ['a new', '2026-11-01'],
  ] as const) {
    await t.test(`in workerd, with ${what} compatibility date`, async () => {
      const made = await project(`worker-${compatibilityDate}`, { 'package.json': '{"type":"module"}' });
      const worker = `${inScript}
export default {
  async test() {
    const said = await ping(${JSON.stringify(bff.url)}, ${JSON.stringify(bff.accessKey)});
    if (said !== '${expected}') throw new Error(said);
    const moved = createClient({ baseUrl: 'https://bff.example.com', fetch: async () => new Response(null, { status: 302 }) });
    const error = await moved.session().catch((thrown) => thrown);
    if (error.reason !== 'unreachable' || error.status !== 302) throw new Error(String(error));
  },
};`;
      const { build } = await import('esbuild');
      await build({
        stdin: { contents: worker, resolveDir: made },
        ...{
          bundle: true,
          format: 'esm',
          outfile: join(made, 'worker.js'),
          conditions: ['workerd', 'worker'],
        },
      });
      await writeFile(
        join(made, 'config.capnp'),
        `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [
  (name = "main", worker = (modules = [(name = "worker.js", esModule = embed "worker.js")], compatibilityDate = "${compatibilityDate}")),
  (name = "internet", network = (allow = ["private", "public", "local"])),
]);`,
      );
      await execute(
        join(modules, '@cloudflare/workerd-linux-64/bin/workerd'),
        ['test', 'config.capnp'],
        made,
      );
    });
  }
});
