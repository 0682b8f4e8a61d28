// Somebody removes, empties, replaces or truncates the journal's files, while the BFF runs or before it starts.
import assert from 'node:assert/strict';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DatabaseSync } from '../../../server/files/sqlite.ts';
import { startBffWith, type TestBff } from '../../support/bff/test-bff.ts';
import { invited, pong, startFaultServer } from '../../support/partner/fault-server.ts';
import { shortly, write } from './write-with-key.ts';

const unavailable = '503 JOURNAL_UNAVAILABLE not_sent retryable';

test('a journal that goes away', async (t) => {
  let data: string;
  let file: string;
  await using partner = await startFaultServer();
  partner.api.always(({ path }) =>
    path === '/ping' ? { body: pong } : { status: 201, body: invited, headers: { 'x-request-id': 'theirs' } },
  );

  t.beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), 'gone-'));
    file = join(data, 'journal.sqlite');
  });
  t.afterEach(() => rmSync(data, { recursive: true, force: true }));

  const start = () =>
    startBffWith({ sandbox: partner }, { BFF_DATA_DIR: data, RATE_LIMIT_PER_MINUTE: '1000' });
  const arrivals = () => partner.api.count('/v1/invitations');

  /** Writes under keys of these names, each of which is sent. */
  async function send(bff: TestBff, ...keys: string[]): Promise<void> {
    for (const key of keys) assert.equal(shortly(await write(bff, { key })), '201');
  }

  /** Fails unless the next write is refused with nothing sent, the log says why, and reads still work. */
  async function assertRefused(bff: TestBff, why: RegExp, key = 'next'): Promise<void> {
    const before = arrivals();
    assert.equal(shortly(await write(bff, { key })), unavailable);
    assert.equal(arrivals(), before);
    const line = bff.logLines.findLast((each) => each.includes('the journal cannot be used'));
    assert.match(line ?? '', why);
    assert.equal((await bff.call('/api/environments/sandbox/ping')).status, 200);
  }

  const moved = () => `${data}-moved`;
  const changes: [what: string, change: () => void, why: RegExp][] = [
    ['its database is removed', () => rmSync(file), /journal\.sqlite was removed/],
    ['its database is emptied', () => truncateSync(file), /journal\.sqlite was removed, replaced or cut/],
    [
      'its database is cut',
      () => truncateSync(file, statSync(file).size - 4_096),
      /journal\.sqlite was removed, replaced or cut/,
    ],
    [
      'its database is replaced by a copy',
      () => {
        copyFileSync(file, `${file}.copy`);
        renameSync(`${file}.copy`, file);
      },
      /journal\.sqlite was removed, replaced or cut/,
    ],
    ['its log is removed', () => rmSync(`${file}-wal`), /journal\.sqlite-wal was removed/],
    [
      'its log is emptied',
      () => truncateSync(`${file}-wal`),
      /journal\.sqlite-wal was removed, replaced or cut/,
    ],
    [
      'its log is cut',
      () => truncateSync(`${file}-wal`, statSync(`${file}-wal`).size - 100),
      /journal\.sqlite-wal was removed, replaced or cut/,
    ],
    ['its index is removed', () => rmSync(`${file}-shm`), /journal\.sqlite-shm was removed/],
    ['its directory is removed', () => rmSync(data, { recursive: true }), /journal\.sqlite was removed/],
    [
      'its directory is removed and made anew',
      () => {
        rmSync(data, { recursive: true });
        mkdirSync(data);
      },
      /journal\.sqlite was removed/,
    ],
    ['its directory is moved', () => renameSync(data, moved()), /journal\.sqlite was removed/],
  ];
  for (const [what, change, why] of changes) {
    await t.test(`refuses the next write when ${what}, and sends no key twice after that`, async () => {
      const bff = await start();
      try {
        await send(bff, 'first', 'second');
        const before = arrivals();
        change();
        await assertRefused(bff, why);
        for (const key of ['first', 'second', 'first']) {
          const answer = shortly(await write(bff, { key }));
          assert(['201 replayed', '409 OUTCOME_UNKNOWN unknown', unavailable].includes(answer), answer);
        }
        assert.equal(arrivals(), before);
      } finally {
        await bff.stop();
        rmSync(moved(), { recursive: true, force: true });
      }
    });
  }

  await t.test('refuses writes when it is removed before the BFF could open it', async () => {
    {
      await using bff = await start();
      await send(bff, 'first');
    }
    const other = new DatabaseSync(file);
    other.exec('BEGIN EXCLUSIVE');
    await using bff = await start();
    await assertRefused(bff, /locked/);
    renameSync(data, moved());
    other.close();
    for (const key of ['first', 'second']) await assertRefused(bff, /missing/, key);
    rmSync(data, { recursive: true, force: true });
    renameSync(moved(), data);
    assert.equal(shortly(await write(bff, { key: 'first' })), '201 replayed');
  });

  await t.test('refuses writes until it is back, and then goes on by itself', async () => {
    await using bff = await start();
    await send(bff, 'first', 'second');
    renameSync(data, moved());
    for (const key of ['first', 'second', 'third']) await assertRefused(bff, /removed|missing/, key);
    assert.deepEqual(readdirSync(moved()).includes('journal.sqlite'), true);
    renameSync(moved(), data);
    for (const key of ['first', 'second']) assert.equal(shortly(await write(bff, { key })), '201 replayed');
    await send(bff, 'third');
  });

  for (const [what, name] of [
    ['its database is', ''],
    ['its log is', '-wal'],
  ] as const) {
    await t.test(
      `refuses writes while ${what} overwritten, and goes on by itself once it is restored`,
      async () => {
        {
          // At its end, the BFF moves into the database what is still in the log.
          await using bff = await start();
          await send(bff, 'first');
        }
        await using bff = await start();
        await send(bff, 'second');
        const path = file + name;
        const good = readFileSync(path);
        writeFileSync(path, Buffer.alloc(good.length, 0xee));
        // Nothing tells it apart but its content and when it was written.
        for (const key of ['first', 'second', 'third'])
          await assertRefused(bff, /is damaged|lacks rows|replaced or cut|malformed|I\/O error/, key);
        writeFileSync(path, good);
        for (const key of ['first', 'second'])
          assert.equal(shortly(await write(bff, { key })), '201 replayed');
        await send(bff, 'third');
      },
    );
  }

  await t.test('goes on where its files were merely touched', async () => {
    await using bff = await start();
    await send(bff, 'first');
    for (const name of ['', '-wal', '-shm']) utimesSync(file + name, 1, 1);
    assert.equal(shortly(await write(bff, { key: 'first' })), '201 replayed');
    await send(bff, 'second');
    assert.deepEqual(
      // The line of a request names its row in the journal.
      bff.logLines.filter((line) => line.includes('journal') && !line.includes('"msg":"request"')),
      [],
    );
  });

  await t.test('refuses writes while an older copy is in its place', async () => {
    const copy = `${data}-copy`;
    {
      await using bff = await start();
      await send(bff, 'first');
    }
    cpSync(data, copy, { recursive: true });
    try {
      await using bff = await start();
      await send(bff, 'second');
      rmSync(data, { recursive: true });
      cpSync(copy, data, { recursive: true });
      await assertRefused(bff, /removed, replaced or cut/, 'second');
      await assertRefused(bff, /is another or lacks rows/, 'second');
    } finally {
      rmSync(copy, { recursive: true });
    }
  });

  for (const [what, change] of [
    ['removed', () => rmSync(file)],
    ['emptied', () => truncateSync(file)],
  ] as const) {
    await t.test(
      `stops the start, again and again, when its database was ${what} beside its key`,
      async () => {
        {
          await using bff = await start();
          await send(bff, 'first');
        }
        change();
        for (let time = 0; time < 2; time += 1)
          await assert.rejects(start(), { name: 'JournalFault', message: /journal-key beside it shows/ });
        rmSync(join(data, 'journal-key'));
        await using bff = await start();
        await send(bff, 'first');
      },
    );
  }
});
