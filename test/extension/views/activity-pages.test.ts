import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createActivityPages } from '../../../extension/src/views/activity-pages.ts';
import type { WriteState } from '../../../shared/activity.ts';
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

    // What is sent then costs one call, and stands where it belongs.
    const callsFor = async (act: () => Promise<unknown>) => {
      const from = asked;
      await act();
      return asked - from;
    };
    await pages.unresolved([environment]);
    assert.equal(await callsFor(() => pages.catchUp('elsewhere')), 0);
    // As many as there are on a page are unresolved ones, so the list begins again.
    partner.api.next({ fault: 'reset-after-body' }, { status: 201, body: invited });
    await invite('U52');
    await invite('LAST');
    assert.equal(await callsFor(() => pages.catchUp(environment)), 1);
    assert.equal(idsOf(await pages.unresolved([environment]))[0], 'U52');
    assert.equal(idsOf((await pages.page({ environment })).writes)[0], 'LAST');

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

  it('shows of an import also what failed long before its newest rows', async () => {
    const entry = (id: number, state: WriteState) => ({
      ...{ id: `${id}`, state, operation: 'createUser', requestId: `r${id}`, externalReferences: [] },
      ...{ startedAt: new Date(Date.UTC(2026, 0, 30) + id).toISOString(), importId: 'imp_1' },
      ...{ endedAt: null, code: null, status: null, partnerRequestId: null, result: null, resolved: null },
    });
    const all = [entry(1, 'refused'), entry(2, 'not_sent'), entry(3, 'succeeded'), entry(4, 'succeeded')];
    const pages = createActivityPages({
      activity: async ({ environment, state }) => {
        const activity = state ? all.filter((each) => each.state === state) : all.slice(2);
        return { environment, requestId: 'r', activity, next: state ? null : '2' };
      },
      imports: async () => [],
    });
    const { writes } = await pages.page({ environment: 'sandbox', importId: 'imp_1' });
    assert.deepEqual(writes.map(({ id }) => id).sort(), ['1', '2', '3', '4']);
  });

  it('adds what was sent by one call: first the newest, nothing twice, and as far as it is wanted', async () => {
    const entry = (id: number, state: WriteState, externalId = `${id}`) => ({
      ...{ id: String(id), state, operation: 'createUser', requestId: `r${id}`, endedAt: null, code: null },
      ...{ externalReferences: [{ namespace: 'SIS', externalId }], status: null, partnerRequestId: null },
      ...{ startedAt: new Date(id * 1000).toISOString(), result: null, resolved: null },
    });
    let all = [entry(3, 'unknown'), entry(2, 'succeeded'), entry(1, 'refused')];
    let asked = 0;
    const pages = createActivityPages({
      activity: async ({ environment, state, externalId }) => {
        asked += 1;
        const activity = all.filter(
          (each) =>
            each.state === (state ?? each.state) &&
            (externalId ?? each.externalReferences[0]?.externalId) === each.externalReferences[0]?.externalId,
        );
        return { environment, requestId: 'r', activity, next: null };
      },
      imports: async () => [],
    });
    const environment = 'sandbox';
    const ids = async () => (await pages.page({ environment })).writes.map(({ id }) => id);
    const unresolved = async () => (await pages.unresolved([environment])).map(({ id }) => id);
    // Nobody has looked yet: whoever does asks for all of it.
    await pages.catchUp(environment);
    assert.equal(asked, 0);
    assert.deepEqual([await ids(), await unresolved()], [['2', '1'], ['3']]);

    all = [entry(5, 'unknown'), entry(4, 'refused'), entry(3, 'succeeded'), ...all.slice(1)];
    asked = 0;
    await pages.catchUp(environment);
    assert.deepEqual([await ids(), await unresolved()], [['4', '3', '2', '1'], ['5']]);
    assert.equal(asked, 1);

    pages.setWanted({ state: 'refused' });
    assert.deepEqual(await ids(), ['4', '1']);
    all = [entry(7, 'refused'), entry(6, 'succeeded'), ...all];
    await pages.catchUp(environment);
    assert.deepEqual(await ids(), ['7', '4', '1']);
    pages.setWanted({ person: { namespace: 'SIS', externalId: '4' } });
    assert.deepEqual(await ids(), ['4']);
    all = [entry(9, 'succeeded', '4'), entry(8, 'succeeded'), ...all];
    await pages.catchUp(environment);
    assert.deepEqual(await ids(), ['9', '4']);
  });

  it('begins a list again where more was sent than one call tells, and where that call fails', async () => {
    const ids = Array.from({ length: 9 }, (_, index) => 9 - index);
    let newest = 3;
    let fails = false;
    const pages = createActivityPages({
      activity: async ({ environment, before }) => {
        if (fails) throw new Error('away');
        const from = before === undefined ? newest : Number(before) - 1;
        const activity = ids
          .filter((id) => id <= from)
          .slice(0, 2)
          .map((id) => ({
            ...{ id: String(id), state: 'succeeded' as const, operation: 'createUser', requestId: `r${id}` },
            ...{ externalReferences: [], startedAt: new Date(id * 1000).toISOString(), endedAt: null },
            ...{ code: null, status: null, partnerRequestId: null, result: null, resolved: null },
          }));
        const last = activity.at(-1)?.id ?? '1';
        return { environment, requestId: 'r', activity, next: last === '1' ? null : last };
      },
      imports: async () => [],
    });
    const environment = 'sandbox';
    const shown = async () => (await pages.page({ environment })).writes.map(({ id }) => id).join(' ');
    assert.equal(await shown(), '3 2');
    newest = 4;
    await pages.catchUp(environment);
    assert.equal(await shown(), '4 3 2');
    newest = 8;
    await pages.catchUp(environment);
    assert.equal(await shown(), '8 7');
    fails = true;
    await pages.catchUp(environment);
    await assert.rejects(shown(), /away/);
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
