// `npm test`: types, lint and every test, in one run that ends with one line of counts.
// `npm test -- PART…` and `npm test -- FILE…` run these alone, and `--long` the long form of those that have one.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Semaphore } from 'async-mutex';

type Counts = { passed: number; failed: number; skipped: number };
type Part = () => Promise<Counts>;

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = (name: string) => fileURLToPath(new URL(`../node_modules/.bin/${name}`, import.meta.url));

/** Programs that are right when they have nothing to say; each counts as one test. */
const programs: Record<string, [command: string, ...args: string[]]> = {
  'types: server, shared, tests': [bin('tsc'), '--project', root],
  'types: extension, with neither Node nor DOM': [bin('tsc'), '--project', `${root}extension`, '--noEmit'],
  'lint and format': [bin('biome'), 'ci', '--error-on-warnings', root],
};

/** Tests that start whole programs, build, or wait for time to pass; first those that take longest. */
const slow = [
  'test/client/{npm-package,program}.test.ts',
  'test/cluster/{kills,one-bff}.test.ts',
  'test/server/canaries.test.ts',
  'test/client/{generated-client,older-version}.test.ts',
  'test/cluster/database-away.test.ts',
  'test/faults/**/*.test.ts',
  'test/imports/**/*.test.ts',
  'test/server/{built-*,session-canaries,upload-memory,behind-nginx}.test.ts',
  'test/server/program/{run,check}.test.ts',
  'test/server/callers/key-life.test.ts',
  'test/server/http/stopping.test.ts',
  'test/server/journal/{kill,journal-gone,journal-locked,journal-unavailable}.test.ts',
  'test/server/network/outbound-proxy.test.ts',
];

/** A browser or a VS Code that is driven waits for a good part of its time, so three fit on two cores. */
const driving = new Semaphore(3);

/** Tests that are too long for every run, or need a machine for themselves: `npm run test:client` and `npm run test:cluster`. */
const onRequest = ['test/client/projects.test.ts', 'test/cluster/rolling-restart.test.ts'];

/** Tests that say the same of a BFF whatever keeps its journal, keys, sessions and codes: they run with PostgreSQL too. */
const onPostgresToo = [
  'test/server/callers/access-command.test.ts',
  'test/server/journal/{send-once,activity,journal-command,journal-limits,rows-of-writes}.test.ts',
  'test/server/http/api/import-answers.test.ts',
  'test/server/http/middleware/{authenticate,session-requests}.test.ts',
  'test/server/http/sign-in/window-routes.test.ts',
  'test/server/sessions/login.test.ts',
];

const parts: Record<string, Part> = {
  check: async () => {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    for (const [name, [command, ...args]] of Object.entries(programs)) {
      const { status, stdout, stderr } = spawnSync(command, args, {
        cwd: root,
        encoding: 'utf8',
        shell: process.platform === 'win32',
      });
      counts[status === 0 ? 'passed' : 'failed'] += 1;
      print(`${status === 0 ? '✔' : '✖'} ${name}`);
      if (status !== 0) print(`${stdout}${stderr}`);
    }
    return counts;
  },
  postgres: () => runFiles(onPostgresToo, 2, { variables: { TEST_STORE: 'postgres' } }),
  unit: () =>
    runFiles(['test/*.test.ts', 'test/{shared,server,extension,client,support}/**/*.test.ts'], 2, {
      exclude: [...slow, ...onRequest],
    }),
  // They wait more than the others, so three fit on two cores.
  integration: () => runEach(slow, new Semaphore(3)),
  // One after another, since they watch how long the BFF's event loop is held.
  attack: () => runFiles(['test/attack/**/*.test.ts'], 1),
  vscode: () =>
    runEach(['test/vscode/{imports,wizards,write-outcomes}.test.ts', 'test/vscode/**/*.test.ts'], driving),
  browser: () => runEach(['test/browser/**/*.test.ts'], driving),
};

/** The parts in turn. Those of a group run at the same time, since each waits for a good part of its own. */
const inTurn = [
  ['check'],
  ['postgres'],
  ['unit', 'integration'],
  ['attack'],
  ['vscode', 'browser'],
  ['files'],
];

/** What `browser` and `vscode` drive is fetched beside these, which watch no clock. */
const besideFetching = ['check', 'postgres'];

/** Runs the files in so many processes at once. Within one, they share the loaded libraries, which take most of the time. */
async function runFiles(
  patterns: string[],
  processes: number,
  { exclude = [], variables = {} }: { exclude?: string[]; variables?: Record<string, string> } = {},
): Promise<Counts> {
  const files = filesOf(patterns, exclude);
  const shards = Array.from({ length: processes }, (_, index) => `${index + 1}/${processes}`);
  const counted = await Promise.all(shards.map((shard) => runShard(files, shard, processes > 1, variables)));
  return counted.reduce(sum);
}

