// The tests that every store of the journal must pass, wherever it keeps its rows. A store's own test file says how to open it.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it, mock } from 'node:test';
import type { Claim, Intent, JournalStore, WantedWrites } from '../../../server/journal/journal-store.ts';
import { mostCallerBytes } from '../../../server/journal/kept.ts';
import { rememberedOf } from '../../../server/journal/remembered.ts';
import type { JournalClock } from '../../../server/store/journal-clock.ts';
import { operations } from '../../../shared/operations.ts';

/** Rows that several stores may share, and that outlast them. */
export type StorePlace = {
  open(clock?: JournalClock): Promise<JournalStore>;
  remove(): Promise<void>;
};

const digestOf = async (request: unknown) =>
  (await rememberedOf(operations.createUser, request, async () => {})).digest;

export const intent: Intent = {
  caller: 'ada',
  environment: 'sandbox',
  operation: 'createUser',
  requestId: 'first',
  references: [{ namespace: 'SIS', externalId: 'S-1' }],
  digest: await digestOf({ a: 1, b: { c: [1, 2], d: 'e' } }),
  idempotencyKey: 'a-key',
};
const facts = {
  status: 201,
  durationMs: 3,
  requestId: 'theirs',
  apiVersion: null,
  apiVersionLatest: null,
  apiVersionSupported: null,
};
const ada = { caller: 'ada', environment: 'sandbox' };
const everybody = { environment: 'sandbox' };

export function sent(claim: Claim): string {
  assert('id' in claim, JSON.stringify(claim));
  return claim.id;
}

export function earlier(claim: Claim) {
  assert('earlier' in claim, 'It would be sent.');
  return [claim.earlier.state, claim.earlier.requestId, claim.sameRequest];
}

/** A place for each test, and what was opened there. */
function usePlace(makePlace: () => Promise<StorePlace>) {
  let place: StorePlace;
  let opened: JournalStore[];
  beforeEach(async () => {
    place = await makePlace();
    opened = [];
  });
  afterEach(async () => {
    for (const store of opened) await store.close();
    await place.remove();
  });
  return async (clock?: JournalClock): Promise<JournalStore> => {
    const store = await place.open(clock);
    opened.push(store);
    await store.open();
    return store;
  };
}

