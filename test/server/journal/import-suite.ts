// The tests that every store must pass, about imports and about looking up earlier writes.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type {
  Announcement,
  Claim,
  ImportFacts,
  Intent,
  JournalStore,
  WantedWrites,
} from '../../../server/journal/journal-store.ts';
import type { JournalClock } from '../../../server/store/journal-clock.ts';
import { intent, type StorePlace, sent } from './store-suite.ts';

const hour = 3_600_000;
const announcement: Announcement = {
  ...{ caller: 'ada', environment: 'sandbox', operation: 'createUser', rows: 3, digest: 'd', again: false },
};
const mine = { caller: 'ada', environment: 'sandbox' };

export function testImports(name: string, makePlace: () => Promise<StorePlace>): void {
  describe(`imports in ${name}`, () => {
    let place: StorePlace;
    let opened: JournalStore[];
    let clock: { wall: number; running: number };
    beforeEach(async () => {
      place = await makePlace();
      opened = [];
      clock = { wall: Date.UTC(2026, 0, 30), running: 5_000 };
    });
    afterEach(async () => {
      for (const store of opened) await store.close();
      await place.remove();
    });
    const open = async (at: JournalClock = { wall: () => clock.wall, running: () => clock.running }) => {
      const store = await place.open(at);
      opened.push(store);
      await store.open();
      return store;
    };
    const pass = (ms: number) => {
      clock.wall += ms;
      clock.running += ms;
    };

    /** A row about that person, with its own idempotency key. */
    const row = (id: string, person: string, more: Partial<Intent> = {}): Intent => ({
      ...intent,
      idempotencyKey: `${id}-${person}`,
      references: [{ namespace: 'SIS', externalId: person }],
      digest: Buffer.from(person.padEnd(32)),
      import: { id, perMinute: 60_000 },
      ...more,
    });
    async function announce(store: JournalStore, more: Partial<Announcement> = {}) {
      const facts = await store.announce({ ...announcement, ...more });
      assert('id' in facts);
      return facts;
    }
    const done = async (store: JournalStore, intended: Intent) => {
      const id = sent(await store.claim(intended));
      await store.end(id, { state: 'succeeded', result: { user: { userId: 'u' } } });
      return id;
    };
    const refusalOf = (claim: Claim) =>
      'import' in claim
        ? claim.import
        : 'known' in claim
          ? `known ${claim.known.state}`
          : Object.keys(claim)[0];

    it('are shown as they were announced, to their caller and to a reader who may see everybody’s', async () => {
      const store = await open();
      const { id } = await announce(store);
      const facts = await store.importOf(mine, id);
      assert.deepEqual(facts, {
        ...announcement,
        ...{ id, state: 'open', startedAt: '2026-01-30T00:00:00.000Z', endedAt: null },
        counts: { succeeded: 0, refused: 0, not_sent: 0, unknown: 0, in_flight: 0 },
      });
      assert.equal(await store.importOf({ ...mine, caller: 'grace' }, id), undefined);
      assert.equal(await store.importOf({ ...mine, environment: 'production' }, id), undefined);
      assert.equal((await store.importOf({ environment: 'sandbox' }, id))?.id, id);
      const second = await announce(store);
      const ids = (all: ImportFacts[]) => all.map((each) => each.id);
      assert.deepEqual(ids(await store.imports(mine, 9)), [second.id, id]);
      assert.deepEqual(ids(await store.imports(mine, 1)), [second.id]);
      assert.deepEqual(await store.imports({ ...mine, caller: 'grace' }, 9), []);
    });

    it('are told by their rows, which can be listed apart from other writes', async () => {
      const store = await open();
      const [first, second] = [await announce(store), await announce(store)];
      const ids = [];
      for (const { id } of [first, second, first]) ids.push(await done(store, row(id, `${ids.length}`)));
      const alone = await done(store, { ...intent, references: [{ namespace: 'SIS', externalId: '0' }] });
      const listed = async (wanted: WantedWrites) =>
        (await store.activity(mine, 9, undefined, wanted)).writes.map(({ id, importId }) => [id, importId]);
      assert.deepEqual(await listed({ import: first.id }), [
        [ids[2], first.id],
        [ids[0], first.id],
      ]);
      assert.deepEqual(await listed({ import: second.id }), [[ids[1], second.id]]);
      assert.deepEqual(await listed({ import: 'none' }), [[alone, undefined]]);
      const person = { namespace: 'SIS', externalId: '0' };
      assert.deepEqual(await listed({ import: first.id, person }), [[ids[0], first.id]]);
    });

    it('accept only rows of their own caller, environment and operation', async () => {
      const store = await open();
      const { id } = await announce(store);
      const refused = async (more: Partial<Intent>, of = id) =>
        refusalOf(await store.claim(row(of, 'P', more)));
      assert.equal(await refused({}, 'imp_none'), 'missing');
      assert.equal(await refused({ caller: 'grace' }), 'missing');
      assert.equal(await refused({ environment: 'production' }), 'missing');
      assert.equal(await refused({ operation: 'createInvitation' }), 'mismatch');
      sent(await store.claim(row(id, 'P')));
    });

    it('send no more rows than were confirmed, not counting refused and unsent ones', async () => {
      const store = await open();
      const { id } = await announce(store);
      await done(store, row(id, '1'));
      await store.end(sent(await store.claim(row(id, '2'))), { state: 'refused' });
      await store.end(sent(await store.claim(row(id, '3'))), { state: 'unknown' });
      const inFlight = sent(await store.claim(row(id, '4')));
      assert.equal(refusalOf(await store.claim(row(id, '5'))), 'full');
      await store.end(inFlight, { state: 'not_sent' });
      await done(store, row(id, '5'));
      assert.equal(refusalOf(await store.claim(row(id, '6'))), 'full');
      const facts = await store.importOf(mine, id);
      assert.deepEqual(facts?.counts, { succeeded: 2, refused: 1, not_sent: 1, unknown: 1, in_flight: 0 });
      assert.equal(facts?.state, 'open');
    });

    it('find the earlier write of a row that comes again with its key, even if they are full or have ended', async () => {
      const store = await open();
      const { id } = await announce(store, { rows: 1 });
      await done(store, row(id, '1'));
      assert.equal((await store.importOf(mine, id))?.state, 'finished');
      assert('earlier' in (await store.claim(row(id, '1'))));
      assert.equal(refusalOf(await store.claim(row(id, '2'))), 'full');
      await store.stopImport(mine, id);
      assert.equal(refusalOf(await store.claim(row(id, '2'))), 'full');
    });

    it('can be stopped by their caller or by a reader who may see everybody’s, and then send nothing', async () => {
      const store = await open();
      const other = await open();
      const { id } = await announce(store);
      assert.equal(await other.stopImport({ ...mine, caller: 'grace' }, id), undefined);
      assert.equal((await other.stopImport({ environment: 'sandbox' }, id))?.state, 'stopped');
      assert.equal(refusalOf(await store.claim(row(id, '1'))), 'stopped');
      const ended = (await store.importOf(mine, id))?.endedAt;
      pass(hour);
      assert.equal((await store.stopImport(mine, id))?.endedAt, ended);
    });

    it('end after 24 hours of running time without a row, whatever the wall clock says', async () => {
      const store = await open();
      const { id } = await announce(store);
      pass(23 * hour);
      await done(store, row(id, '1'));
      pass(23 * hour);
      await done(store, row(id, '2'));
      clock.wall += 40 * hour;
      assert.equal((await store.importOf(mine, id))?.state, 'open');
      clock.wall -= 40 * hour;
      pass(24 * hour);
      assert.equal((await store.importOf(mine, id))?.state, 'finished');
      assert.equal(refusalOf(await store.claim(row(id, '3'))), 'stopped');
    });

    it('write to no person twice, whoever wrote to them before', async () => {
      const store = await open();
      const { id } = await announce(store, { rows: 100 });
      const single = (person: string): Intent => ({
        ...row(id, person, { caller: 'grace', idempotencyKey: undefined }),
        import: undefined,
      });
      await done(store, single('done'));
      await store.end(sent(await store.claim(single('unknown'))), { state: 'unknown' });
      await store.end(sent(await store.claim(single('refused'))), { state: 'refused' });
      const inFlight = sent(await store.claim(single('in flight')));
      const refused = async (person: string) => refusalOf(await store.claim(row(id, person)));
      assert.equal(await refused('done'), 'known succeeded');
      assert.equal(await refused('unknown'), 'known unknown');
      assert.equal(await refused('in flight'), 'known in_flight');
      assert.equal(await refused('refused'), 'id');
      await store.end(inFlight, { state: 'not_sent' });
      assert.equal(await refused('in flight'), 'id');
      // A write in another environment does not prevent this one.
      const elsewhere = await announce(store, { rows: 9, environment: 'production' });
      assert.equal(
        refusalOf(await store.claim(row(elsewhere.id, 'done', { environment: 'production' }))),
        'id',
      );
    });

    it('recognise a person by any reference, and say whether the request was the same', async () => {
      const store = await open();
      const { id } = await announce(store, { rows: 9 });
      await done(store, { ...row(id, '1'), import: undefined });
      const also = { namespace: 'LMS', externalId: '77' };
      const claim = await store.claim(
        row(id, '2', { references: [also, { namespace: 'SIS', externalId: '1' }] }),
      );
      assert('known' in claim);
      assert.deepEqual([claim.known.state, claim.sameRequest], ['succeeded', false]);
      const same = await store.claim(row(id, '1', { idempotencyKey: 'another' }));
      assert('known' in same && same.sameRequest);
    });

    it('may send rows again that succeeded before the announcement, but not after it', async () => {
      const store = await open();
      await done(store, { ...row('', '1'), import: undefined });
      await store.end(sent(await store.claim({ ...row('', '2'), import: undefined })), { state: 'unknown' });
      const { id } = await announce(store, { rows: 9, again: true });
      await done(store, { ...row('', '3'), import: undefined });
      assert.equal(refusalOf(await store.claim(row(id, '1'))), 'id');
      assert.equal(refusalOf(await store.claim(row(id, '2'))), 'known unknown');
      assert.equal(refusalOf(await store.claim(row(id, '3'))), 'known succeeded');
    });

    it('recognise a document by its content and person, so that one person may have several', async () => {
      const store = await open();
      const { id } = await announce(store, { rows: 9, operation: 'submitDocument' });
      const document = (content: string) =>
        row(id, 'P', {
          operation: 'submitDocument',
          digest: Buffer.from(content.padEnd(32)),
          idempotencyKey: content,
        });
      await done(store, document('a'));
      await done(store, document('b'));
      assert.equal(
        refusalOf(await store.claim({ ...document('a'), idempotencyKey: 'other' })),
        'known succeeded',
      );
    });

    it('claim the same people through two stores at once, and only one store gets each person', async () => {
      const [store, other] = [await open(), await open()];
      const one = await announce(store, { rows: 50 });
      const two = await announce(other, { rows: 50 });
      const people = Array.from({ length: 40 }, (_, number) => `${number}`);
      const claims: Claim[] = [];
      // Ten people at a time: of one caller's rows, one after another is claimed.
      for (let first = 0; first < people.length; first += 10) {
        const some = people.slice(first, first + 10);
        const both = some.flatMap((person) => [
          store.claim(row(one.id, person)),
          other.claim(row(two.id, person)),
        ]);
        claims.push(...(await Promise.all(both)));
      }
      assert.equal(claims.filter((claim) => 'id' in claim).length, people.length);
    });

    it('share one rate among all imports of a caller, and say how long to wait', async () => {
      const store = await open();
      const one = await announce(store, { rows: 500 });
      const two = await announce(store, { rows: 500 });
      let taken = 0;
      let waits = 0;
      for (let tick = 0; tick < 600; tick += 1) {
        const { id } = tick % 2 ? one : two;
        const claim = await store.claim(row(id, `${tick}`, { import: { id, perMinute: 120 } }));
        if ('id' in claim) taken += 1;
        else if ('waitMs' in claim) {
          waits += 1;
          assert(claim.waitMs > 0 && claim.waitMs <= 1_000, String(claim.waitMs));
        }
        pass(100);
      }
      assert.equal(waits + taken, 600);
      assert(taken >= 118 && taken <= 126, `${taken} in a minute`);
    });

    it('do not wait long after the clock was set back', async () => {
      const store = await open();
      const { id } = await announce(store, { rows: 500 });
      const slow = { import: { id, perMinute: 60 } };
      sent(await store.claim(row(id, '1', slow)));
      clock.wall -= 10 * hour;
      sent(await store.claim(row(id, '2', slow)));
    });

    it('look up the write that prevents another one, otherwise the newest', async () => {
      const store = await open();
      const single = (person: string, more: Partial<Intent> = {}): Intent => ({
        ...row('', person, { idempotencyKey: undefined, ...more }),
        import: undefined,
      });
      const end = async (person: string, state: 'succeeded' | 'refused' | 'unknown' | 'not_sent') =>
        store.end(sent(await store.claim(single(person))), { state });
      await end('a', 'succeeded');
      await end('a', 'refused');
      await end('b', 'succeeded');
      await end('b', 'unknown');
      await end('c', 'unknown');
      sent(await store.claim(single('c')));
      await end('d', 'refused');
      await end('d', 'not_sent');
      const references = ['a', 'b', 'c', 'd', 'nobody'].map((externalId) => ({
        namespace: 'SIS',
        externalId,
      }));
      const asked = { environment: 'sandbox', operation: 'createUser', references } as const;
      assert.deepEqual(
        (await store.lookUp(asked)).map((write) => write?.state ?? null),
        ['succeeded', 'unknown', 'in_flight', 'not_sent', null],
      );
      assert.deepEqual(
        await store.lookUp({ ...asked, environment: 'production', references: references.slice(0, 1) }),
        [null],
      );
      assert.match(await store.name(), /^jrn_[0-9a-f]{32}$/);
      assert.equal(await (await open()).name(), await store.name());
    });

    it('let anybody who may use the operation resolve an unknown outcome, not only the sender', async () => {
      const store = await open();
      const id = sent(await store.claim({ ...row('', 'x'), import: undefined }));
      await store.end(id, { state: 'unknown' });
      const resolve = (operations: readonly string[]) =>
        store.resolve({ caller: 'grace', environment: 'sandbox', operations }, id, {
          happened: true,
          by: 'grace',
        });
      assert.equal(await resolve(['createInvitation']), undefined);
      assert.equal((await resolve(['createUser']))?.resolved?.by, 'grace');
    });
  });
}
