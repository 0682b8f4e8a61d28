import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { execute } from './execute.ts';

/** A process and everything that it started. */
export type ProcessGroup = { child: ChildProcess; stop(): Promise<void> };

/**
 * Starts a process in its own group, so that whatever it forks can be ended with it. Its standard input is a pipe that
 * closes when we end, so that it can notice; its output is piped as well.
 */
export function startProcessGroup(
  command: string,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): ProcessGroup {
  const child = spawn(command, args, { ...options, detached: process.platform !== 'win32', stdio: 'pipe' });
  return { child, stop: () => stopGroup(child) };
}

async function stopGroup(child: ChildProcess): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  if (process.platform === 'win32') {
    await execute('taskkill', ['/pid', String(pid), '/T', '/F']).catch(() => undefined);
    return;
  }
  const ended =
    child.exitCode !== null || child.signalCode !== null ? Promise.resolve() : once(child, 'exit');
  signalGroup(pid, 'SIGTERM');
  await Promise.race([ended, delay(3000, undefined, { ref: false })]);
  // Processes that outlive their leader, or ignore the first signal, are killed.
  signalGroup(pid, 'SIGKILL');
  await ended;
}

function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    // ESRCH: nothing of the group is left, as intended.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
