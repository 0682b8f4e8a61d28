// Another process holds the lock of the database, for longer than a write waits.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { startBffWith } from '../../support/bff/test-bff.ts';
import { invited, pong, startFaultServer } from '../../support/partner/fault-server.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { until } from '../../support/until.ts';
import { shortly, write } from './write-with-key.ts';

const unavailable = '503 JOURNAL_UNAVAILABLE not_sent retryable';

test('a journal that is locked', async (t) => {
  await using partner = await startFaultServer();
  partner.api.always(({ path }) => (path === '/ping' ? { body: pong } : { status: 201, body: invited }));

  /** A data directory, BFFs with it, and another process's lock. */
  function lockablePlace() {
    const folder = temporaryFolder();
    function lock() {
      const other = new DatabaseSync(join(folder.path, 'journal.sqlite'));
      other.exec('BEGIN IMMEDIATE');
      return { release: () => other.close() };
    }
    const start = () => startBffWith({ sandbox: partner }, { BFF_DATA_DIR: folder.path });
    return { start, lock, [Symbol.dispose]: () => folder[Symbol.dispose]() };
  }

  await t.test('keeps nobody waiting but writes: reads are answered before any of them', async () => {
    using place = lockablePlace();
    await using bff = await place.start();
    const { release } = place.lock();
    let answered = 0;
    const writes = Array.from({ length: 30 }, async (_, number) => {
      const answer = await write(bff, { key: `key-${number}` });
      answered += 1;
      return shortly(answer);
    });
    for (const path of ['sandbox/ping', 'sandbox/activity', 'sandbox/ping']) {
      assert.equal((await bff.call(`/api/environments/${path}`)).status, 200);
      assert.equal(answered, 0, path);
    }
    assert.deepEqual(new Set(await Promise.all(writes)), new Set([unavailable]));
    release();
    assert.equal(shortly(await write(bff, { key: 'key-0' })), '201');
  });

  for (const [what, isReleased] of [
    ['has an outcome written down at a gentle stop, once the lock is gone', true],
    ['loses an outcome at a gentle stop where the lock stays, and the log says so', false],
  ] as const) {
    await t.test(what, async () => {
      using place = lockablePlace();
      const bff = await place.start();
      partner.api.next({ status: 201, body: invited, delayMs: 100 });
      const before = partner.api.count('/v1/invitations');
      const first = write(bff, { key: 'a-key' });
      await until('it arrives', () => partner.api.count('/v1/invitations') === before + 1);
      const { release } = place.lock();
      assert.equal(shortly(await first), '201');
      const stopped = bff.stop();
      if (isReleased) release();
      await stopped;
      if (!isReleased) release();
      assert.equal(
        bff.logLines.some((line) => /"count":1,.*stay unknown/.test(line)),
        !isReleased,
      );
      await using next = await place.start();
      const again = shortly(await write(next, { key: 'a-key' }));
      assert.equal(again, isReleased ? '201 replayed' : '409 OUTCOME_UNKNOWN unknown');
    });
  }
});
