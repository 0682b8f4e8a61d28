// `node constant-rate.ts URL RATE SECONDS`: sends pings at a constant rate, however slow their answers are, and prints
// what they took. autocannon keeps its latencies in whole milliseconds, and ours are less than one.
import { Agent, request } from 'undici';
import { authorization } from './access-key.ts';
import type { Latency } from './load.ts';

const [url = '', rate, seconds] = process.argv.slice(2);
const perSecond = Number(rate);
const wanted = perSecond * Number(seconds);
/** The first calls open connections and warm the code. */
const ignored = perSecond;
const dispatcher = new Agent({ connections: 32 });
const tookMs: number[] = [];

async function ping(count: boolean): Promise<void> {
  const begun = performance.now();
  const answer = await request(url, { dispatcher, headers: { authorization } });
  await answer.body.dump();
  if (answer.statusCode !== 200) throw new Error(`${url} answered ${answer.statusCode}.`);
  if (count) tookMs.push(performance.now() - begun);
}

const pings: Promise<void>[] = [];
const begun = performance.now();
await new Promise<void>((resolve) => {
  const ticks = setInterval(() => {
    // A timer may come late: then what is due is sent at once, and its latency counts from there.
    const due = Math.floor(((performance.now() - begun) / 1000) * perSecond);
    while (pings.length < Math.min(due, wanted + ignored)) pings.push(ping(pings.length >= ignored));
    if (pings.length < wanted + ignored) return;
    clearInterval(ticks);
    resolve();
  }, 1);
});
await Promise.all(pings);
await dispatcher.close();

tookMs.sort((a, b) => a - b);
const latency: Latency = { p50: quantile(0.5), p99: quantile(0.99) };
process.stdout.write(JSON.stringify(latency));

function quantile(part: number): number {
  return tookMs[Math.floor(tookMs.length * part)] ?? Number.NaN;
}