/** Runs each file in a process of its own, in this order, where there is room. */
async function runEach(patterns: string[], room: Semaphore): Promise<Counts> {
  const runs = filesOf(patterns, []).map((file) =>
    room.runExclusive(() => runShard([file], '1/1', true, {})),
  );
  return (await Promise.all(runs)).reduce(sum);
}

/** The files that match, each once, in the order of the patterns. */
function filesOf(patterns: string[], exclude: string[]): string[] {
  const files = patterns.flatMap((pattern) => globSync(pattern, { cwd: root, exclude }));
  if (files.length === 0) throw new Error(`No test file matches ${patterns.join(', ')}.`);
  return [...new Set(files)];
}

/** @param whole whether the output waits for the end, so that it does not mix with another process's. */
async function runShard(
  files: string[],
  shard: string,
  whole: boolean,
  variables: Record<string, string>,
): Promise<Counts> {
  const node = spawn(
    process.execPath,
    [
      // The extension's folder has no module type, since VS Code loads its bundle as CommonJS; Node would remark on it.
      '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON',
      ...['--test', '--test-isolation=none', `--test-shard=${shard}`, '--test-reporter=spec', ...files],
    ],
    { cwd: root, env: { ...process.env, NO_COLOR: '1', ...variables }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let output = '';
  node.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (!whole) process.stdout.write(text);
  });
  const [code] = await once(node, 'close');
  if (whole) process.stdout.write(output);
  const count = (name: string) =>
    Number(new RegExp(`^ℹ ${name} (\\d+)$`, 'm').exec(output)?.[1] ?? Number.NaN);
  const failed = count('fail') + count('cancelled');
  const counts = { passed: count('pass'), failed, skipped: count('skipped') + count('todo') };
  if (Number.isNaN(failed))
    throw new Error(`The tests of shard ${shard} ended (${code}) without saying how many passed.`);
  // A failure outside of any test shows in the exit code alone.
  return code !== 0 && failed === 0 ? { ...counts, failed: 1 } : counts;
}

function sum(a: Counts, b: Counts): Counts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Fetches what these parts drive: the browser, and each VS Code. A failure is theirs to tell. */
async function fetchPrograms(names: string[]): Promise<void> {
  if (!names.includes('browser') && !names.includes('vscode')) return;
  const { hasChromium } = await import('./support/browser/chromium.ts');
  const { ensureVSCodeServer } = await import('./support/vscode/vscode-server.ts');
  const versions = names.includes('vscode') ? (['newest', 'oldest'] as const) : [];
  await Promise.allSettled([hasChromium(), ...versions.map(ensureVSCodeServer)]);
}

/** What the command line asks for: parts by name, and files, or whole folders of them. Nothing means every part. */
function wantedParts(words: string[]): [name: string, part: Part][] {
  if (words.length === 0) return Object.entries(parts);
  const files = words.filter((word) => !(word in parts)).flatMap(testFilesAt);
  const named = Object.entries(parts).filter(([name]) => words.includes(name));
  return files.length === 0 ? named : [...named, ['files', () => runFiles(files, 1)]];
}

/** The test files that a word on the command line names; ends the program in words where there are none. */
function testFilesAt(word: string): string[] {
  // npm runs its scripts in the root, and says where it was called.
  const path = resolve(process.env.INIT_CWD ?? '.', word);
  if (!existsSync(path))
    return refuse(`There is no file ${word}, and no part of that name: the parts are ${partNames}.`);
  if (statSync(path).isDirectory()) {
    const files = globSync('**/*.test.ts', { cwd: path }).map((file) => join(path, file));
    return files.length > 0 ? files : refuse(`There is no test file in ${word}.`);
  }
  return path.endsWith('.test.ts') ? [path] : refuse(`${word} is not a test file: those end in .test.ts.`);
}

function refuse(words: string): never {
  process.stderr.write(`${words}\n`);
  process.exit(1);
}

const partNames = Object.keys(parts).join(', ');
const words = process.argv.slice(2);
if (words.includes('--long')) process.env.LONG_TESTS = '1';

let total: Counts = { passed: 0, failed: 0, skipped: 0 };
async function runPart([name, part]: [name: string, part: Part]): Promise<void> {
  const started = performance.now();
  const counts = await part();
  total = sum(total, counts);
  print(
    `\n${name}: ${counts.passed} passed, ${counts.failed} failed in ${((performance.now() - started) / 1000).toFixed(1)} s\n`,
  );
}

const wanted = wantedParts(words.filter((word) => word !== '--long'));
const fetched = fetchPrograms(wanted.map(([name]) => name));
for (const names of inTurn) {
  const group = wanted.filter(([name]) => names.includes(name));
  if (group.some(([name]) => !besideFetching.includes(name))) await fetched;
  await Promise.all(group.map(runPart));
}

// On a developer's machine, a test may be skipped with a reason. In CI nothing may be missing, so a skip is a failure.
if (process.env.CI && total.skipped > 0) {
  print(`${total.skipped} skipped, which CI does not accept`);
  total.failed += total.skipped;
}
print(
  `${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`,
);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);
