import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { mostCallerBytes } from '../../../../server/journal/kept.ts';
import type { JournalClock } from '../../../../server/store/journal-clock.ts';
import { createDatabase } from '../../../../server/store/postgres/database.ts';
import { createPostgresJournal } from '../../../../server/store/postgres/postgres-journal.ts';
import { newDatabase, noPostgres } from '../../../support/postgres/new-database.ts';
import { testImports } from '../../journal/import-suite.ts';
import { intent, sent, testAges, testRules } from '../../journal/store-suite.ts';

/** A database, and stores in it, each with its own connections, as in as many instances. */
async function makePlace() {
  const kept = new AsyncDisposableStack();
  const { url, database } = kept.use(await newDatabase());
  const secret = randomBytes(32);
  return {
    database,
    async open(clock?: JournalClock) {
      const ours = kept.adopt(createDatabase(url), (each) => each.close());
      return createPostgresJournal({ database: ours, secret, clock });
    },
    remove: () => kept.disposeAsync(),
  };
}

describe('the journal in PostgreSQL', { skip: noPostgres }, () => {
  for (const test of [testRules, testAges, testImports]) test('PostgreSQL', makePlace);

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
