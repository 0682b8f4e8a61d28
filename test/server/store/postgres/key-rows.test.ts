import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createDatabase } from '../../../../server/store/postgres/database.ts';
import { createKeyRows } from '../../../../server/store/postgres/key-rows.ts';
import { makeGate } from '../../../support/postgres/gate.ts';
import { newDatabase, noPostgres } from '../../../support/postgres/new-database.ts';
import { until } from '../../../support/until.ts';

describe('access keys in PostgreSQL', { skip: noPostgres }, () => {
  it('are noted as used by two instances at once, which have used them in two orders', async () => {
    await using place = await newDatabase();
    const { database } = place;
    await using stack = new AsyncDisposableStack();
    const connect = () => stack.adopt(createDatabase(place.url, 60_000), (each) => each.close());
    // So many that each one is sought in the index, in the order in which they were used.
    await database.query(`INSERT INTO pearsana_bff.access_keys (id, name, hash, grants, created_at, origin)
      SELECT 'key_' || n, n, n, '{}', '', 'cli' FROM generate_series(1, 2000) AS n`);
    await database.query('ANALYZE pearsana_bff.access_keys');
    await using gate = await makeGate(database, 'BEFORE UPDATE ON pearsana_bff.access_keys');
    const failures: string[] = [];
    const log = { accessKeysRead: () => {}, lastUseNotWritten: (code: string) => void failures.push(code) };
    const { instances } = await connect().transaction(async () => {
      const begun = ['key_1 key_2', 'key_2 key_1'].map((used) => {
        const keys = createKeyRows(connect(), log);
        for (const id of used.split(' ')) keys.noteUse(id);
        return keys;
      });
      await until('both wait', async () => (await gate.waiting()) === 2);
      return { instances: begun };
    }, [gate.lock]);
    const used = 'SELECT FROM pearsana_bff.access_keys WHERE last_used_at IS NOT NULL';
    await until('both are noted', async () => (await database.query(used)).length === 2);
    for (const instance of instances) await instance.stop();
    assert.deepEqual(failures, []);
  });
});
