// The map of the house, and who may know whom in it. An import of a type counts like any other.
import assert from 'node:assert/strict';
import { basename, dirname, join } from 'node:path/posix';
import { before, describe, it } from 'node:test';
import { filesAt, findImports, type Import, sourceOf } from './support/sources/find-imports.ts';
import { reachedFiles } from './support/sources/reached-files.ts';

/**
 * The rooms of each hall, from the roof down. A room may know the rooms in the rows below its own, and the hall that
 * it stands in. It knows none above or beside it, not even through a file of the hall.
 */
const floors: Readonly<Record<string, readonly (readonly string[])[]>> = {
  '': [['extension/src', 'server', 'client'], ['shared']],
  'extension/src': [
    ['commands'],
    ['views', 'writes', 'documents'],
    ['imports'],
    ['forms', 'authentication'],
    ['failures'],
  ],
  server: [
    ['program'],
    ['metrics'],
    ['http', 'local-pearsana'],
    ['store'],
    ['openapi', 'journal', 'window-codes'],
    ['sessions', 'partner'],
    ['config'],
    ['callers', 'tokens'],
    ['network', 'docs', 'json', 'command-line', 'files'],
  ],
  'server/http': [['api', 'sign-in'], ['middleware']],
  'server/journal': [['imports']],
  'server/store': [['local', 'postgres']],
  shared: [['imports']],
};

/** The rooms that may know a package. Nobody else may, and nobody knows a package that is not named here. */
const packages: Readonly<Record<string, readonly string[]>> = {
  vscode: ['extension/src'],
  'zod/mini': ['shared', 'server'],
  papaparse: ['shared/imports'],
  express: ['server/http', 'server/local-pearsana'],
  'express-rate-limit': ['server/http'],
  helmet: ['server/http'],
  cors: ['server/http'],
  undici: ['server/network', 'server/tokens'],
  'openid-client': ['server/sessions'],
  cookie: ['server/sessions'],
  'lru-cache': ['server/store/local', 'server/http'],
  'async-mutex': ['server/partner'],
  pg: ['server/store/postgres'],
  pino: ['server'],
  'prom-client': ['server/metrics'],
  jose: ['server/local-pearsana'],
  'oidc-provider': ['server/local-pearsana'],
};

/** Where secrets are revealed, and why. */
const revealing: Readonly<Record<string, string>> = {
  'server/tokens/': 'the token endpoint is sent the client secret, and Pearsana the token',
  'server/sessions/': 'the identity provider knows the BFF by its secret',
  'server/callers/': 'keys are compared by their digest; a new one is shown once to whoever made it',
  'server/config/': 'the length and the letters of the access key are checked',
  'server/http/sign-in/': 'a window that was signed in is told its key, once',
  'server/store/postgres/': 'the database knows the BFF by the password in its URL',
  'server/program/': 'the access key is shown to a person at a terminal',
  'server/secret.ts': 'it is what a secret is',
};

/** Files that touch a window of VS Code, and are tested in a real one. The rest of the extension is logic, and runs without it. */
const inVSCode = /^extension\/src\/(extension|commands\/.*|.*\/((show|tell)-.*|.*-(tree|item|input)))\.ts$/;

const mostFilesOfAHall = 12;

const sources = filesAt('shared/**/*.ts', 'server/**/*.ts', 'extension/src/**/*.ts', 'client/*.ts');
const isIn = (path: string, room: string) => path === room || path.startsWith(`${room}/`);
const isOurs = (path: string) => floors['']?.flat().some((room) => isIn(path, room)) === true;

/** The row of a file's room in this hall, counted from the roof; -1 if it has none. */
const floorOf = (file: string, hall: string) =>
  floors[hall]?.findIndex((row) => row.some((room) => isIn(dirname(file), join(hall, room)))) ?? -1;

/** Whether the arrow from one file to another runs down, or stays in a room or between a room and its hall. */
function runsDown(from: string, to: string): boolean {
  const [room, other] = [dirname(from), dirname(to)];
  if (isIn(room, other) || isIn(other, room)) return true;
  const [hall] = Object.keys(floors)
    .filter((each) => each === '' || (isIn(room, each) && isIn(other, each)))
    .sort((a, b) => b.length - a.length);
  assert(hall !== undefined);
  const [above, below] = [floorOf(from, hall), floorOf(to, hall)];
  return above !== -1 && above < below;
}

