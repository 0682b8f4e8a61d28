// What becomes of a transaction whose connection fails, at each of its stages. Whatever happens, the process goes on.
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe, it } from 'node:test';
import { Secret } from '../../../../server/secret.ts';
import {
  CommitUnknown,
  createDatabase,
  type Database,
  DatabaseFailure,
} from '../../../../server/store/postgres/database.ts';
import { startRelay, type Trouble } from '../../../support/network/relay.ts';
import { newDatabase, noPostgres } from '../../../support/postgres/new-database.ts';

const longestMs = 400;

/** What happens to the connection, at the next answer of the server. */
const troubles: Record<string, (database: Database) => Trouble> = {
  'is reset': () => (near) => near.resetAndDestroy(),
  'is cut in the middle of a message': () => (near, far, begun) => {
    near.end(begun.subarray(0, Math.ceil(begun.length / 2)));
    far.destroy();
  },
  'is closed after nonsense': () => (near, far) => {
    near.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    far.destroy();
  },
  'stays open without an answer': () => (_, far) => far.resume(),
  // As a process finds it that stood still meanwhile.
  'is ended by the server, which shows only together with its answer': (database) => (near, far, begun) =>
    void holdBack(near, far, begun, database),
};

async function holdBack(near: Socket, far: Socket, begun: Buffer, database: Database): Promise<void> {
  const pieces = [begun];
  far.on('data', (bytes) => pieces.push(bytes));
  far.once('end', () => near.end(Buffer.concat(pieces)));
  await database.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  );
}

type Stage = 'begin' | 'statement' | 'commit';

/** When it happens: at the answer to what a transaction sends next. */
const stages: Record<string, { isWarm: boolean; at: Stage }> = {
  'while it is made': { isWarm: false, at: 'begin' },
  'when a transaction begins': { isWarm: true, at: 'begin' },
  'at a statement': { isWarm: true, at: 'statement' },
  'at the commit': { isWarm: true, at: 'commit' },
};

/** Adds one row. @param begin brings the trouble about @returns what it failed with, if it did. */
async function addRow(database: Database, at: Stage, begin: () => void) {
  try {
    if (at === 'begin') begin();
    await database.transaction(async (query) => {
      if (at === 'statement') begin();
      await query("INSERT INTO pearsana_bff.removed_names VALUES ('ada', 'now')");
      if (at === 'commit') begin();
    });
    return undefined;
  } catch (error) {
    return error;
  }
}

async function countRows(database: Database): Promise<number> {
  const [row] = await database.query<{ rows: number }>(
    'SELECT count(*) AS rows FROM pearsana_bff.removed_names',
  );
  return row?.rows ?? Number.NaN;
}

describe('a connection to PostgreSQL', { skip: noPostgres }, () => {
  for (const [what, make] of Object.entries(troubles)) {
    for (const [when, { isWarm, at }] of Object.entries(stages)) {
      it(`that ${what} ${when} fails what it was for, and nothing else`, async () => {
        await using place = await newDatabase();
        await using stack = new AsyncDisposableStack();
        const url = new URL(place.url.reveal());
        const relay = stack.use(await startRelay(Number(url.port)));
        url.port = String(relay.port);
        const database = stack.adopt(createDatabase(new Secret(url.href), longestMs), (each) => each.close());
        if (isWarm) await database.query('SELECT 1');
        const failure = await addRow(database, at, () => relay.atNextAnswer(make(place.database)));
        if (failure !== undefined) {
          assert(failure instanceof DatabaseFailure, String(failure));
          if (at !== 'statement') assert.equal(failure instanceof CommitUnknown, at === 'commit');
        }
        if (at !== 'commit') assert.equal(await countRows(place.database), failure === undefined ? 1 : 0);
        await database.query('SELECT 1');
      });
    }
  }
});
