// What becomes of a claim that comes too late to be sent. The database is held up at the very place.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createJournal } from '../../../../server/journal/journal.ts';
import { JournalFailure } from '../../../../server/journal/journal-fault.ts';
import { createDatabase } from '../../../../server/store/postgres/database.ts';
import { createPostgresJournal } from '../../../../server/store/postgres/postgres-journal.ts';
import { startBffWith } from '../../../support/bff/test-bff.ts';
import { startFaultServer, tokenReply } from '../../../support/partner/fault-server.ts';
import { makeGate } from '../../../support/postgres/gate.ts';
import { newDatabase, noPostgres } from '../../../support/postgres/new-database.ts';
import { until } from '../../../support/until.ts';
import { intent, sent } from '../../journal/store-suite.ts';
import { shortly, write } from '../../journal/write-with-key.ts';

/** Two stores in one database, where commits of new writes wait for as long as the test holds the gate. */
async function startGated() {
  await using stack = new AsyncDisposableStack();
  const { url, database } = stack.use(await newDatabase());
  const secret = randomBytes(32);
  const connect = (longestMs?: number) => stack.adopt(createDatabase(url, longestMs), (each) => each.close());
  const makeStore = () =>
    stack.adopt(
      createPostgresJournal({ database: connect(), secret }),
      async (each) => void (await each.close()),
    );
  const gate = stack.use(
    await makeGate(database, 'AFTER INSERT ON pearsana_bff.writes DEFERRABLE INITIALLY DEFERRED'),
  );
  const store = makeStore();
  const other = makeStore();
  await other.open();
  const test = connect(60_000);
  const kept = stack.move();
  return {
    ...{ store, other, database: test },
    /** Runs something while the gate is shut. */
    whileShut: (run: () => Promise<void>) => test.transaction(run, [gate.lock]),
    /** What everybody is told of the writes. */
    states: async () => (await other.activity({}, 9)).writes.map(({ state }) => state),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

describe('a claim that comes too late', { skip: noPostgres }, () => {
  it('ends as not_sent, though its commit succeeds long after its sender has given up', async () => {
    await using gated = await startGated();
    const { store, states } = gated;
    await store.open();
    await gated.whileShut(async () => {
      await assert.rejects(store.claim(intent), JournalFailure);
      // The store looks for the row, in order to end it, while there is none yet.
      await delay(400);
      assert.deepEqual(await states(), []);
    });
    await until('the row is there', async () => (await states()).length === 1);
    await until('it has ended', async () => (await states())[0] === 'not_sent');
    sent(await store.claim({ ...intent, requestId: 'again' }));
  });

  it('ends as not_sent if it was in time for the database, and not for its sender', async () => {
    await using gated = await startGated();
    const { store, states, database } = gated;
    let refused: Promise<void> | undefined;
    await gated.whileShut(async () => {
      // The store opens first, and half of the claim's second is over before its transaction begins.
      await database.transaction(async (query) => {
        await query('LOCK TABLE pearsana_bff.schema_version');
        refused = assert.rejects(store.claim(intent), JournalFailure);
        await delay(500);
      });
      await refused;
    });
    await until('it has ended', async () => (await states())[0] === 'not_sent');
    sent(await store.claim({ ...intent, requestId: 'again' }));
  });

  it('is forgotten if the database gave it up', async () => {
    await using gated = await startGated();
    const { store, states, database } = gated;
    await store.open();
    await gated.whileShut(async () => {
      await assert.rejects(store.claim(intent), JournalFailure);
      await database.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'COMMIT' AND wait_event_type = 'Lock'",
      );
    });
    sent(await store.claim({ ...intent, requestId: 'again' }));
    assert.deepEqual(await states(), ['in_flight']);
    assert.equal(await store.close(), 0);
  });

  it('is not sent if the lease ends between the claim and the first byte, and says so', async () => {
    await using place = await newDatabase();
    await using partner = await startFaultServer();
    await using stack = new AsyncDisposableStack();
    const ours = stack.adopt(createDatabase(place.url), (each) => each.close());
    const store = createPostgresJournal({ database: ours, secret: randomBytes(32), leaseMs: 500 });
    const log = { journalFailed: () => {}, outcomesLost: () => {} };
    await using bff = await startBffWith(
      { sandbox: partner },
      {},
      { journal: createJournal({ store, log, where: 'its database' }) },
    );
    // The write is claimed, and waits for its token.
    const { promise: token, resolve: giveToken } = Promise.withResolvers<void>();
    partner.auth.next({ ...tokenReply('a-token'), after: token });
    const answered = write(bff, { key: 'a' });
    const rows = () =>
      place.database.query<{ id: number; state: string; code: string | null }>(
        'SELECT id, state, code FROM pearsana_bff.writes',
      );
    await until('it is claimed', async () => (await rows()).length === 1);
    const id = String((await rows())[0]?.id);
    assert.equal(store.mayBeSent?.(id), true);
    await place.database.query('DELETE FROM pearsana_bff.instances');
    await until('the lease is lost', () => store.mayBeSent?.(id) === false);
    giveToken();
    assert.equal(shortly(await answered), '503 JOURNAL_UNAVAILABLE not_sent retryable');
    assert.equal(partner.api.arrivals.length, 0);
    assert.deepEqual(
      (await rows()).map(({ state, code }) => [state, code]),
      [['not_sent', 'JOURNAL_UNAVAILABLE']],
    );
  });
});