describe('the rooms', () => {
  let imports: Import[];
  let reached: Map<string, Set<string>>;
  before(async () => {
    imports = await findImports(sources);
    reached = reachedFiles(imports);
  });

  /** In words, and without those that are allowed. */
  const forbidden = (allowed: (one: Import) => boolean) =>
    imports.filter((one) => !allowed(one)).map(({ from, to }) => `${from} imports ${to}`);

  it('are all on the map', () => {
    const onTheMap = Object.entries(floors).flatMap(([hall, rows]) =>
      rows.flat().map((room) => join(hall, room)),
    );
    assert.deepEqual(new Set(sources.map((path) => dirname(path))), new Set(onTheMap));
  });

  it('leave a hall few enough files of its own to be seen at once', () => {
    for (const hall of Object.keys(floors)) {
      const own = sources.filter((path) => dirname(path) === hall);
      if (hall !== 'shared')
        assert(own.length <= mostFilesOfAHall, `${hall} has ${own.length}: ${own.join(', ')}`);
    }
  });

  it('are seen whole: nothing that a source says it imports is missed', () => {
    const found = new Map(sources.map((path) => [path, new Set<string>()]));
    for (const { from, to } of imports) found.get(from)?.add(to);
    for (const path of sources) {
      const named = sourceOf(path).matchAll(
        /^(?:import|export|\}).* from '([^']+)'|^import '(.+)'|\bimport\('(.+)'\)/gm,
      );
      const said = [...named].map(([, ...names]) => names.find((name) => name !== undefined) ?? '');
      const to = said.map((name) => (name.startsWith('.') ? join(dirname(path), name) : name));
      assert.deepEqual(new Set(to), found.get(path), path);
    }
    for (const kind of ['dynamic', 'typesOnly'] as const) assert(imports.some((one) => one[kind]));
  });

  it('know only what is below them, and their hall', () => {
    const known = imports.filter(({ to }) => isOurs(to));
    assert.deepEqual(
      known.filter(({ from, to }) => !runsDown(from, to)).map(({ from, to }) => `${from} imports ${to}`),
      [],
    );
    const throughHalls = known
      .filter(({ from, to }) => dirname(from).startsWith(`${dirname(to)}/`))
      .flatMap(({ from, to }) => [...(reached.get(to) ?? [])].map((further) => ({ from, to, further })));
    assert.deepEqual(
      throughHalls
        .filter(({ from, further }) => isOurs(further) && !runsDown(from, further))
        .map(({ from, to, further }) => `${from} imports ${to}, which knows ${further}`),
      [],
    );
  });

  it('have no files that know each other in a circle', () => {
    assert.deepEqual(
      sources.filter((path) => reached.get(path)?.has(path)),
      [],
    );
  });

  it('know no test, and no package but their own', () => {
    const isPackageOf = (room: string, name: string) =>
      packages[name]?.some((each) => isIn(room, each)) === true ||
      (name.startsWith('node:') && isIn(room, 'server'));
    assert.deepEqual(
      forbidden(({ from, to }) => isOurs(to) || isPackageOf(dirname(from), to)),
      [],
    );
    for (const name of Object.keys(packages))
      assert(
        imports.some(({ to }) => to === name),
        name,
      );
  });

  it('need nothing at run time that only a developer installs', () => {
    const { dependencies } = JSON.parse(sourceOf('package.json'));
    const isInstalled = (name: string) => Object.hasOwn(dependencies, name.split('/')[0] ?? '');
    assert.deepEqual(
      forbidden(
        ({ from, to }) =>
          isOurs(to) || isIn(from, 'server/local-pearsana') || /^(node:|vscode$)/.test(to) || isInstalled(to),
      ),
      [],
    );
  });

  it('leave the local Pearsana alone: it knows nothing of ours, and is loaded when it is used', () => {
    const stand = (path: string) => isIn(path, 'server/local-pearsana');
    assert.deepEqual(
      forbidden(
        ({ from, to, dynamic }) => !isOurs(to) || stand(from) === stand(to) || (stand(to) && dynamic),
      ),
      [],
    );
  });

  it('read no environment variables: only a program does, which nobody imports but its entry', () => {
    const readers = sources.filter((path) => /process\.env\b/.test(sourceOf(path)));
    assert(readers.length > 0);
    for (const reader of readers) {
      assert.equal(dirname(reader), 'server/program', reader);
      assert.deepEqual(
        forbidden(({ to, dynamic }) => to !== reader || dynamic),
        [],
      );
    }
  });

  it('load the driver of a database only where there is one: no start waits for it otherwise', () => {
    const atStart = reachedFiles(imports.filter(({ dynamic, typesOnly }) => !dynamic && !typesOnly));
    for (const program of ['run', 'commands', 'database-commands'])
      assert(!atStart.get(`server/program/${program}.ts`)?.has('pg'), program);
    assert(reached.get('server/program/run.ts')?.has('pg'));
  });

  it('reveal secrets only where there is a reason', () => {
    const ours = sources.filter(
      (path) => !isIn(path, 'extension/src') && sourceOf(path).includes('.reveal('),
    );
    const places = Object.keys(revealing);
    assert.deepEqual(
      ours.filter((path) => !places.some((place) => path.startsWith(place))),
      [],
    );
    assert.deepEqual(
      places.filter((place) => !sources.some((path) => path.startsWith(place))),
      [],
    );
  });

  it('of the extension run without VS Code, but for those that touch its window', () => {
    const values = reachedFiles(imports.filter(({ typesOnly }) => !typesOnly));
    const needing = sources.filter((path) => values.get(path)?.has('vscode'));
    assert(needing.length > 0);
    assert.deepEqual(
      needing.filter((path) => !inVSCode.test(path)),
      [],
    );
  });
});

describe('test/', () => {
  /** Where the tests of each house are, and what they test. */
  const houses = { 'test/server': 'server', 'test/shared': 'shared', 'test/extension': 'extension/src' };

  it('has the rooms of the house, and no others', () => {
    for (const [tests, house] of Object.entries(houses)) {
      const rooms = new Set(filesAt(`${tests}/**/*`).map((path) => dirname(path).replace(tests, house)));
      const known = new Set(sources.map((path) => dirname(path)));
      assert.deepEqual(
        [...rooms].filter((room) => !known.has(room)),
        [],
        tests,
      );
    }
  });

  it('has each test that bears a file’s name in the room of that file', () => {
    const strangers = Object.entries(houses).flatMap(([tests, house]) =>
      filesAt(`${tests}/**/*.test.ts`).filter((path) => {
        const name = basename(path).replace('.test.ts', '.ts');
        const named = sources.filter((source) => isIn(source, house) && basename(source) === name);
        const room = dirname(path).replace(tests, house);
        return named.length > 0 && !named.some((source) => dirname(source) === room);
      }),
    );
    assert.deepEqual(strangers, []);
  });
});
