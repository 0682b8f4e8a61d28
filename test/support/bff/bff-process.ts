import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { until } from '../until.ts';

const main = fileURLToPath(new URL('../../../server/main.ts', import.meta.url));
const loopProbe = import.meta.resolve('../processes/loop-probe.ts');
const folders = ['home', 'work', 'data', 'temporary'] as const;

/** The BFF as its own process. Tests see everything that it prints and writes. */
export type BffProcess = AsyncDisposable & {
  url: string;
  dataDirectory: string;
  isRunning(): boolean;
  /** Its resident memory in bytes: now, and at most so far. Known on Linux only. */
  residentBytes(): { now: number; most: number };
  /** Standard output and standard error so far. */
  output(): string;
  /** Leaves standard output unread, as a log collector that hangs; and reads on. */
  stopReading(): void;
  readOn(): void;
  /** Closes standard output, as a log collector that has ended. */
  closeOutput(): void;
  /** For how many milliseconds its event loop was held at most since this was asked before; with `watchLoop` alone. */
  heldMs(): Promise<number>;
  /** Everything in its home, working, data and temporary folders, by path. */
  files(): Promise<Map<string, Buffer>>;
  /** Ends it as a service manager does, and returns its exit code. */
  end(): Promise<number | null>;
  /** Stops it in its tracks (`SIGSTOP`), or lets it go on (`SIGCONT`). */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
  /** Kills it, as the system does when it runs out of memory. */
  kill(): Promise<void>;
  /** Stops it in the middle of whatever it does, as a machine that is suspended; and lets it go on. */
  freeze(): void;
  thaw(): void;
};

/**
 * @param options.largestFileBlocks how large its files may grow, in the shell's blocks: beyond that, the disk is full.
 * @param options.watchLoop whether to watch how long its event loop is held.
 * @param options.mostDescriptors how many files and connections it may have open.
 * @param options.program the built program; by default the BFF runs from source.
 */
export async function startBffProcess(
  variables: Record<string, string>,
  options: {
    largestFileBlocks?: number;
    mostDescriptors?: number;
    watchLoop?: boolean;
    program?: string;
  } = {},
): Promise<BffProcess> {
  const { largestFileBlocks, mostDescriptors, watchLoop = false, program = main } = options;
  const root = await mkdtemp(join(tmpdir(), 'bff-process-'));
  const [home, work, data, temporary] = folders.map((name) => join(root, name));
  for (const folder of folders) await mkdir(join(root, folder), { mode: 0o700 });
  const limits = [
    ...(largestFileBlocks === undefined ? [] : [`ulimit -f ${largestFileBlocks}; `]),
    ...(mostDescriptors === undefined ? [] : [`ulimit -n ${mostDescriptors}; `]),
  ].join('');
  const [command, ...args] =
    limits === ''
      ? [process.execPath, program]
      : ['sh', '-c', `${limits}exec "$0" "$1"`, process.execPath, program];
  const child = spawn(String(command), args, {
    cwd: work,
    env: {
      ...{ PATH: process.env.PATH, HOME: home, USERPROFILE: home, TMPDIR: temporary, TEMP: temporary },
      ...{ PORT: '0', BFF_DATA_DIR: data, LOG_LEVEL: 'trace', ...variables },
      ...(watchLoop && { NODE_OPTIONS: `--import=${loopProbe}` }),
    },
    stdio: ['ignore', 'pipe', 'pipe', watchLoop ? 'ipc' : 'ignore'],
  }) as ChildProcessByStdio<null, Readable, Readable>;
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => chunks.push(text));
  const closed = once(child, 'close').then(([code]): number | null => code);
  const output = () => chunks.join('');
  const readyAt = () => /ready at (http:\S+?)["\s]/.exec(output())?.[1];
  // On a busy machine, the libraries alone take seconds to load.
  await until('the BFF is ready', () => readyAt() !== undefined || child.exitCode !== null, 30_000);
  const url = readyAt();
  assert(url, output());

  return {
    url,
    dataDirectory: variables.BFF_DATA_DIR ?? join(root, 'data'),
    isRunning: () => child.exitCode === null && child.signalCode === null,
    output,
    stopReading: () => child.stdout.pause(),
    readOn: () => child.stdout.resume(),
    closeOutput: () => child.stdout.destroy(),
    async heldMs() {
      const answered = once(child, 'message');
      child.send('how long?');
      const [heldMs]: number[] = await answered;
      return heldMs ?? Number.NaN;
    },
    residentBytes() {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      const bytes = (name: string) =>
        Number(new RegExp(`^${name}:\\s*(\\d+) kB`, 'm').exec(status)?.[1]) * 1024;
      return { now: bytes('VmRSS'), most: bytes('VmHWM') };
    },
    async files() {
      const entries = await readdir(root, { recursive: true, withFileTypes: true });
      const paths = entries.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
      return new Map(
        await Promise.all(
          paths.map(async (path) => [path.slice(root.length + 1), await readFile(path)] as const),
        ),
      );
    },
    end() {
      child.kill('SIGTERM');
      return closed;
    },
    signal: (name) => void child.kill(name),
    async kill() {
      child.kill('SIGKILL');
      await closed;
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await closed;
      await rm(root, { recursive: true, force: true });
    },
  };
}
