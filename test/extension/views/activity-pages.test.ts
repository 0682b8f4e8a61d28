import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createActivityPages } from '../../../extension/src/views/activity-pages.ts';
import { createClient } from '../../../shared/client.ts';
import { startBffWith } from '../../support/bff/test-bff.ts';
import { invited, startFaultServer } from '../../support/partner/fault-server.ts';
import { samples } from '../../support/requests/write-samples.ts';

describe('what was sent, page by page', () => {
  it('keeps what nobody knows apart, goes on on demand, and is asked for anew when something was sent', async () => {
    await using partner = await startFaultServer();
    await using bff = await startBffWith({ sandbox: partner }, { RATE_LIMIT_PER_MINUTE: '100000' });
    const client = createClient({ baseUrl: bff.url, accessKey: bff.accessKey });
    const environment = 'sandbox';
    let asked = 0;
    const pages = createActivityPages({
      activity: (options) => {
        asked += 1;
        return client.activity(options);
      },
      imports: async (of) => (await client.imports({ environment: of })).imports,
    });
    const invite = (externalId: string, more: object = {}) => {
      const externalReferences = [{ namespace: 'SIS', externalId }];
      const request = { ...samples.createInvitation.least, externalReferences };
      return client.createInvitation({ environment, request, ...more }).catch(() => undefined);
    };
    const idsOf = (list: { externalReferences: { externalId: string }[] }[]) =>
      list.map(({ externalReferences: [first] }) => first?.externalId);

    // More unresolved ones than a page has, which come first to whoever may do everything.
    for (let number = 0; number < 52; number += 1) {
      partner.api.next({ fault: 'reset-after-body' });
      await invite(`U${number}`);
    }
    for (let number = 0; number < 60; number += 1) {
      partner.api.next(number % 30 === 0 ? { status: 422 } : { status: 201, body: invited });
      await invite(`S${number}`);
    }
    const { import: announced } = await client.announceImport({
      ...{ environment, operation: 'createInvitation', rows: 2, digest: 'a'.repeat(64) },
    });
    for (const row of ['R1', 'R2']) {
      partner.api.next({ status: 201, body: invited });
      await invite(row, { importId: announced.id, idempotencyKey: row });
    }

    const unresolved = await pages.unresolved([environment, 'nowhere']);
    assert.equal(unresolved.length, 52);
    assert.deepEqual(idsOf(unresolved).slice(0, 2), ['U51', 'U50']);
    const first = await pages.page({ environment });
    assert.equal(idsOf(first.writes)[0], 'S59');
    assert(first.hasMore && first.writes.every(({ state }) => state !== 'unknown'));
    assert.deepEqual(
      first.imports.map(({ id }) => id),
      [announced.id],
    );
    assert.deepEqual(idsOf((await pages.page({ environment, importId: announced.id })).writes), ['R2', 'R1']);

    // Nothing is asked for twice.
    const before = asked;
    assert.equal((await pages.page({ environment })).writes.length, first.writes.length);
    assert.equal(asked, before);
    pages.more({ environment });
    const second = await pages.page({ environment });
    assert.deepEqual([second.writes.length, second.hasMore], [60, false]);
    partner.api.next({ status: 201, body: invited });
    await invite('NEW');
    pages.forget('elsewhere');
    assert.equal(idsOf((await pages.page({ environment })).writes)[0], 'S59');
    pages.forget(environment);
    const anew = await pages.page({ environment });
    assert.deepEqual([idsOf(anew.writes)[0], anew.writes.length], ['NEW', 61]);

    // A filter is for all of it, imports included.
    pages.setWanted({ person: { namespace: 'SIS', externalId: ' R2' } });
    const hers = await pages.page({ environment });
    assert.deepEqual([idsOf(hers.writes), hers.imports], [['R2'], []]);
    assert.deepEqual(await pages.unresolved([environment]), []);
    pages.setWanted({ state: 'refused' });
    assert.deepEqual(idsOf((await pages.page({ environment })).writes), ['S30', 'S0']);
    pages.setWanted({});

    // The oldest is on none of the pages that were asked for.
    const [oldest] = unresolved.slice(-1);
    const fresh = createActivityPages({ activity: client.activity, imports: async () => [] });
    assert.equal((await fresh.find(environment, oldest?.requestId ?? ''))?.id, oldest?.id);
    assert.equal(await fresh.find(environment, 'nothing'), undefined);
  });

  it('shows no more than was asked for where the BFF takes no notice of filters', async () => {
    const entry = {
      ...{
        operation: 'createUser',
        requestId: 'r',
        externalReferences: [],
        startedAt: '2026-01-30T12:00:00.000Z',
      },
      ...{ endedAt: null, code: null, status: null, partnerRequestId: null, result: null, resolved: null },
    };
    const states = ['unknown', 'refused', 'succeeded'] as const;
    const activity = states.map((state, index) => ({ ...entry, id: `${index}`, state }));
    const pages = createActivityPages({
      activity: async ({ environment }) => ({ environment, requestId: 'r', activity, next: null }),
      imports: async () => [],
    });
    const shown = async () => (await pages.page({ environment: 'sandbox' })).writes.map(({ state }) => state);
    assert.deepEqual(await shown(), ['refused', 'succeeded']);
    assert.equal((await pages.unresolved(['sandbox'])).length, 1);
    pages.setWanted({ state: 'succeeded' });
    assert.deepEqual(await shown(), ['succeeded']);
    pages.setWanted({ person: { namespace: 'SIS', externalId: '1' } });
    assert.deepEqual(await shown(), []);
  });

  it('asks again after a failure', async () => {
    let fails = true;
    const pages = createActivityPages({
      activity: async ({ environment }) => {
        if (fails) throw new Error('away');
        return { environment, requestId: 'r', activity: [], next: null };
      },
      imports: async () => [],
    });
    await assert.rejects(pages.page({ environment: 'sandbox' }), /away/);
    assert.deepEqual(await pages.unresolved(['sandbox']), []);
    fails = false;
    assert.deepEqual((await pages.page({ environment: 'sandbox' })).writes, []);
  });
});
