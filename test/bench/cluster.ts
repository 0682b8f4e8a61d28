// `npm run bench -- cluster`: what PostgreSQL costs a write and a ping, with 1, 2 and 4 instances, beside SQLite alone. The
// load, Pearsana's stand-in, PostgreSQL and all instances share this machine, so more instances show what they cost, and not
// how much faster many machines would be.
import { Agent, request } from 'undici';
import { startBffProcess } from '../support/bff/bff-process.ts';
import { accessKey, startCluster } from '../support/cluster/cluster.ts';
import { partnerVariables } from '../support/partner/partner-variables.ts';
import { operationPath } from '../support/requests/paths.ts';
import { startPartner } from './journal.ts';
import { median } from './median.ts';
import { row, unit } from './table.ts';

type Figures = { p50: number; p99: number; writes: number; pings: number };

const rounds = 3;
const writesInARow = 400;
const writesAtOnce = 1_000;
const callersOfWrites = 10;
const pingsAtOnce = 3_000;
const callersOfPings = 32;

/** @returns a table in Markdown. */
export async function measureCluster(): Promise<string> {
  await using stack = new AsyncDisposableStack();
  const partner = stack.adopt(await startPartner(), async (each) => {
    await each.stop();
  });
  const partners = { sandbox: { authUrl: partner.url, apiUrl: partner.url } };
  const cluster = stack.use(await startCluster({ size: 4, durable: true, partners }));
  const { BFF_DATABASE_URL: _, BFF_JOURNAL_KEY_FILE: __, ...variables } = cluster.variables;
  const alone = stack.use(await startBffProcess({ ...variables, ...partnerVariables(partners) }));
  const urls = cluster.instances.map(({ url }) => url);
  const contestants: [name: string, urls: readonly string[]][] = [
    ['SQLite, one BFF', [alone.url]],
    ...[1, 2, 4].map((count): [string, string[]] => [
      `PostgreSQL, ${count === 1 ? 'one BFF' : `${count} BFFs`}`,
      urls.slice(0, count),
    ]),
  ];
  const found = new Map<string, Figures[]>(contestants.map(([name]) => [name, []]));
  for (let round = 0; round < rounds; round += 1)
    for (const [name, its] of contestants) found.get(name)?.push(await measure(its));
  const of = (name: string, figure: keyof Figures) =>
    median((found.get(name) ?? []).map((each) => each[figure]));
  return [
    row('', 'a write (median)', '99th percentile', 'writes a second, ten at once', 'pings a second'),
    row('---', '---', '---', '---', '---'),
    ...contestants.map(([name]) =>
      row(
        name,
        unit(of(name, 'p50'), 2, 'ms'),
        unit(of(name, 'p99'), 2, 'ms'),
        Math.round(of(name, 'writes')).toLocaleString('en'),
        Math.round(of(name, 'pings')).toLocaleString('en'),
      ),
    ),
  ].join('\n');
}

async function measure(urls: readonly string[]): Promise<Figures> {
  const dispatcher = new Agent({ connections: callersOfPings });
  let number = 0;
  const call = async (method: 'GET' | 'POST', path: string, body?: object) => {
    number += 1;
    const answer = await request((urls[number % urls.length] ?? '') + path, {
      ...{ method, dispatcher },
      headers: {
        authorization: `Bearer ${accessKey}`,
        ...(body && {
          'content-type': 'application/json',
          'idempotency-key': `${performance.timeOrigin + performance.now()}-${number}`,
        }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    await answer.body.dump();
    if (answer.statusCode >= 300) throw new Error(`A ${method} was answered with ${answer.statusCode}.`);
  };
  const write = () =>
    call('POST', operationPath('createUser', 'sandbox'), {
      identity: { email: 'ada@example.edu', firstName: 'Ada', lastName: 'Lovelace', roleName: 'student' },
      externalReferences: [{ namespace: 'SIS', externalId: `${performance.now()}-${number}` }],
    });
  const ping = () => call('GET', operationPath('ping', 'sandbox'));
  const repeat = async (times: number, run: () => Promise<void>) => {
    for (let count = 0; count < times; count += 1) await run();
  };
  const perSecond = async (times: number, callers: number, run: () => Promise<void>) => {
    const begun = performance.now();
    await Promise.all(Array.from({ length: callers }, () => repeat(times / callers, run)));
    return times / ((performance.now() - begun) / 1_000);
  };
  try {
    await repeat(100, write);
    const taken: number[] = [];
    await repeat(writesInARow, async () => {
      const begun = performance.now();
      await write();
      taken.push(performance.now() - begun);
    });
    taken.sort((a, b) => a - b);
    const at = (share: number) => taken[Math.floor(taken.length * share)] ?? Number.NaN;
    const writes = await perSecond(writesAtOnce, callersOfWrites, write);
    return { p50: at(0.5), p99: at(0.99), writes, pings: await perSecond(pingsAtOnce, callersOfPings, ping) };
  } finally {
    await dispatcher.destroy();
  }
}
