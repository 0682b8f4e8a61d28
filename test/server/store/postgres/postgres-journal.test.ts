import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createDigests } from '../../../../server/journal/digests.ts';
import { JournalFault } from '../../../../server/journal/journal-fault.ts';
import { mostCallerBytes } from '../../../../server/journal/kept.ts';
import { Secret } from '../../../../server/secret.ts';
import type { JournalClock } from '../../../../server/store/journal-clock.ts';
import { prepareClaim } from '../../../../server/store/postgres/claim.ts';
import { createDatabase } from '../../../../server/store/postgres/database.ts';
import { createPostgresJournal } from '../../../../server/store/postgres/postgres-journal.ts';
import { startRelay } from '../../../support/network/relay.ts';
import { newDatabase, noPostgres } from '../../../support/postgres/new-database.ts';
import { until } from '../../../support/until.ts';
import { testImports } from '../../journal/import-suite.ts';
import { earlier, intent, sent, testAges, testRules } from '../../journal/store-suite.ts';

/** A database, and stores in it, each with its own connections, as in as many instances. */
async function makePlace() {
  const kept = new AsyncDisposableStack();
  const { url, database } = kept.use(await newDatabase());
  const secret = randomBytes(32);
  return {
    ...{ database, secret },
    /** A connection whose transactions may last. */
    patient: () => kept.adopt(createDatabase(url, 60_000), (each) => each.close()),
    async open(clock?: JournalClock, leaseMs?: number) {
      const ours = kept.adopt(createDatabase(url), (each) => each.close());
      return createPostgresJournal({ database: ours, secret, clock, leaseMs });
    },
    remove: () => kept.disposeAsync(),
  };
}

describe('the journal in PostgreSQL', { skip: noPostgres }, () => {
  for (const test of [testRules, testAges, testImports]) test('PostgreSQL', makePlace);

  it('waits at its start for a database that takes longer than a second', async () => {
    await using place = await newDatabase();
    const url = new URL(place.url.reveal());
    await using relay = await startRelay(Number(url.port));
    url.port = String(relay.port);
    const database = createDatabase(new Secret(url.href));
    const store = createPostgresJournal({ database, secret: randomBytes(32) });
    relay.behave('stall');
    const opening = store.open();
    await delay(1_300);
    relay.behave('pass');
    await opening;
    await store.close();
    await database.close();
  });

  it('does not begin to send what others have taken for unknown, after its lease has ended', async () => {
    const place = await makePlace();
    const [store, other] = [await place.open(undefined, 1_000), await place.open()];
    const id = sent(await store.claim(intent));
    assert.equal(store.mayBeSent?.(id), true);
    assert.deepEqual(earlier(await other.claim(intent))[0], 'in_flight');
    // As after a minute in which the process stood still.
    await place.database.query('DELETE FROM pearsana_bff.instances');
    await until('it notices', () => store.mayBeSent?.(id) === false);
    assert.deepEqual(earlier(await other.claim(intent))[0], 'unknown');
    assert.equal((await other.resolve({}, id, { happened: false, by: 'ada' }))?.state, 'not_sent');
    const next = sent(await store.claim(intent));
    assert.equal(store.mayBeSent?.(next), true);
    await store.end(id, { state: 'not_sent' });
    assert.deepEqual(earlier(await other.claim(intent))[0], 'in_flight');
    await store.end(next, { state: 'succeeded' });
    for (const each of [store, other]) await each.close();
    await place.remove();
  });

  for (const [what, change] of [
    ['lacks the last write that it made', 'DELETE FROM pearsana_bff.writes'],
    ['has another name', "UPDATE pearsana_bff.journal SET id = 'jrn_another'"],
  ] as const) {
    it(`refuses to write into a journal that ${what}, until it is started again`, async () => {
      const place = await makePlace();
      const store = await place.open(undefined, 500);
      await store.end(sent(await store.claim(intent)), { state: 'succeeded' });
      await place.database.query(change);
      const isRefused = async () => {
        try {
          await store.open();
          return false;
        } catch (error) {
          return error instanceof JournalFault && /lacks writes/.test(error.message);
        }
      };
      await until('it notices', isRefused);
      await assert.rejects(store.claim({ ...intent, idempotencyKey: 'b' }), JournalFault);
      await store.close();
      const again = await place.open();
      sent(await again.claim({ ...intent, idempotencyKey: 'b' }));
      await again.close();
      await place.remove();
    });
  }

  it('takes the locks of two people in one order, whichever comes first in the request', async () => {
    const place = await makePlace();
    const stores = [await place.open(), await place.open()];
    for (const store of stores) await store.open();
    const people = ['S-1', 'S-2'].map((externalId) => ({ namespace: 'SIS', externalId }));
    const both = [people, people.toReversed()].map((references) => ({
      ...{ ...intent, references, idempotencyKey: undefined },
    }));
    const [first, second] = prepareClaim(both[0] ?? intent, createDigests(place.secret)).locks;
    assert(first !== undefined && second !== undefined);
    const holders = async (isGranted: boolean) => {
      const rows = await place.database.query<{ key: string }>(
        `SELECT ((classid::bigint << 32) | objid::bigint)::text AS key FROM pg_locks
           WHERE locktype = 'advisory' AND granted = $1 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
        [isGranted],
      );
      return rows.map(({ key }) => key);
    };
    const claims = await place.patient().transaction(async () => {
      const claimed = Promise.all(stores.map((store, index) => store.claim(both[index] ?? intent)));
      // Both wait for the first lock, and neither has the second one, which the other would wait for.
      await until('both wait', async () => (await holders(false)).length === 2);
      assert.deepEqual(await holders(true), [String(first)]);
      return { claimed };
    }, [first]);
    for (const claim of await claims.claimed) sent(claim);
    for (const store of stores) await store.close();
    await place.remove();
  });

  it('keeps 100 MB of one caller, and no more, and lets others go on', async () => {
    const place = await makePlace();
    const store = await place.open();
    const keyless = { ...intent, idempotencyKey: undefined };
    sent(await store.claim(keyless));
    // As if the caller had written all but a few rows of it.
    const counted = 'UPDATE pearsana_bff.callers SET bytes = $1';
    await place.database.query(counted, [mostCallerBytes - 2_000]);
    const claims = [];
    for (let count = 0; count < 9; count += 1) claims.push(await store.claim(keyless));
    const taken = claims.filter((claim) => 'id' in claim).length;
    assert(taken > 0 && taken < 9, `${taken} rows`);
    assert.deepEqual(claims.at(-1), { full: 'caller' });
    sent(await store.claim({ ...keyless, caller: 'grace' }));
    await store.close();
    await place.remove();
  });
});
