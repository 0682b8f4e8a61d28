// What the journal costs a write: the same BFF with it and without it, in turn. `node test/bench/journal.ts` prints the
// table; the folder for its database can be given, since what the disk takes is most of it.

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { createApp } from '../../server/http/app.ts';
import { limitBytesInFlight } from '../../server/http/bytes-in-flight.ts';
import { listen } from '../../server/http/listen.ts';
import { createJournal, type Journal } from '../../server/journal/journal.ts';
import { createSendOnce } from '../../server/journal/send-once.ts';
import { createLog } from '../../server/log.ts';
import { createApiVersions } from '../../server/partner/api-versions.ts';
import { createPartnerClient } from '../../server/partner/call-partner.ts';
import { createConnections } from '../../server/partner/connections.ts';
import { createTransport } from '../../server/partner/transport.ts';
import { Secret } from '../../server/tokens/secret.ts';
import { defaultFileLimits } from '../../shared/documents.ts';
import { operationPath } from '../../shared/operations.ts';

/** Milliseconds, and writes a second with ten callers at once. */
export type JournalFigures = { p50: number; p99: number; perSecond: number };
export type JournalCost = { without: JournalFigures; with: JournalFigures };

const rounds = 3;
const writesInARow = 600;
const writesAtOnce = 1_200;
const callers = 10;

/** @param folder where the database lies meanwhile. Medians of the rounds. */
export async function measureJournal(folder = tmpdir()): Promise<JournalCost> {
  const directory = mkdtempSync(join(folder, 'journal-'));
  const log = createLog('silent');
  const partner = await startPartner();
  const journal = createJournal({ directory, log });
  const nothing: Journal = { ...journal, claim: () => ({ id: 0 }), end() {} };
  const found: { without: JournalFigures[]; with: JournalFigures[] } = { without: [], with: [] };
  try {
    for (let round = 0; round < rounds; round += 1) {
      found.without.push(await measure(nothing, partner.url));
      found.with.push(await measure(journal, partner.url));
    }
  } finally {
    journal.close();
    await partner.stop();
    rmSync(directory, { recursive: true });
  }
  return { without: mediansOf(found.without), with: mediansOf(found.with) };
}

export function journalTable(cost: JournalCost): string {
  const row = (name: string, { p50, p99, perSecond }: JournalFigures) =>
    `| ${name} | ${p50.toFixed(2)} ms | ${p99.toFixed(2)} ms | ${Math.round(perSecond)} |`;
  return [
    '| a write | p50 | p99 | a second, ten at once |',
    '| --- | --- | --- | --- |',
    row('with the journal', cost.with),
    row('without it', cost.without),
  ].join('\n');
}

async function measure(journal: Journal, apiUrl: string): Promise<JournalFigures> {
  const connections = createConnections(undefined);
  const transport = createTransport({ connections, timeoutMs: 10_000 });
  const listening = await listen(appWith(journal, apiUrl, transport), { host: '127.0.0.1', port: 0 });
  const dispatcher = new Agent({ connections: callers });
  const url = `http://127.0.0.1:${listening.port}${operationPath('createUser', 'sandbox')}`;
  let number = 0;
  const write = async () => {
    number += 1;
    const { statusCode, body } = await request(url, {
      method: 'POST',
      dispatcher,
      headers: {
        authorization: 'Bearer a-key',
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
    await listening.close(0);
    await connections.close(0);
  }
}

/** The whole BFF but for the token, which would be kept anyway. */
function appWith(journal: Journal, apiUrl: string, transport: ReturnType<typeof createTransport>) {
  const tokens = {
    ready: async () => {},
    send: (_environment: string, _scopes: unknown, sent: Parameters<typeof transport>[0]) => transport(sent),
    statuses: () => [],
    rereadSecret: () => {},
    findScopes: async () => ({ scopes: [], checkedAt: '' }),
  };
  const credentials = {
    environment: 'sandbox',
    authUrl: apiUrl,
    clientId: 'id',
    clientSecret: new Secret('a-secret-for-benchmarks'),
  };
  const versions = createApiVersions();
  const enterFlight = async () => () => {};
  const callPartner = createPartnerClient({ tokens, transport, enterFlight, versions });
  return createApp({
    host: '127.0.0.1',
    publicUrl: undefined,
    trustProxy: 0,
    allowedOrigins: { exact: new Set(), vscodeWeb: false },
    rateLimitPerMinute: 10_000_000,
    environments: [
      { id: 'sandbox', name: 'sandbox', kind: 'sandbox', protected: false, apiUrl, credentials },
    ],
    tokens,
    callPartner,
    sendOnce: createSendOnce(journal, callPartner),
    journal,
    newerApiVersion: versions.newer,
    fileLimits: defaultFileLimits,
    holdBytes: limitBytesInFlight(Number.POSITIVE_INFINITY),
    identify: () => ({ id: 'bench', kind: 'access-key', grants: ['*:*'] }),
    sessions: undefined,
    log: createLog('silent'),
    isReady: () => true,
  });
}

async function startPartner() {
  const server = createServer((incoming, response) => {
    incoming.resume().on('end', () => {
      response.writeHead(201, { 'content-type': 'application/json' });
      response.end('{"user":{"userId":"usr_1"}}');
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
