import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { createClient } from '../../../shared/client.ts';
import { ClientError } from '../../../shared/client-error.ts';
import { startBffProcess } from '../../support/bff/bff-process.ts';
import { startBffWith, type TestBff } from '../../support/bff/test-bff.ts';
import { invited, pong, startFaultServer } from '../../support/partner/fault-server.ts';
import { partnerVariables } from '../../support/partner/partner-variables.ts';
import { samples } from '../../support/requests/write-samples.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { until } from '../../support/until.ts';
import { shortly, write } from './write-with-key.ts';

const unavailable = '503 JOURNAL_UNAVAILABLE not_sent retryable';
const ping = '/api/environments/sandbox/ping';

test('the journal', async (t) => {
  await using partner = await startFaultServer();

  /** A data directory, and BFFs with it. */
  function journalPlace() {
    const folder = temporaryFolder();
    const data = folder.path;
    return {
      data,
      file: join(data, 'journal.sqlite'),
      start: (directory = data) => startBffWith({ sandbox: partner }, { BFF_DATA_DIR: directory }),
      [Symbol.dispose]: () => folder[Symbol.dispose](),
    };
  }

  /** Fails unless writes are refused with nothing sent, a log line says why, and reads still work. */
  async function assertOnlyReads(bff: TestBff, why: RegExp): Promise<void> {
    const before = partner.api.count('/v1/invitations');
    for (const key of ['a-key', undefined])
      assert.equal(shortly(await write(bff, { ...(key && { key }) })), unavailable);
    assert.equal(partner.api.count('/v1/invitations'), before);
    const line = bff.logLines.find((each) => each.includes('the journal cannot be used'));
    assert.match(line ?? '', why);
    assert.equal((await bff.call(ping)).status, 200);
  }

  /** Root may write everywhere. */
  async function asNobody<Result>(run: () => Promise<Result>): Promise<Result> {
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    try {
      return await run();
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  }

  async function assertWrites(bff: TestBff): Promise<void> {
    partner.api.next({ status: 201, body: invited });
    assert.equal(shortly(await write(bff, { key: 'a-key' })), '201');
    assert.equal(shortly(await write(bff, { key: 'a-key' })), '201 replayed');
  }

  await t.test('that cannot be used', async (t) => {
    await t.test(
      'because a directory is in its place: writes wait for it, and go on without a restart',
      async () => {
        using place = journalPlace();
        const { file, start } = place;
        mkdirSync(file);
        await using bff = await start();
        await assertOnlyReads(bff, /"code":"EISDIR"/);
        rmSync(file, { recursive: true });
        await assertWrites(bff);
      },
    );

    await t.test('because somebody else holds its lock for too long', async () => {
      using place = journalPlace();
      const { file, start } = place;
      await using bff = await start();
      const other = new DatabaseSync(file);
      other.exec('BEGIN IMMEDIATE');
      await assertOnlyReads(bff, /database is locked/);
      other.exec('ROLLBACK');
      other.close();
      await assertWrites(bff);
    });

    await t.test('because its place may not be written to', async () => {
      using place = journalPlace();
      const { data, start } = place;
      chmodSync(data, 0o555);
      await using bff = await asNobody(start);
      try {
        await asNobody(() => assertOnlyReads(bff, /"code":"EACCES"/));
      } finally {
        chmodSync(data, 0o755);
      }
      await assertWrites(bff);
    });

    await t.test('because there is no more space: it keeps what it has', async () => {
      const { api } = partner;
      await using bff = await startBffProcess(
        {
          BFF_ACCESS_KEY: 'pbff_an-access-key-for-tests-only',
          ...partnerVariables({ sandbox: partner }),
        },
        { largestFileBlocks: 1_000 },
      );
      const client = createClient({ baseUrl: bff.url, accessKey: 'pbff_an-access-key-for-tests-only' });
      partner.api.always({ status: 201, body: invited });
      const invite = (idempotencyKey: string) =>
        client.createInvitation({
          environment: 'sandbox',
          request: samples.createInvitation.least,
          idempotencyKey,
        });
      let written = 0;
      let failure: unknown;
      const before = api.count('/v1/invitations');
      while (failure === undefined && written < 200) {
        await invite(`key-${written}`).then(
          () => {
            written += 1;
          },
          (error: unknown) => {
            failure = error;
          },
        );
      }
      assert(
        failure instanceof ClientError && failure.failure?.code === 'JOURNAL_UNAVAILABLE',
        String(failure),
      );
      assert.equal(failure.outcome, 'not_sent');
      assert(written > 3);
      assert.equal(api.count('/v1/invitations'), before + written);
      const said = /"step":"intent","code":"(disk I\/O error|database or disk is full)"/;
      await until('the log says so', () => said.test(bff.output()));
      assert.equal((await client.activity({ environment: 'sandbox' })).activity.length, written);
      partner.api.next({ body: pong });
      await client.ping({ environment: 'sandbox' });
      partner.api.always({ body: pong });
    });

    await t.test(
      'when the outcome is to be written down: the answer goes out, and the outcome is kept until it can be',
      async () => {
        using place = journalPlace();
        const { file, start } = place;
        await using bff = await start();
        const other = new DatabaseSync(file);
        partner.api.next({ status: 201, body: invited, delayMs: 100 });
        const before = partner.api.count('/v1/invitations');
        const first = write(bff, { key: 'a-key' });
        await until('it arrives', () => partner.api.count('/v1/invitations') === before + 1);
        other.exec('BEGIN IMMEDIATE');
        assert.equal(shortly(await first), '201');
        const line = bff.logLines.find((each) => each.includes('could not be recorded'));
        assert.match(line ?? '', /"step":"outcome".*database is locked/);
        const activity = async () => (await bff.call('/api/environments/sandbox/activity')).text;
        assert.match(await activity(), /"state":"in_flight"/);
        other.exec('ROLLBACK');
        other.close();
        await until('it is written down', async () => /"state":"succeeded"/.test(await activity()));
        assert.equal(shortly(await write(bff, { key: 'a-key' })), '201 replayed');
      },
    );
  });

  await t.test('that somebody has to look at', async (t) => {
    const written = async ({ start }: ReturnType<typeof journalPlace>) => {
      await using bff = await start();
      await assertWrites(bff);
    };

    await t.test('because it is no database', async () => {
      using place = journalPlace();
      const { file, start } = place;
      writeFileSync(file, 'something else '.repeat(1_000));
      await assert.rejects(start(), { name: 'JournalFault', message: /journal\.sqlite is damaged/ });
    });

    await t.test('because pages of it are damaged', async () => {
      using place = journalPlace();
      const { file, start } = place;
      await written(place);
      const bytes = readFileSync(file);
      bytes.fill(0xee, 4096, bytes.length);
      writeFileSync(file, bytes);
      await assert.rejects(start(), { name: 'JournalFault', message: /journal\.sqlite is damaged/ });
    });

    await t.test('because of damage that SQLite finds only when it is asked to look', async () => {
      using place = journalPlace();
      const { file, start } = place;
      await written(place);
      const bytes = readFileSync(file);
      // The number of unused pages, of which there are none.
      bytes.writeUInt32BE(7, 36);
      writeFileSync(file, bytes);
      await assert.rejects(start(), { name: 'JournalFault', message: /journal\.sqlite is damaged/ });
    });

    await t.test('because it is of a newer version', async () => {
      using place = journalPlace();
      const { file, start } = place;
      await written(place);
      const database = new DatabaseSync(file);
      database.exec('PRAGMA user_version = 99');
      database.close();
      await assert.rejects(start(), {
        name: 'JournalFault',
        message: /its schema is 99, this version needs 2\)\. Update this BFF/,
      });
    });

    for (const [what, spoil] of [
      ['missing', (path: string) => rmSync(path)],
      ['another', (path: string) => writeFileSync(path, 'k'.repeat(32))],
      ['empty', (path: string) => writeFileSync(path, '')],
    ] as const) {
      await t.test(`because its key is ${what}`, async () => {
        using place = journalPlace();
        const { data, start } = place;
        await written(place);
        spoil(join(data, 'journal-key'));
        await assert.rejects(start(), {
          name: 'JournalFault',
          message: /journal-key is missing, or does not belong/,
        });
      });
    }
  });

  await t.test('on the disk', async (t) => {
    await t.test('is made whole where a kill at the very first start has left half of it', async () => {
      using place = journalPlace();
      const { data, start } = place;
      writeFileSync(join(data, 'journal-key'), '');
      await using bff = await start();
      await assertWrites(bff);
      assert.equal(readFileSync(join(data, 'journal-key')).length, 32);
    });

    await t.test('are for their owner alone, even where they were not', async () => {
      using place = journalPlace();
      const { data, file, start } = place;
      writeFileSync(file, '', { mode: 0o644 });
      await using bff = await start();
      await assertWrites(bff);
      for (const name of ['journal.sqlite', 'journal.sqlite-wal', 'journal.sqlite-shm', 'journal-key']) {
        assert.equal(statSync(join(data, name)).mode & 0o777, 0o600, name);
      }
    });
  });
});