/** The rules that ask no clock. */
export function testRules(name: string, makePlace: () => Promise<StorePlace>): void {
  describe(`the rules of ${name}`, () => {
    const open = usePlace(makePlace);

    it('let one write have a key, and say of every other which one has it', async () => {
      const store = await open();
      const id = sent(await store.claim(intent));
      const again = { ...intent, requestId: 'second' };
      assert.deepEqual(earlier(await store.claim(again)), ['in_flight', 'first', true]);
      await store.end(id, { state: 'succeeded', partner: facts, result: { id: 'x' } });
      const claim = await store.claim(again);
      assert.deepEqual(earlier(claim), ['succeeded', 'first', true]);
      assert('earlier' in claim);
      assert.deepEqual([claim.partner, claim.earlier.result], [facts, { id: 'x' }]);
    });

    it('give a key to one of a hundred that ask for it at once', async () => {
      const stores = [await open(), await open()];
      const claims = Array.from({ length: 50 }, () => stores.map((store) => store.claim(intent))).flat();
      const answers = await Promise.all(claims);
      assert.equal(answers.filter((claim) => 'id' in claim).length, 1);
      for (const claim of answers.filter((each) => !('id' in each)))
        assert.deepEqual(earlier(claim), ['in_flight', 'first', true]);
    });

    it('tell whoever asks right after an outcome of that outcome, even while it is being written', async () => {
      const store = await open();
      const id = sent(await store.claim(intent));
      const ended = store.end(id, { state: 'succeeded' });
      assert.deepEqual(earlier(await store.claim(intent))[0], 'succeeded');
      await ended;
    });

    it('know a request again whatever the order of its fields, and no other', async () => {
      const store = await open();
      sent(await store.claim(intent));
      const turned = { b: { d: 'e', c: [1, 2] }, a: 1 };
      const isSame = async (request: unknown) =>
        earlier(await store.claim({ ...intent, digest: await digestOf(request) }))[2];
      assert.equal(await isSame(turned), true);
      for (const request of [
        { ...turned, a: 2 },
        { ...turned, x: 1 },
        { a: 1, b: { c: [2, 1], d: 'e' } },
        { a: 1 },
        { a: '1', b: turned.b },
      ]) {
        assert.equal(await isSame(request), false, JSON.stringify(request));
      }
    });

    it('keep the keys of each caller, environment and operation apart, and know no key without one', async () => {
      const store = await open();
      const claims = [
        intent,
        { ...intent, caller: 'grace' },
        { ...intent, environment: 'production' },
        { ...intent, operation: 'createInvitation' as const },
        { ...intent, idempotencyKey: 'another' },
        { ...intent, idempotencyKey: undefined },
        { ...intent, idempotencyKey: undefined },
      ].map((each) => store.claim(each));
      const ids = (await Promise.all(claims)).map(sent);
      assert.equal(new Set(ids).size, ids.length);
    });

    for (const state of ['not_sent', 'refused'] as const) {
      it(`free a key after ${state}`, async () => {
        const store = await open();
        await store.end(sent(await store.claim(intent)), { state });
        const next = sent(await store.claim({ ...intent, digest: await digestOf({ mended: true }) }));
        await store.end(next, { state: 'succeeded' });
        assert.deepEqual(earlier(await store.claim(intent)), ['succeeded', 'first', false]);
      });
    }

    it('have rows that are born unknown: who dies leaves the truth, and who lives is in flight for all others', async () => {
      const first = await open();
      const second = await open();
      sent(await first.claim(intent));
      const seen = async () => (await second.activity(ada, 1)).writes[0]?.state;
      assert.deepEqual(earlier(await second.claim(intent)), ['in_flight', 'first', true]);
      assert.equal(await seen(), 'in_flight');
      await first.close();
      assert.deepEqual(earlier(await second.claim(intent)), ['unknown', 'first', true]);
      assert.equal(await seen(), 'unknown');
      assert.deepEqual(earlier(await (await open()).claim(intent)), ['unknown', 'first', true]);
    });

    it('take what a person found out of an unknown write, once, and of no other', async () => {
      const store = await open();
      const id = sent(await store.claim(intent));
      const resolve = (happened: boolean, caller: string | undefined = 'ada', number = id) =>
        store.resolve({ caller, environment: 'sandbox' }, number, { happened, by: 'grace' });
      assert.deepEqual([(await resolve(true))?.state, (await resolve(true))?.resolved], ['in_flight', null]);
      await store.end(id, { state: 'unknown', code: 'PARTNER_TIMEOUT' });
      assert.equal(await resolve(true, 'grace'), undefined);
      assert.equal(await resolve(true, 'ada', '77'), undefined);
      assert.deepEqual(earlier(await store.claim(intent))[0], 'unknown');
      const resolved = (await resolve(true))?.resolved;
      assert.deepEqual([resolved?.happened, resolved?.by], [true, 'grace']);
      const later = await resolve(false);
      assert.deepEqual([later?.state, later?.resolved], ['succeeded', resolved]);
      assert.deepEqual(earlier(await store.claim(intent))[0], 'succeeded');
    });

    it('let whoever looks after everybody resolve what any caller sent', async () => {
      const store = await open();
      const id = sent(await store.claim(intent));
      await store.end(id, { state: 'unknown' });
      const found = { happened: true, by: 'operator' };
      assert.equal(await store.resolve({ environment: 'production' }, id, found), undefined);
      assert.equal((await store.resolve({}, id, found))?.resolved?.by, 'operator');
    });

    it('free the key of a write that a person found not to have happened', async () => {
      const store = await open();
      const id = sent(await store.claim(intent));
      await store.end(id, { state: 'unknown' });
      const found = { happened: false, by: 'ada' };
      assert.equal((await store.resolve(ada, id, found))?.state, 'not_sent');
      const next = sent(await store.claim(intent));
      // A late outcome does not take the key from its new owner.
      await store.end(id, { state: 'succeeded' });
      const { writes } = await store.activity(ada, 9);
      assert.deepEqual(
        writes.map(({ state }) => state),
        ['in_flight', 'not_sent'],
      );
      await store.end(next, { state: 'succeeded' });
    });

    it('show a caller their own writes, newest first, in pages that join without a gap', async () => {
      const store = await open();
      const ids = [];
      for (let number = 0; number < 7; number += 1) {
        const caller = number === 3 ? 'grace' : 'ada';
        const id = sent(await store.claim({ ...intent, caller, idempotencyKey: undefined }));
        if (number % 2 === 0) await store.end(id, { state: 'unknown' });
        if (caller === 'ada') ids.unshift(id);
      }
      assert.deepEqual(await allIds(store, ada, 2), ids);
      assert.deepEqual(await allIds(store, ada, 3), ids);
    });

    it('show everybody’s writes with those first that nobody has resolved, in pages that join without a gap', async () => {
      const store = await open();
      const states = [
        'unknown',
        'succeeded',
        'unknown',
        'in_flight',
        'refused',
        'unknown',
        'succeeded',
      ] as const;
      const ids: [id: string, state: string][] = [];
      for (const [number, state] of states.entries()) {
        const id = sent(await store.claim({ ...intent, caller: `c${number}`, idempotencyKey: undefined }));
        if (state !== 'in_flight') await store.end(id, { state });
        ids.unshift([id, state]);
      }
      sent(await store.claim({ ...intent, environment: 'production' }));
      const expected = [
        ...ids.filter(([, state]) => state === 'unknown'),
        ...ids.filter(([, state]) => state !== 'unknown'),
      ].map(([id]) => id);
      for (const length of [1, 2, 3, 6, 7, 50])
        assert.deepEqual(await allIds(store, everybody, length), expected, `pages of ${length}`);
      const [first] = (await store.activity(everybody, 1)).writes;
      assert.deepEqual([first?.caller, first?.environment], ['c5', 'sandbox']);
      assert.equal((await store.activity({}, 50)).writes.length, 8);
    });

    it('list the writes of one state or one person, page by page', async () => {
      const store = await open();
      const grace = { namespace: 'SIS', externalId: 'S-2' };
      const states = ['succeeded', 'unknown', 'refused', 'in_flight', 'unknown'] as const;
      const ids: { id: string; state: string; isGrace: boolean }[] = [];
      for (const [number, state] of [...states, ...states].entries()) {
        const isGrace = number % 2 === 0;
        const references = isGrace ? [{ namespace: 'LMS', externalId: '7' }, grace] : intent.references;
        const operation = number < 5 ? 'createInvitation' : 'createUser';
        const more = { references, operation, caller: `c${number % 3}`, idempotencyKey: undefined };
        const id = sent(await store.claim({ ...intent, ...more }));
        if (state !== 'in_flight') await store.end(id, { state });
        ids.unshift({ id, state, isGrace });
      }
      for (const length of [1, 2, 50]) {
        for (const state of ['succeeded', 'unknown', 'refused', 'in_flight', 'not_sent'] as const) {
          const expected = ids.filter((each) => each.state === state).map(({ id }) => id);
          assert.deepEqual(await allIds(store, everybody, length, { state }), expected, state);
        }
        const hers = ids.filter(({ isGrace }) => isGrace);
        const first = [...hers].sort((a, b) => Number(b.state === 'unknown') - Number(a.state === 'unknown'));
        assert.deepEqual(
          await allIds(store, everybody, length, { person: grace }),
          first.map(({ id }) => id),
        );
        assert.deepEqual(
          await allIds(store, everybody, length, { person: grace, state: 'unknown' }),
          hers.filter(({ state }) => state === 'unknown').map(({ id }) => id),
        );
      }
      const person = { namespace: 'LMS', externalId: 'S-2' };
      assert.deepEqual(await allIds(store, everybody, 50, { person }), []);
      const nobody = { caller: 'nobody', environment: 'sandbox' };
      assert.deepEqual(await allIds(store, nobody, 50, { person: grace }), []);
      assert.deepEqual(await allIds(store, { environment: 'production' }, 50, { person: grace }), []);
    });

    it('leave out of a row what an answer has too much', async () => {
      const store = await open();
      const references = Array.from({ length: 20 }, (_, number) => ({
        namespace: 'n'.repeat(200),
        externalId: `${number}`.padStart(200, 'x'),
      }));
      for (const [bytes, isKept] of [
        [100, true],
        [12_000, false],
      ] as const) {
        const id = sent(await store.claim({ ...intent, references, idempotencyKey: `${bytes}` }));
        await store.end(id, { state: 'succeeded', partner: facts, result: { id: 'x'.repeat(bytes) } });
        const [row] = (await store.activity(ada, 1)).writes;
        assert.deepEqual([row?.state, row?.result !== null], ['succeeded', isKept]);
      }
    });
  });
}

