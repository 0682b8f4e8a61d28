import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSealedHandles } from '../../../../server/store/postgres/sealed-handles.ts';
import { newDatabase, noPostgres } from '../../../support/postgres/new-database.ts';
import { until } from '../../../support/until.ts';

const options = { most: 2, lifetimeSeconds: 60, renewed: true };

describe('handles in PostgreSQL', { skip: noPostgres }, () => {
  it('are sealed: the database holds neither the handle nor what is kept under it', async () => {
    await using place = await newDatabase();
    const handles = createSealedHandles(place.database);
    const store = handles.open<{ who: string }>('session', options);
    const handle = await store.issue({ who: 'canary-ada' });
    const [row] = await place.database.query<{ text: string; sealed: Uint8Array }>(
      'SELECT row_to_json(h)::text AS text, sealed FROM pearsana_bff.handles h',
    );
    const all = `${row?.text}${Buffer.from(row?.sealed ?? []).toString('latin1')}`;
    assert.doesNotMatch(all, /canary/);
    assert(!all.includes(handle));
    assert.deepEqual(await store.find(handle), { who: 'canary-ada' });
    assert.equal(await handles.open('window-code', options).find(handle), undefined);
    handles.stop();
  });

  it('are found by each BFF, renewed by their use, and gone from the table when they are old or too many', async (t) => {
    await using place = await newDatabase();
    t.mock.timers.enable({ apis: ['setInterval'] });
    let now = 1_000_000;
    const handles = createSealedHandles(place.database, () => now);
    const other = createSealedHandles(place.database, () => now);
    const store = handles.open<{ number: number }>('session', options);
    const issued: string[] = [];
    for (let number = 0; number < 4; number += 1) {
      issued.push(await store.issue({ number }));
      now += 1_000;
    }
    const count = async () => (await place.database.query('SELECT FROM pearsana_bff.handles')).length;
    assert.equal(await count(), 4);
    // The first one is used, elsewhere, so that it is not one of the oldest.
    now += 30_000;
    assert.deepEqual(await other.open('session', options).find(issued[0]), { number: 0 });
    // A minute's cleaning is left out where another instance is still at that of the minute before.
    const afterMinutes = async (left: number) => {
      t.mock.timers.tick(60_000);
      return (await count()) === left;
    };
    await until('those that are too many are gone', () => afterMinutes(2));
    assert.deepEqual(await store.find(issued[0]), { number: 0 });
    assert.equal(await store.find(issued[1]), undefined);
    now += 61_000;
    await until('those that are too old are gone', () => afterMinutes(0));
    handles.stop();
    other.stop();
  });
});
