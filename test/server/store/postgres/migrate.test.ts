import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { JournalFault } from '../../../../server/journal/journal-fault.ts';
import { createDatabase } from '../../../../server/store/postgres/database.ts';
import { checkSchema, migrate } from '../../../../server/store/postgres/migrate.ts';
import { schemaVersion, steps } from '../../../../server/store/postgres/schema.ts';
import { bytesOfCaller } from '../../../../server/store/postgres/write-rows.ts';
import { newDatabase, noPostgres } from '../../../support/postgres/new-database.ts';

describe('migrate', { skip: noPostgres }, () => {
  it('makes the tables once, however many run it at the same time', async () => {
    await using place = await newDatabase();
    const { database } = place;
    await database.query('DROP SCHEMA pearsana_bff CASCADE');
    const before = await Promise.all(Array.from({ length: 5 }, () => migrate(database)));
    assert.deepEqual(before.sort(), [0, ...Array(4).fill(schemaVersion)]);
    await checkSchema(database.query);
    assert.equal(steps.length, schemaVersion);
  });

  it('takes over what was counted for each caller by the version before, which goes on beside it', async () => {
    await using place = await newDatabase();
    const { database } = place;
    await database.query('DROP SCHEMA pearsana_bff CASCADE');
    await database.query('CREATE SCHEMA pearsana_bff');
    await database.query(String(steps[0]));
    await database.query(
      'CREATE TABLE pearsana_bff.schema_version (version INTEGER NOT NULL, usable_from INTEGER NOT NULL)',
    );
    await database.query('INSERT INTO pearsana_bff.schema_version VALUES (1, 1)');
    const add = `INSERT INTO pearsana_bff.writes (started_at, caller, environment, operation, request_id,
      external_references, fingerprint, kept_from, bytes) VALUES (0, 'ada', 'sandbox', 'createUser', 'r', '[]', '', 0, 500)`;
    const kept = async () => {
      const [row] = await database.query<{ kept: number }>(`SELECT ${bytesOfCaller} AS kept`, ['ada']);
      return row?.kept;
    };
    await database.query(add);
    assert.equal(await migrate(database), 1);
    assert.equal(await kept(), 500);
    // The statements of the version before count in the same place.
    await database.query(add);
    assert.equal(await kept(), 1_000);
    await database.query('UPDATE pearsana_bff.writes SET bytes = 700 WHERE id = 1');
    assert.equal(await kept(), 1_200);
    await database.query('DELETE FROM pearsana_bff.writes');
    assert.equal(await kept(), 0);
    const [versions] = await database.query('SELECT * FROM pearsana_bff.schema_version');
    assert.deepEqual(versions, { version: schemaVersion, usable_from: 1 });
  });

  for (const [what, hold, words] of [
    ['somebody else migrates', 'SELECT pg_advisory_xact_lock(7163219001)', /Somebody else migrates/],
    [
      'another session keeps the tables',
      'LOCK TABLE pearsana_bff.schema_version',
      /Another session keeps the tables .* Nothing was changed\. Run this again/,
    ],
  ] as const)
    it(`gives up where ${what}, and says so`, async () => {
      await using place = await newDatabase();
      await using stack = new AsyncDisposableStack();
      const longer = stack.adopt(createDatabase(place.url, 60_000), (each) => each.close());
      await longer.transaction(async (query) => {
        await query(hold);
        await assert.rejects(migrate(longer, 200), words);
      });
      assert.equal(await migrate(longer), schemaVersion);
    });

  it('lets the version before go on while a newer one is put in its place, for as long as it still can', async () => {
    await using place = await newDatabase();
    const { database } = place;
    const setVersions = (version: number, usableFrom: number) =>
      database.query('UPDATE pearsana_bff.schema_version SET version = $1, usable_from = $2', [
        version,
        usableFrom,
      ]);
    try {
      await setVersions(schemaVersion + 1, schemaVersion);
      await checkSchema(database.query);
      assert.equal(await migrate(database), schemaVersion + 1);
      await setVersions(schemaVersion + 1, schemaVersion + 1);
      await assert.rejects(checkSchema(database.query), (error: Error) => {
        assert(error instanceof JournalFault);
        assert.match(error.message, /newer version of the BFF.* Update this BFF/);
        return true;
      });
      await setVersions(schemaVersion - 1, 0);
      await assert.rejects(checkSchema(database.query), /tables of an earlier version\. Run .*migrate/);
    } finally {
      await setVersions(schemaVersion, 1);
    }
  });
});