/** The limits of a store. These tests take seconds. */
export function testBounds(name: string, makePlace: () => Promise<StorePlace>): void {
  describe(`the bounds of ${name}`, () => {
    const open = usePlace(makePlace);

    it('keep 100 MB of one caller, and no more, and let others go on', { timeout: 60_000 }, async () => {
      const store = await open();
      const references = Array.from({ length: 33 }, (_, number) => ({
        namespace: 'n'.repeat(200),
        externalId: `${number}`.padStart(180, 'x'),
      }));
      const rowBytes = JSON.stringify(references).length;
      const keyless = { ...intent, references, idempotencyKey: undefined };
      let taken = 0;
      let refused = 0;
      while (refused === 0) {
        const claims = await Promise.all(Array.from({ length: 500 }, () => store.claim(keyless)));
        taken += claims.filter((claim) => 'id' in claim).length;
        refused += claims.filter((claim) => 'full' in claim).length;
        assert(taken * rowBytes <= mostCallerBytes);
      }
      assert(taken * rowBytes > mostCallerBytes * 0.7, `${taken} rows of ${rowBytes} bytes`);
      assert.deepEqual(await store.claim(keyless), { full: 'caller' });
      sent(await store.claim({ ...keyless, caller: 'grace' }));
    });
  });
}

