import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createJournal } from '../../../server/journal/journal.ts';
import { createSqliteStore } from '../../../server/store/local/sqlite-store.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { intent, sent } from './store-suite.ts';

test('a BFF that stops waits for the write in flight, and for no request that was never sent', async (t) => {
  using folder = temporaryFolder();
  const log = { journalFailed: () => assert.fail(), outcomesLost: () => assert.fail() };
  const journal = createJournal({
    store: createSqliteStore({ directory: folder.path }),
    log,
    where: 'its folder',
  });
  const id = sent(await journal.claim(intent));
  assert('earlier' in (await journal.claim({ ...intent, requestId: 'second' })));
  // As much as the rows of thirty days can hold.
  const database = new DatabaseSync(join(folder.path, 'journal.sqlite'));
  database.exec('UPDATE writes SET bytes = 100000000');
  database.close();
  const third = { ...intent, idempotencyKey: 'another-key' };
  await assert.rejects(journal.claim(third), { code: 'JOURNAL_UNAVAILABLE' });

  // The limit of the wait never comes.
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let isSettled = false;
  const settled = journal.settle().then(() => {
    isSettled = true;
  });
  await nextTurn();
  assert.equal(isSettled, false);
  await journal.end(id, { state: 'succeeded' }, 'first');
  await nextTurn();
  assert.equal(isSettled, true);
  await settled;
  t.mock.timers.reset();
  await journal.close();
});
