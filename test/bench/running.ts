import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../scripts/free-port.ts';
import { authorization } from './access-key.ts';
import type { Contestant } from './contestants.ts';
import type { Upstream } from './upstream.ts';

/** A contestant that has answered its first ping. */
export type Running = {
  pingUrl: string;
  /** From the start of the process to its first good answer. */
  firstAnswerMs: number;
  residentMb(): number;
  /** The processor time of its threads, in seconds, exact enough for a few calls; undefined if the system doesn't tell. */
  processorSeconds(): number | undefined;
  stop(): Promise<void>;
};

const longestStartMs = 20_000;

/** Starts a contestant; what it prints, and so the BFF's log, goes into a file in `folder`, as it would in earnest. */
export async function start(
  contestant: Contestant,
  folder: string,
  upstream: Upstream,
): Promise<Running | undefined> {
  const port = await freePort();
  const command = contestant.command?.({ folder, port, upstream });
  if (!command) return undefined;
  const pingUrl = `http://127.0.0.1:${port}${contestant.path}`;
  const output = openSync(join(folder, 'output'), 'w');
  const started = performance.now();
  const child = spawn(command.file, command.args, {
    cwd: folder,
    stdio: ['ignore', output, 'inherit'],
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...command.variables },
  });
  closeSync(output);
  const exited = once(child, 'exit');
  const { pid } = child;
  const stop = async () => {
    child.kill();
    await exited;
  };
  while (!(await answers(pingUrl))) {
    if (child.exitCode !== null || performance.now() - started > longestStartMs) {
      await stop();
      throw new Error(`${contestant.name} does not answer.`);
    }
    await delay(2);
  }
  const firstAnswerMs = performance.now() - started;
  return {
    pingUrl,
    firstAnswerMs,
    residentMb: () => Number(/^VmRSS:\s+(\d+) kB/m.exec(proc(pid, 'status') ?? '')?.[1]) / 1024,
    processorSeconds() {
      // Nanoseconds on a processor are the first field (the kernel's sched-stats). `stat` would count in hundredths of a second.
      const ofThreads = threadsOf(pid).map((thread) =>
        Number(proc(pid, `task/${thread}/schedstat`)?.split(' ')[0] ?? 0),
      );
      return ofThreads.length === 0 ? undefined : ofThreads.reduce((sum, each) => sum + each, 0) / 1e9;
    },
    stop,
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { headers: { authorization } });
    await answer.arrayBuffer();
    return answer.status === 200;
  } catch {
    return false;
  }
}

/** Linux alone has these; elsewhere the figure is missing, and the rest holds. */
function proc(pid: number | undefined, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}

function threadsOf(pid: number | undefined): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}