/** The ids of all pages, in their order. */
async function allIds(
  store: JournalStore,
  whose: object,
  length: number,
  wanted?: WantedWrites,
): Promise<string[]> {
  const ids: string[] = [];
  let before: string | undefined;
  do {
    const { writes, next } = await store.activity(whose, length, before, wanted);
    assert(writes.length <= length);
    ids.push(...writes.map(({ id }) => id));
    before = next ?? undefined;
  } while (before !== undefined);
  return ids;
}

const hour = 3_600_000;
const day = 24 * hour;

/** How long rows are kept, by clocks that may say anything. */
export function testAges(name: string, makePlace: () => Promise<StorePlace>): void {
  describe(`the ages of rows in ${name}`, () => {
    const openAt = usePlace(makePlace);
    let clock: { wall: number; running: number };
    before(() => mock.timers.enable({ apis: ['setInterval'] }));
    after(() => mock.timers.reset());
    beforeEach(() => {
      clock = { wall: Date.UTC(2026, 0, 30), running: 5_000 };
    });

    const open = () => openAt({ wall: () => clock.wall, running: () => clock.running });

    /** The store's minute has come, and what it does then is done. */
    async function minute(store: JournalStore): Promise<void> {
      mock.timers.tick(60_000);
      for (let slice = 0; slice < 20; slice += 1) await store.open();
    }

    /** It runs for so long, by both clocks. */
    async function run(store: JournalStore, ms: number): Promise<void> {
      clock.wall += ms;
      clock.running += ms;
      await minute(store);
    }

    /** The wall clock alone moves, while it runs or while it is off. */
    async function jump(store: JournalStore, ms: number): Promise<void> {
      clock.wall += ms;
      await minute(store);
    }

    /** A write with this key that succeeded. */
    async function succeed(store: JournalStore, idempotencyKey: string): Promise<void> {
      await store.end(sent(await store.claim({ ...intent, idempotencyKey })), { state: 'succeeded' });
    }

    const keysOf = async (store: JournalStore) => (await store.activity(ada, 99)).writes.length;
    const isHonoured = async (store: JournalStore, idempotencyKey: string) =>
      'earlier' in (await store.claim({ ...intent, idempotencyKey }));

    it('reach 30 days, and a key is honoured for as long', async () => {
      const store = await open();
      await succeed(store, 'a-key');
      await run(store, 25 * hour);
      assert(await isHonoured(store, 'a-key'));
      await run(store, 29 * day - hour);
      assert(await isHonoured(store, 'a-key'));
      await run(store, 2 * hour);
      assert.equal(await keysOf(store), 0);
      assert(!(await isHonoured(store, 'a-key')));
    });

    it('begin with the outcome, and with what a person found out', async () => {
      const store = await open();
      const id = sent(await store.claim(intent));
      await run(store, 40 * day);
      await store.end(id, { state: 'unknown' });
      await run(store, 200 * day);
      assert.deepEqual(earlier(await store.claim(intent))[0], 'unknown');
      await store.resolve(ada, id, { happened: true, by: 'ada' });
      await run(store, 29 * day);
      assert.deepEqual(earlier(await store.claim(intent))[0], 'succeeded');
      await run(store, 2 * day);
      assert.equal(await keysOf(store), 0);
    });

    for (const [what, jumps] of [
      ['25 hours ahead and back', [25 * hour, -25 * hour]],
      ['31 days ahead and back', [31 * day, -31 * day]],
      ['31 days back and ahead', [-31 * day, 31 * day]],
      ['ten years ahead and back', [3_650 * day, -3_650 * day]],
      ['to 1970 and back', [-Date.UTC(2026, 0, 30), Date.UTC(2026, 0, 30)]],
      ['ahead 40 times by 20 hours, and back', [...Array(40).fill(20 * hour), -40 * 20 * hour]],
      ['ahead 400 times by two hours, and back', [...Array(400).fill(2 * hour), -400 * 2 * hour]],
    ] as const) {
      it(`do not follow a clock that goes ${what}`, async () => {
        const store = await open();
        await succeed(store, 'before');
        for (const ms of jumps) {
          await jump(store, ms);
          assert(await isHonoured(store, 'before'));
          await run(store, 2 * 60_000);
        }
        await run(store, day);
        assert(await isHonoured(store, 'before'));
        await run(store, 28 * day);
        assert(await isHonoured(store, 'before'));
        await run(store, 2 * day);
        assert.equal(await keysOf(store), 0);
      });
    }

    it('follow a clock that stays ahead, but only after a further day of running, summed over restarts', async () => {
      let store = await open();
      await succeed(store, 'before');
      await run(store, hour);
      clock.wall += 31 * day;
      for (let time = 0; time < 5; time += 1) {
        await run(store, 4 * hour);
        assert(await isHonoured(store, 'before'), `after ${time + 1} runs`);
        await store.close();
        store = await open();
      }
      await succeed(store, 'after the jump');
      await run(store, 5 * hour);
      await minute(store);
      assert(!(await isHonoured(store, 'before')));
      assert(await isHonoured(store, 'after the jump'));
      // Rows from after the jump have their true age.
      await run(store, 29 * day);
      assert(await isHonoured(store, 'after the jump'));
      await run(store, 2 * day);
      assert(!(await isHonoured(store, 'after the jump')));
    });

    it('count the time that the BFF was off, two days late at most', async () => {
      let store = await open();
      await succeed(store, 'a-key');
      let days = 0;
      // It runs for eight hours a day.
      for (; days < 60 && (await keysOf(store)) > 0; days += 1) {
        await run(store, 8 * hour);
        await store.close();
        clock.wall += 16 * hour;
        clock.running = 1;
        store = await open();
        await minute(store);
        if (days < 29) assert.equal(await keysOf(store), 1);
      }
      // Two further days of running are six of these.
      assert(days >= 30 && days <= 36, `${days} days`);
    });

    it('do not pass twice as fast where two processes share them, and go on when one ends', async () => {
      const first = await open();
      const second = await open();
      await succeed(first, 'a-key');
      const both = async (ms: number) => {
        await run(first, ms);
        await second.open();
      };
      for (let time = 0; time < 29; time += 1) await both(day);
      assert(await isHonoured(second, 'a-key'));
      await first.close();
      await run(second, 2 * 60_000);
      for (let time = 0; time < 3; time += 1) await run(second, day);
      assert.equal(await keysOf(second), 0);
    });

    it('end for a thousand rows in slices, between which others have their turn', async () => {
      const store = await open();
      for (let some = 0; some < 40; some += 1) {
        const many = Array.from({ length: 25 }, (_, number) => succeed(store, `key-${some}-${number}`));
        await Promise.all(many);
      }
      clock.wall += 31 * day;
      clock.running += 31 * day;
      mock.timers.tick(60_000);
      sent(await store.claim(intent));
      let left = 1_001;
      while (left === 1_001) left = (await store.activity(ada, 2_000)).writes.length;
      assert(left > 1, `${left} rows`);
      for (let slice = 0; slice < 10; slice += 1) await store.open();
      assert.equal(await keysOf(store), 1);
    });
  });
}
