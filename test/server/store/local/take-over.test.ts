// The journal of `version-1` was written by the BFF of commit a8ba9cd, against a partner that answered 201, broke off four
// times, answered 422 and 201, and then hung until the BFF was killed. Its keys were named for what became of each.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { createSqliteStore } from '../../../../server/store/local/sqlite-store.ts';
import { activityAnswer } from '../../../../shared/activity.ts';
import { startBffWith } from '../../../support/bff/test-bff.ts';
import { invited, startFaultServer } from '../../../support/partner/fault-server.ts';
import { shortly, write } from '../../journal/write-with-key.ts';

const firstVersion = join(import.meta.dirname, 'version-1');
const request = {
  email: 'ada@example.com',
  identity: { firstName: 'Ada', lastName: 'Lovelace' },
  externalReferences: [
    { namespace: 'SIS', externalId: 'S-1' },
    { namespace: 'LMS', externalId: 'L-1' },
  ],
};
/** The queries of the first version's program before it sends anything. */
const firstVersionsInsert = `INSERT INTO writes (started_at, caller, environment, operation, request_id,
  external_references, key, fingerprint, owner) VALUES (1, 'ada', 'sandbox', 'createUser', 'r', '[]', x'00', x'00', 'o')`;

test('a journal that the first version wrote', async (t) => {
  let data: string;
  let file: string;
  await using partner = await startFaultServer();

  t.beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), 'take-over-'));
    file = join(data, 'journal.sqlite');
    writeFileSync(file, gunzipSync(readFileSync(`${firstVersion}.sqlite.gz`)));
    cpSync(`${firstVersion}.journal-key`, join(data, 'journal-key'));
  });
  t.afterEach(() => rmSync(data, { recursive: true }));

  /** Opens the database, which another process has open too. */
  function inDatabase<Result>(run: (database: DatabaseSync) => Result): Result {
    const database = new DatabaseSync(file);
    try {
      return run(database);
    } finally {
      database.close();
    }
  }

  async function takeOver(): Promise<void> {
    const store = createSqliteStore({ directory: data });
    await store.open();
    await store.close();
  }

  await t.test('is taken over with every key and every unknown outcome in force', async () => {
    await using bff = await startBffWith({ sandbox: partner }, { BFF_DATA_DIR: data });
    const before = partner.api.arrivals.length;
    const ask = async (key: string) => shortly(await write(bff, { key, request }));
    assert.equal(await ask('succeeded'), '201 replayed');
    assert.equal(await ask('unknown'), '409 OUTCOME_UNKNOWN unknown');
    assert.equal(await ask('killed'), '409 OUTCOME_UNKNOWN unknown');
    assert.equal(await ask('happened'), '409 OUTCOME_KNOWN');
    const other = { ...request, email: 'grace@example.com' };
    assert.equal(
      shortly(await write(bff, { key: 'succeeded', request: other })),
      '422 IDEMPOTENCY_MISMATCH not_sent',
    );
    assert.equal(partner.api.arrivals.length, before);
    for (const key of ['did-not-happen', 'refused']) {
      partner.api.next({ status: 201, body: invited });
      assert.equal(await ask(key), '201');
    }
    const { body } = await bff.call('/api/environments/sandbox/activity');
    assert.deepEqual(
      activityAnswer.parse(body).activity.map(({ id, state, caller }) => [Number(id), state, caller]),
      [
        [7, 'unknown'],
        [2, 'unknown'],
        [9, 'succeeded'],
        [8, 'succeeded'],
        [6, 'succeeded'],
        [5, 'refused'],
        [4, 'not_sent'],
        [3, 'succeeded'],
        [1, 'succeeded'],
      ].map((each) => [...each, 'access-key']),
    );
  });

  await t.test('has the same columns and indexes as a new one, and knows people and bytes', async () => {
    const schemaOf = () =>
      inDatabase((database) => {
        const columns = database
          .prepare('SELECT name, type, "notnull" FROM pragma_table_info(\'writes\')')
          .all();
        const others = database.prepare("SELECT name, type FROM sqlite_master WHERE name <> 'writes'").all();
        return [...columns, ...others].map((each) => JSON.stringify(each)).sort();
      });
    await takeOver();
    const takenOver = schemaOf();
    const counts = inDatabase((database) =>
      database
        .prepare(
          'SELECT (SELECT count(*) FROM persons) AS persons, (SELECT sum(bytes) FROM callers) AS bytes',
        )
        .get(),
    );
    assert.equal(counts?.persons, 14);
    assert(Number(counts?.bytes) > 7 * 400 && Number(counts?.bytes) < 7 * 2_000);
    rmSync(data, { recursive: true });
    await takeOver();
    assert.deepEqual(takenOver, schemaOf());
  });

  await t.test('stays as it was where the taking over fails in the midst', async () => {
    inDatabase((database) => database.exec('CREATE TABLE persons (digest BLOB) STRICT'));
    await assert.rejects(takeOver(), /already exists|SQL logic error/);
    assert.equal(
      inDatabase((database) => database.prepare('PRAGMA user_version').get()?.user_version),
      1,
    );
    inDatabase((database) => database.exec('DROP TABLE persons'));
    await takeOver();
  });

  await t.test('stays as it was where its key is another', async () => {
    writeFileSync(join(data, 'journal-key'), 'k'.repeat(32));
    await assert.rejects(takeOver(), { name: 'JournalFault', message: /does not belong to the journal/ });
    assert.equal(
      inDatabase((database) => database.prepare('PRAGMA user_version').get()?.user_version),
      1,
    );
  });

  await t.test('takes no more writes of a first version that still runs', async () => {
    const running = new DatabaseSync(file);
    const insert = running.prepare(firstVersionsInsert);
    insert.run();
    await takeOver();
    assert.throws(() => insert.run(), /no column named key|no such column/);
    running.close();
  });
});
