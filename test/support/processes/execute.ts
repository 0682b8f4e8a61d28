import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';

/**
 * Runs a command to its end and resolves with what it wrote to standard output.
 * A failure carries the end of everything that it wrote.
 */
export function execute(
  command: string,
  args: string[],
  cwd?: string,
  { shell = false, low = false }: { shell?: boolean; low?: boolean } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, shell, stdio: ['ignore', 'pipe', 'pipe'] });
    if (low && child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
    let output = '';
    let everything = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      everything += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      everything += text;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(output);
      const ended = `${command} ${args.join(' ')} ended with ${signal ?? `code ${code}`}`;
      reject(new Error(`${ended}:\n${everything.slice(-2000)}`));
    });
  });
}

/**
 * Runs npm in a folder. On Windows npm is a batch file, which only a shell can start. Tests that run beside it come first:
 * some of them watch the time.
 */
export function npm(args: string[], cwd: string): Promise<string> {
  return execute('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], cwd, {
    shell: process.platform === 'win32',
    low: true,
  });
}
