// What the journal costs a write: the same BFF with it and without it, in turn. `node test/bench/journal.ts` prints the
// table; the folder for its database can be given, since what the disk takes is most of it.

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { readConfig } from '../../server/config/read-config.ts';
import type { Journal } from '../../server/journal/journal.ts';
import { createLog } from '../../server/log.ts';
import { startBff } from '../../server/start.ts';
import { operationPath } from '../support/requests/paths.ts';

/** Milliseconds, and writes a second with ten callers at once. */
export type JournalFigures = { p50: number; p99: number; perSecond: number };
export type JournalCost = { without: JournalFigures; with: JournalFigures };

const rounds = 3;
const writesInARow = 600;
const writesAtOnce = 1_200;
const callers = 10;
const accessKey = 'pbff_an-access-key-for-benchmarks';

/** Lets everything be sent, and remembers nothing. */
const noJournal: Journal = {
  opened: Promise.resolve(),
  claim: async () => ({ id: '0' }),
  end: async () => {},
  activity: async () => ({ activity: [], next: null }),
  resolve: async () => undefined,
  announce: () => Promise.reject(new Error('Nothing is announced here.')),
  imports: async () => [],
  importOf: async () => undefined,
  stopImport: async () => undefined,
  lookUp: async () => [],
  name: async () => 'jrn_none',
  unresolved: async () => new Map(),
  isUsable: () => true,
  settle: async () => {},
  close: async () => {},
};

/** @param folder for the database. @returns the medians of the rounds. */
export async function measureJournal(folder = tmpdir()): Promise<JournalCost> {
  const directory = mkdtempSync(join(folder, 'journal-'));
  const partner = await startPartner();
  const found: { without: JournalFigures[]; with: JournalFigures[] } = { without: [], with: [] };
  try {
    for (let round = 0; round < rounds; round += 1) {
      found.without.push(await measure(noJournal, partner.url, directory));
      found.with.push(await measure(undefined, partner.url, directory));
    }
  } finally {
    await partner.stop();
    rmSync(directory, { recursive: true });
  }
  return { without: mediansOf(found.without), with: mediansOf(found.with) };
}

export function journalTable(cost: JournalCost): string {
  const row = (name: string, { p50, p99, perSecond }: JournalFigures) =>
    `| ${name} | ${p50.toFixed(2)} ms | ${p99.toFixed(2)} ms | ${Math.round(perSecond)} |`;
  return [
    '| a write | median | 99th percentile | a second, ten at once |',
    '| --- | --- | --- | --- |',
    row('with the journal', cost.with),
    row('without it', cost.without),
  ].join('\n');
}

async function measure(
  journal: Journal | undefined,
  partner: string,
  directory: string,
): Promise<JournalFigures> {
  const { config, faults } = readConfig({
    PORT: '0',
    BFF_DATA_DIR: directory,
    BFF_ACCESS_KEY: accessKey,
    RATE_LIMIT_PER_MINUTE: '1000000',
    PEARSANA_SANDBOX_CLIENT_ID: 'id',
    PEARSANA_SANDBOX_CLIENT_SECRET: 'a-secret-for-benchmarks',
    PEARSANA_SANDBOX_AUTH_URL: partner,
    PEARSANA_SANDBOX_API_URL: partner,
  });
  if (!config) throw new Error(faults.join('\n'));
  const bff = await startBff(config, createLog('silent'), journal && { journal });
  const dispatcher = new Agent({ connections: callers });
  const url = bff.url + operationPath('createUser', 'sandbox');
  let number = 0;
  const write = async () => {
    number += 1;
    const { statusCode, body } = await request(url, {
      method: 'POST',
      dispatcher,
      headers: {
        authorization: `Bearer ${accessKey}`,
        'content-type': 'application/json',
        'idempotency-key': `${performance.timeOrigin + performance.now()}-${number}`,
      },
      body: JSON.stringify({
        identity: { email: 'ada@example.edu', firstName: 'Ada', lastName: 'Lovelace', roleName: 'student' },
        externalReferences: [{ namespace: 'SIS', externalId: String(number) }],
      }),
    });
    await body.dump();
    if (statusCode !== 201) throw new Error(`A write was answered with ${statusCode}.`);
  };
  const repeat = async (times: number) => {
    for (let count = 0; count < times; count += 1) await write();
  };
  try {
    await repeat(200);
    const taken: number[] = [];
    for (let count = 0; count < writesInARow; count += 1) {
      const begun = performance.now();
      await write();
      taken.push(performance.now() - begun);
    }
    const begun = performance.now();
    await Promise.all(Array.from({ length: callers }, () => repeat(writesAtOnce / callers)));
    const perSecond = writesAtOnce / ((performance.now() - begun) / 1000);
    taken.sort((a, b) => a - b);
    const at = (share: number) => taken[Math.floor(taken.length * share)] ?? Number.NaN;
    return { p50: at(0.5), p99: at(0.99), perSecond };
  } finally {
    await dispatcher.destroy();
    await bff.stop();
  }
}

const pong = { status: 'ok', message: 'Authorized', clientId: 'id', scopes: ['pearsana-partner/ping'] };
const token = { access_token: 'a-token', token_type: 'Bearer', expires_in: 3600 };

/** Answers everything at once. */
export async function startPartner() {
  const server = createServer((incoming, response) => {
    incoming.resume().on('end', () => {
      const isToken = incoming.url === '/oauth2/token';
      const isPing = incoming.method === 'GET';
      response.writeHead(isToken || isPing ? 200 : 201, { 'content-type': 'application/json' });
      response.end(JSON.stringify(isToken ? token : isPing ? pong : { user: { userId: 'usr_1' } }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

function mediansOf(figures: JournalFigures[]): JournalFigures {
  const of = (name: keyof JournalFigures) =>
    figures.map((each) => each[name]).sort((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN;
  return { p50: of('p50'), p99: of('p99'), perSecond: of('perSecond') };
}

if (import.meta.main) process.stdout.write(`${journalTable(await measureJournal(process.argv[2]))}\n`);
