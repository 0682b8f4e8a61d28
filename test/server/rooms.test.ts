// Who may know whom. Imports are found by esbuild's parser, those of types alone included.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** `to` is a path from the root where it is a file of ours, else the name of a module. */
type Import = { from: string; to: string; dynamic: boolean };

const root = fileURLToPath(new URL('../..', import.meta.url));
const sources = globSync(['shared/**/*.ts', 'server/**/*.ts', 'extension/src/**/*.ts'], { cwd: root }).map(
  (path) => path.replaceAll(sep, '/'),
);

async function findImports(): Promise<Import[]> {
  const found: Import[] = [];
  await build({
    absWorkingDir: root,
    entryPoints: sources,
    outdir: 'unused',
    write: false,
    bundle: true,
    format: 'esm',
    logLevel: 'silent',
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
    plugins: [
      {
        name: 'imports',
        setup({ onLoad, onResolve }) {
          onLoad({ filter: /\.ts$/ }, ({ path }) => ({
            loader: 'ts',
            // Without the word, an import of types is one like any other.
            contents: readFileSync(path, 'utf8').replaceAll(/^(import|export(?= type [{*])) type /gm, '$1 '),
          }));
          onResolve({ filter: /.*/ }, ({ importer, path, kind }) => {
            if (kind === 'entry-point') return undefined;
            const to = path.startsWith('.') ? relative(root, resolve(dirname(importer), path)) : path;
            const from = relative(root, importer).replaceAll(sep, '/');
            found.push({ from, to: to.replaceAll(sep, '/'), dynamic: kind === 'dynamic-import' });
            return { path, external: true };
          });
        },
      },
    ],
  });
  return found;
}

describe('the rooms', () => {
  let imports: Import[];
  before(async () => {
    imports = await findImports();
  });

  /** The imports out of one room that are not allowed; fails if the room has none at all, which no room has. */
  function forbidden(from: RegExp, allowed: (one: Import) => boolean): string[] {
    const all = imports.filter((each) => from.test(each.from));
    assert.notEqual(all.length, 0, `No import was found in ${from}.`);
    return all.filter((each) => !allowed(each)).map((each) => `${each.from} imports ${each.to}`);
  }

  it('are seen whole: imports of values, of types, and dynamic ones', () => {
    const some = [
      { from: 'shared/client.ts', to: 'zod/mini', dynamic: false },
      { from: 'shared/client-error.ts', to: 'shared/errors.ts', dynamic: false },
      { from: 'server/log.ts', to: 'server/http/middleware/request-context.ts', dynamic: false },
      { from: 'server/main.ts', to: 'server/run.ts', dynamic: true },
    ];
    for (const one of some)
      assert(
        imports.some((each) => JSON.stringify(each) === JSON.stringify(one)),
        one.from,
      );
  });

  it('shared knows zod/mini, its locales and itself', () => {
    const allowed = ({ to }: Import) =>
      /^shared\//.test(to) || /^(papaparse|zod\/(mini|v4\/locales\/\w+\.js|locales))$/.test(to);
    assert.deepEqual(forbidden(/^shared\//, allowed), []);
  });

  it('server knows neither extension nor tests', () => {
    assert.deepEqual(
      forbidden(/^server\//, ({ to }) => !/^(extension|test)\/|^vscode$/.test(to)),
      [],
    );
  });

  it('extension knows shared, vscode and itself; never server, Node or another package', (t) => {
    if (!sources.some((path) => path.startsWith('extension/'))) return t.skip('There is no extension yet.');
    assert.deepEqual(
      forbidden(/^extension\//, ({ to }) => /^(shared|extension)\/|^(vscode|zod\/mini)$/.test(to)),
      [],
    );
  });

  it('shared and server import nothing that only tests have', () => {
    const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const allowed = ({ from, to }: Import) =>
      from.startsWith('server/local-pearsana/') ||
      /^(shared|server)\/|^node:/.test(to) ||
      Object.hasOwn(dependencies, to.split('/')[0] ?? '');
    assert.deepEqual(forbidden(/^(shared|server)\//, allowed), []);
  });

  it('only http knows Express and its company', () => {
    const express = /^(express|helmet|cors|express-rate-limit)$/;
    const allowed = ({ from, to }: Import) =>
      !express.test(to) || /^server\/(http|local-pearsana)\//.test(from);
    assert.deepEqual(forbidden(/^server\//, allowed), []);
  });

  it('only the network’s room and the token room know undici, the latter oauth4webapi, and the sessions OpenID', () => {
    const allowed = ({ from, to }: Import) =>
      (to !== 'undici' || /^server\/(network|tokens)\//.test(from)) &&
      (to !== 'oauth4webapi' || from.startsWith('server/tokens/')) &&
      (to !== 'openid-client' || from.startsWith('server/sessions/'));
    assert.deepEqual(forbidden(/^server\//, allowed), []);
  });

  it('the local Pearsana knows nothing of ours, so that it can disagree with us', () => {
    const allowed = ({ to }: Import) =>
      !/^(shared|server|extension|test)\//.test(to) || to.startsWith('server/local-pearsana/');
    assert.deepEqual(forbidden(/^server\/local-pearsana\//, allowed), []);
  });

  it('only the start knows the local Pearsana, and loads it when it is used', () => {
    const allowed = ({ from, to, dynamic }: Import) =>
      !to.startsWith('server/local-pearsana/') ||
      from.startsWith('server/local-pearsana/') ||
      (from === 'server/start.ts' && dynamic);
    assert.deepEqual(forbidden(/^server\//, allowed), []);
  });

  it('nobody reads the environment but the program itself', () => {
    const readers = sources.filter((path) => /process\.env\b/.test(readFileSync(join(root, path), 'utf8')));
    assert.deepEqual(readers.sort(), ['server/run-access.ts', 'server/run.ts']);
  });

  it('secrets are revealed in the token room, and elsewhere only for a reason', () => {
    const reasons: Record<string, string> = {
      'server/callers/access-command.ts': 'a new key is shown to whoever made it, once',
      'server/callers/access-keys.ts': 'an access key is compared, by its digest',
      'server/callers/first-key.ts': 'the first key is written into its owner’s file',
      'server/config/read-config.ts': 'the length and the letters of the access key are checked',
      'server/http/sign-in/window-routes.ts': 'a window that was signed in is told its key, once',
      'server/sessions/identity-provider.ts': 'the identity provider knows the BFF by this secret',
      'server/welcome.ts': 'the access key is shown to a person at a terminal',
    };
    const ours = sources.filter((path) => /^(server|shared)\//.test(path));
    const revealing = ours.filter((path) => readFileSync(join(root, path), 'utf8').includes('.reveal('));
    const outside = revealing.filter((path) => !/^server\/(tokens\/|secret\.ts)/.test(path));
    assert.deepEqual(outside.sort(), Object.keys(reasons).sort());
  });
});
