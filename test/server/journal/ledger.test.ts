import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Claim, createLedger, type Intent, type Ledger } from '../../../server/journal/ledger.ts';
import { openDatabase } from '../../../server/journal/open-database.ts';
import { rememberedOf } from '../../../server/journal/remembered.ts';
import { operations } from '../../../shared/operations.ts';
import { execute } from '../../support/processes/execute.ts';

const hourMs = 3_600_000;
const start = Date.UTC(2026, 0, 30);

const digestOf = (request: unknown) => rememberedOf(operations.createUser, request).digest;

const intent: Intent = {
  caller: 'ada',
  environment: 'sandbox',
  operation: 'createUser',
  requestId: 'first',
  references: [{ namespace: 'SIS', externalId: 'S-1' }],
  digest: digestOf({ a: 1, b: { c: [1, 2], d: 'e' } }),
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

describe('the ledger', () => {
  let directory: string;
  let clock: number;
  let open: Ledger[];
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'ledger-'));
    clock = start;
    open = [];
  });
  afterEach(() => {
    for (const ledger of open) ledger.close();
    rmSync(directory, { recursive: true });
  });

  function openLedger(): Ledger {
    const ledger = createLedger(openDatabase(directory), () => clock);
    open.push(ledger);
    return ledger;
  }

  function sent(claim: Claim): number {
    assert('id' in claim, JSON.stringify(claim));
    return claim.id;
  }

  function earlier(claim: Claim) {
    assert('earlier' in claim, 'It would be sent.');
    return [claim.earlier.state, claim.earlier.requestId, claim.sameRequest];
  }

  it('lets one write have a key, and says of every other which one has it', () => {
    const ledger = openLedger();
    const id = sent(ledger.claim(intent));
    const again = { ...intent, requestId: 'second' };
    assert.deepEqual(earlier(ledger.claim(again)), ['in_flight', 'first', true]);
    ledger.end(id, { state: 'succeeded', partner: facts, result: { id: 'x' } });
    const claim = ledger.claim(again);
    assert.deepEqual(earlier(claim), ['succeeded', 'first', true]);
    assert('earlier' in claim);
    assert.deepEqual([claim.partner, claim.earlier.result], [facts, { id: 'x' }]);
  });

  it('knows a request again whatever the order of its fields, and no other', () => {
    const ledger = openLedger();
    sent(ledger.claim(intent));
    const turned = { b: { d: 'e', c: [1, 2] }, a: 1 };
    assert.deepEqual(earlier(ledger.claim({ ...intent, digest: digestOf(turned) }))[2], true);
    for (const request of [
      { ...turned, a: 2 },
      { ...turned, x: 1 },
      { a: 1, b: { c: [2, 1], d: 'e' } },
      { a: 1 },
      { a: '1', b: turned.b },
    ]) {
      assert.deepEqual(
        earlier(ledger.claim({ ...intent, digest: digestOf(request) }))[2],
        false,
        JSON.stringify(request),
      );
    }
  });

  it('keeps the keys of each caller, environment and operation apart, and knows no key without one', () => {
    const ledger = openLedger();
    const ids = [
      intent,
      { ...intent, caller: 'grace' },
      { ...intent, environment: 'production' },
      { ...intent, operation: 'createInvitation' as const },
      { ...intent, idempotencyKey: 'another' },
      { ...intent, idempotencyKey: undefined },
      { ...intent, idempotencyKey: undefined },
    ].map((each) => sent(ledger.claim(each)));
    assert.equal(new Set(ids).size, ids.length);
  });

  for (const state of ['not_sent', 'refused'] as const) {
    it(`frees a key after ${state}`, () => {
      const ledger = openLedger();
      ledger.end(sent(ledger.claim(intent)), { state });
      const next = sent(ledger.claim({ ...intent, digest: digestOf({ mended: true }) }));
      ledger.end(next, { state: 'succeeded' });
      assert.deepEqual(earlier(ledger.claim(intent)), ['succeeded', 'first', false]);
    });
  }

  it('honours a key that succeeded for 24 hours', () => {
    const ledger = openLedger();
    const id = sent(ledger.claim(intent));
    clock += hourMs;
    ledger.end(id, { state: 'succeeded' });
    clock += 24 * hourMs - 1;
    assert.deepEqual(earlier(ledger.claim(intent))[0], 'succeeded');
    clock += 1;
    sent(ledger.claim(intent));
    assert.equal(ledger.page('ada', 'sandbox', 99, 99).length, 2);
  });

  it('honours a key whose outcome is unknown for as long as its row is kept, which is 30 days', () => {
    const ledger = openLedger();
    ledger.end(sent(ledger.claim(intent)), { state: 'unknown' });
    clock += 30 * 24 * hourMs - 1;
    assert.deepEqual(earlier(ledger.claim(intent))[0], 'unknown');
    clock += hourMs;
    sent(ledger.claim(intent));
    const ids = ledger.page('ada', 'sandbox', 99, 99).map(({ id }) => id);
    assert.deepEqual(ids, ['2']);
  });

  it('is born unknown: a process that dies leaves the truth, and one that lives is in flight for all others', () => {
    const first = openLedger();
    const second = openLedger();
    sent(first.claim(intent));
    assert.deepEqual(earlier(second.claim(intent)), ['in_flight', 'first', true]);
    assert.equal(second.page('ada', 'sandbox', 99, 1)[0]?.state, 'in_flight');
    first.close();
    assert.deepEqual(earlier(second.claim(intent)), ['unknown', 'first', true]);
    assert.equal(second.page('ada', 'sandbox', 99, 1)[0]?.state, 'unknown');
    assert.deepEqual(earlier(openLedger().claim(intent)), ['unknown', 'first', true]);
  });

  it('gives each key to one of two processes that ask for it at the same moment', async () => {
    openLedger();
    const program = fileURLToPath(new URL('../../support/processes/claim-in-step.ts', import.meta.url));
    const startAt = String(Date.now() + 1_000);
    const taken = await Promise.all(
      [0, 1].map(async (): Promise<string[]> => {
        const args = [program, directory, startAt, JSON.stringify(intent)];
        return JSON.parse(await execute(process.execPath, args));
      }),
    );
    const all = taken.flat();
    assert.equal(all.length, new Set(all).size, 'Both took the same key.');
    assert.equal(all.length, 200);
  });

  it('leaves no file of a process that has ended', () => {
    openLedger().close();
    const ledger = openLedger();
    const locks = readdirSync(directory).filter((name) => name.endsWith('.lock'));
    assert.equal(locks.length, 1);
    ledger.close();
    assert.deepEqual(readdirSync(directory).sort(), ['journal-key', 'journal.sqlite']);
  });

  it('takes what a person found out of an unknown write, once, and of no other', () => {
    const ledger = openLedger();
    const id = sent(ledger.claim(intent));
    const resolve = (happened: boolean, caller = 'ada', number = id) =>
      ledger.resolve(caller, 'sandbox', number, happened);
    assert.deepEqual([resolve(true)?.state, resolve(true)?.resolved], ['in_flight', null]);
    ledger.end(id, { state: 'unknown', code: 'PARTNER_TIMEOUT' });
    assert.equal(resolve(true, 'grace'), undefined);
    assert.equal(resolve(true, 'ada', 77), undefined);
    assert.deepEqual(earlier(ledger.claim(intent))[0], 'unknown');
    const resolved = { happened: true, by: 'ada', at: new Date(start).toISOString() };
    assert.deepEqual(resolve(true)?.resolved, resolved);
    assert.deepEqual([resolve(false)?.state, resolve(false)?.resolved], ['succeeded', resolved]);
    clock += 20 * 24 * hourMs;
    assert.deepEqual(earlier(ledger.claim(intent))[0], 'succeeded');
  });

  it('frees the key of a write that a person found not to have happened', () => {
    const ledger = openLedger();
    const id = sent(ledger.claim(intent));
    ledger.end(id, { state: 'unknown' });
    assert.equal(ledger.resolve('ada', 'sandbox', id, false)?.state, 'not_sent');
    const next = sent(ledger.claim(intent));
    // What ends late takes nothing from whoever has the key now.
    ledger.end(id, { state: 'succeeded' });
    assert.deepEqual(
      ledger.page('ada', 'sandbox', 99, 9).map(({ state }) => state),
      ['in_flight', 'not_sent'],
    );
    ledger.end(next, { state: 'succeeded' });
  });

  it('numbers each write anew, even after the last one was removed', () => {
    const ledger = openLedger();
    assert.equal(sent(ledger.claim(intent)), 1);
    clock += 31 * 24 * hourMs;
    assert.equal(sent(ledger.claim(intent)), 2);
  });
});
