import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { authorization } from './access-key.ts';

const run = promisify(execFile);
const autocannon = createRequire(import.meta.url).resolve('autocannon');
const connections = 10;

export type Load = { answers: number; perSecond: number };

/** As many pings as fit in the time, or a fixed number, from a separate process. A wrong answer fails, since it would falsify the figures. */
export async function load(url: string, length: { seconds: number } | { amount: number }): Promise<Load> {
  const until = 'seconds' in length ? ['-d', String(length.seconds)] : ['-a', String(length.amount)];
  const header = `authorization=${authorization}`;
  const { stdout } = await run(process.execPath, [
    autocannon,
    ...['--json', '--no-progress', '-c', String(connections), ...until, '-H', header, url],
  ]);
  const result: { '2xx': number; non2xx: number; errors: number; duration: number } = JSON.parse(stdout);
  const bad = result.non2xx + result.errors;
  if (bad > 0 || result['2xx'] === 0) throw new Error(`${url}: ${bad} pings had no good answer.`);
  return { answers: result['2xx'], perSecond: result['2xx'] / result.duration };
}

/** Milliseconds from sending a ping to the last byte of its answer. */
export type Latency = { p50: number; p99: number };

/** Pings at a constant rate, from a separate process. */
export async function latencyAt(url: string, ratePerSecond: number, seconds: number): Promise<Latency> {
  const program = join(import.meta.dirname, 'constant-rate.ts');
  const { stdout } = await run(process.execPath, [program, url, String(ratePerSecond), String(seconds)]);
  return JSON.parse(stdout);
}
