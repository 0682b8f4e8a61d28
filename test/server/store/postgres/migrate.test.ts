import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { JournalFault } from '../../../../server/journal/journal-fault.ts';
import { checkSchema, migrate } from '../../../../server/store/postgres/migrate.ts';
import { schemaVersion, steps } from '../../../../server/store/postgres/schema.ts';
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
