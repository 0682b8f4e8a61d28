import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createDatabase, type Database } from '../../../../server/store/postgres/database.ts';
import { cleanSlice } from '../../../../server/store/postgres/housekeeping.ts';
import { makeGate } from '../../../support/postgres/gate.ts';
import { newDatabase, noPostgres } from '../../../support/postgres/new-database.ts';
import { until } from '../../../support/until.ts';

/** Two instances with a connection each, whose counts of what a caller keeps are in the same rows. */
async function connectTwo(connect: () => Database): Promise<[Database, Database]> {
  const byPart = new Map<number, Database>();
  for (;;) {
    const database = connect();
    const [row] = await database.query<{ part: number }>('SELECT pg_backend_pid() % 16 AS part');
    const part = row?.part ?? -1;
    const other = byPart.get(part);
    if (other) return [other, database];
    byPart.set(part, database);
  }
}

describe('housekeeping', { skip: noPostgres }, () => {
  it('is done by one instance at a time, so that two never wait for each other', async () => {
    await using place = await newDatabase();
    await using stack = new AsyncDisposableStack();
    const connect = () => stack.adopt(createDatabase(place.url, 60_000), (each) => each.close());
    const [first, second] = await connectTwo(connect);
    // Two slices with writes of the same 200 callers, in two orders.
    await place.database.query(`INSERT INTO pearsana_bff.writes (started_at, caller, environment, operation, request_id,
        external_references, fingerprint, state, kept_from, bytes)
      SELECT 1, CASE WHEN n <= 200 THEN n ELSE 401 - n END, 'sandbox', 'createUser', n, '[]', '', 'succeeded', n, 100
        FROM generate_series(1, 400) AS n`);
    await using gate = await makeGate(place.database, 'AFTER DELETE ON pearsana_bff.writes');
    let isLeft = false;
    const { cleaned } = await connect().transaction(async () => {
      const one = cleanSlice(first, 400);
      await until('the first one has removed a row', async () => (await gate.waiting()) === 1);
      const other = cleanSlice(second, 400).finally(() => {
        isLeft = true;
      });
      await until('the second one has too, or leaves it', async () => isLeft || (await gate.waiting()) === 2);
      return { cleaned: Promise.all([one, other]) };
    }, [gate.lock]);
    assert.deepEqual(await cleaned, [200, undefined]);
    assert.equal(await cleanSlice(second, 400), 200);
    assert.equal(await cleanSlice(first, 400), 0);
  });
});
