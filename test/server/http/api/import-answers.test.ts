import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { knownWrite } from '../../../../shared/activity.ts';
import { type Client, createClient } from '../../../../shared/client.ts';
import { ClientError } from '../../../../shared/client-error.ts';
import { valueDigest } from '../../../../shared/digest.ts';
import { createImportCalls } from '../../../../shared/imports/client-calls.ts';
import { runImport } from '../../../../shared/imports/import-loop.ts';
import { planImport } from '../../../../shared/imports/plan-import.ts';
import type { RowEnd } from '../../../../shared/imports/row-end.ts';
import { addKeys } from '../../../support/bff/add-keys.ts';
import { startBffWith, startTestBff } from '../../../support/bff/test-bff.ts';
import { invited, pong, startFaultServer } from '../../../support/partner/fault-server.ts';
import { samples } from '../../../support/requests/write-samples.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { until } from '../../../support/until.ts';

type Bff = Awaited<ReturnType<typeof startTestBff>>;

const digest = 'a'.repeat(64);
let people = 0;

/** Invitations for this many people, none of whom was invited before. */
function invitations(count: number) {
  return Array.from({ length: count }, () => {
    people += 1;
    const references = [{ namespace: 'SIS', externalId: `person-${people}` }];
    const request = {
      ...samples.createInvitation.least,
      email: `p${people}@example.edu`,
      externalReferences: references,
    };
    return { references, request };
  });
}
type Row = ReturnType<typeof invitations>[number];

async function errorOf(call: Promise<unknown>): Promise<ClientError> {
  const error = await call.then(
    () => assert.fail('It succeeded.'),
    (thrown: unknown) => thrown,
  );
  assert(error instanceof ClientError, String(error));
  return error;
}

describe('imports at the BFF', () => {
  let bff: Bff;
  let folder: ReturnType<typeof temporaryFolder>;
  before(async () => {
    folder = temporaryFolder();
    bff = await startTestBff({
      production: {},
      variables: {
        ...{ RATE_LIMIT_PER_MINUTE: '100000', RATE_LIMIT_IMPORT_PER_MINUTE: '60000' },
        BFF_DATA_DIR: folder.path,
      },
    });
  });
  after(async () => {
    await bff.stop();
    folder[Symbol.dispose]();
  });

  /** Clients whose keys have these grants. It returns once the BFF has read the keys. */
  async function clients<const Name extends string>(grantsOf: Record<Name, readonly string[]>) {
    const keys = await addKeys(folder.path, grantsOf);
    const last = Object.values<string>(keys).at(-1);
    await until(
      'the keys are in force',
      async () =>
        (await bff.call('/api/session', { headers: { authorization: `Bearer ${last}` } })).status === 200,
    );
    return Object.fromEntries(
      Object.entries<string>(keys).map(([name, key]) => [name, clientWith(key)]),
    ) as Record<Name, Client>;
  }
  const arrived = () => bff.pearsana.arrivals.filter(({ path }) => path === '/v1/invitations').length;

  const clientWith = (accessKey = bff.accessKey) => createClient({ baseUrl: bff.url, accessKey });
  const announced = { environment: 'sandbox', operation: 'createInvitation', digest } as const;
  const callsFor = (environment = 'sandbox', client = clientWith(), confirm?: string) =>
    createImportCalls<Row>(client, {
      ...{ environment, operation: 'createInvitation', digest, again: false, confirm },
      requestOf: async ({ request }) => request,
    });

  async function importAll(rows: readonly Row[], calls = callsFor()) {
    const plan = await planImport(rows, calls);
    const ends = new Map<Row, RowEnd>(plan.ends);
    const result = await runImport<Row>({
      ...{ plan, calls, control: { paused: false, cancelled: false } },
      timing: { now: () => performance.now(), sleep: (ms) => sleep(ms), random: Math.random },
      onRow: (row, end) => ends.set(row, end),
      onPause: async () => 'end',
    });
    return { result, states: rows.map((row) => ends.get(row)?.state), ends };
  }

  it('send every row once, and nothing if they are run again', async () => {
    const rows = invitations(30);
    const before = arrived();
    const first = await importAll(rows);
    assert.deepEqual([first.result.end, new Set(first.states)], ['finished', new Set(['succeeded'])]);
    assert.match(String(first.ends.get(rows[0] as Row)?.id), /^inv_/);
    assert.equal(arrived() - before, 30);
    const again = await importAll(rows);
    assert.deepEqual(new Set(again.states), new Set(['known']));
    assert.equal(arrived() - before, 30);
  });

  it('invite nobody twice when two callers import the same people at once', async () => {
    const rows = invitations(25);
    const before = arrived();
    const { other } = await clients({ other: ['sandbox:createInvitation'] });
    const results = await Promise.all([importAll(rows), importAll(rows, callsFor('sandbox', other))]);
    assert.equal(arrived() - before, 25);
    for (const [index] of rows.entries()) {
      assert.deepEqual(results.map(({ states }) => states[index]).sort(), ['known', 'succeeded'].sort());
    }
  });

  it('need one confirmation in a protected environment, and run half as fast there', async () => {
    const [row] = invitations(1);
    assert(row);
    const refused = await errorOf(callsFor('production').announce(1));
    assert.equal(refused.failure?.code, 'CONFIRMATION_REQUIRED');
    const calls = callsFor('production', clientWith(), 'production');
    const { import: facts, journal } = await calls.announce(1);
    assert.deepEqual([facts.perMinute, facts.state, facts.rows], [30_000, 'open', 1]);
    assert.match(journal, /^jrn_/);
    assert.equal((await calls.send(row, facts)).replayed, false);
    const [other] = invitations(1);
    assert(other);
    const full = await errorOf(calls.send(other, facts));
    assert.deepEqual([full.failure?.code, full.outcome], ['IMPORT_FULL', 'not_sent']);
    assert.deepEqual(
      [(await clientWith().importStatus({ environment: 'production', id: facts.id })).import.state],
      ['finished'],
    );
    // Outside of the import, each write must be confirmed.
    const alone = clientWith().createInvitation({ environment: 'production', request: other.request });
    assert.equal((await errorOf(alone)).failure?.code, 'CONFIRMATION_REQUIRED');
  });

  it('refuse a row that does not belong to them, and send nothing for it', async () => {
    const client = clientWith();
    const before = arrived();
    const [row] = invitations(1);
    assert(row);
    const { import: facts } = await client.announceImport({ ...announced, rows: 2 });
    const send = (more: object) =>
      client.createInvitation({
        environment: 'sandbox',
        request: row.request,
        idempotencyKey: 'a-key',
        ...more,
      });
    const codeOf = async (more: object) => (await errorOf(send(more))).failure?.code;
    assert.equal(await codeOf({ importId: 'imp_none' }), 'IMPORT_NOT_FOUND');
    assert.equal(await codeOf({ importId: '\u0000' }), 'IMPORT_NOT_FOUND');
    const { grace } = await clients({ grace: ['sandbox:*'] });
    const others = grace.createInvitation({
      ...{ environment: 'sandbox', request: row.request, idempotencyKey: 'x', importId: facts.id },
    });
    assert.equal((await errorOf(others)).failure?.code, 'IMPORT_NOT_FOUND');
    const user = client.createUser({
      ...{
        environment: 'sandbox',
        request: samples.createUser.least,
        idempotencyKey: 'x',
        importId: facts.id,
      },
    });
    assert.equal((await errorOf(user)).failure?.code, 'IMPORT_MISMATCH');
    const { body, status } = await bff.call('/api/environments/sandbox/invitations', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-pearsana-import': facts.id },
      body: JSON.stringify(row.request),
    });
    assert.equal(status, 400, JSON.stringify(body));
    assert.equal(arrived(), before);
  });

  it('name the earlier write because of which they refuse a row', async () => {
    const client = clientWith();
    const [row] = invitations(1);
    assert(row);
    const first = await client.createInvitation({ environment: 'sandbox', request: row.request });
    const { import: facts } = await client.announceImport({ ...announced, rows: 2 });
    const error = await errorOf(callsFor().send(row, facts));
    assert.deepEqual([error.failure?.code, error.status, error.outcome], ['ALREADY_KNOWN', 409, 'not_sent']);
    const { state, requestId, mine, sameRequest } = knownWrite.parse(error.failure?.details);
    assert.deepEqual([state, requestId, mine, sameRequest], ['succeeded', first.requestId, true, true]);
    const { results } = await client.lookUp({
      ...{ environment: 'sandbox', operation: 'createInvitation' },
      references: row.references,
    });
    assert.deepEqual([results[0]?.state, results[0]?.mine], ['succeeded', true]);
  });

  it('can be seen and stopped by their owner, and by a caller with every grant in the environment', async () => {
    const { owner, stranger, admin } = await clients({
      owner: ['sandbox:createInvitation'],
      stranger: ['sandbox:createInvitation'],
      admin: ['sandbox:*'],
    });
    const { import: facts } = await owner.announceImport({ ...announced, rows: 5 });
    const at = { environment: 'sandbox', id: facts.id };
    assert.equal((await errorOf(stranger.importStatus(at))).failure?.code, 'IMPORT_NOT_FOUND');
    assert.equal((await errorOf(stranger.stopImport(at))).failure?.code, 'IMPORT_NOT_FOUND');
    assert.deepEqual((await stranger.imports({ environment: 'sandbox' })).imports, []);
    assert.equal((await owner.importStatus(at)).import.state, 'open');
    assert((await admin.imports({ environment: 'sandbox' })).imports.some(({ id }) => id === facts.id));
    assert.equal((await admin.stopImport(at)).import.state, 'stopped');
    const [row] = invitations(1);
    assert(row);
    const stopped = await errorOf(callsFor('sandbox', owner).send(row, facts));
    assert.equal(stopped.failure?.code, 'IMPORT_STOPPED');
  });

  it('need the grant for their operation, both to be announced and to look up people', async () => {
    const { pinger: client } = await clients({ pinger: ['sandbox:ping'] });
    const refused = await errorOf(client.announceImport({ ...announced, rows: 1 }));
    assert.deepEqual(refused.failure?.details, { missingGrant: 'sandbox:createInvitation' });
    const lookup = client.lookUp({ environment: 'sandbox', operation: 'createUser', references: [] });
    assert.equal((await errorOf(lookup)).failure?.code, 'FORBIDDEN');
  });

  it('recognise a document by the digest that its sender computes', async () => {
    const client = clientWith();
    await client.createUser({ environment: 'sandbox', request: samples.createUser.whole });
    const request = samples.submitDocument.whole;
    const digests = [await valueDigest(request), await valueDigest({ ...request, documentType: 'OTHER' })];
    const lookUp = () => client.lookUp({ environment: 'sandbox', operation: 'submitDocument', digests });
    assert.deepEqual((await lookUp()).results, [null, null]);
    await client.submitDocument({ environment: 'sandbox', request });
    assert.deepEqual(
      (await lookUp()).results.map((write) => write?.state),
      ['succeeded', undefined],
    );
  });

  it('refuse announcements and lookups that are not valid', async () => {
    const client = clientWith();
    const issuesOf = async (call: Promise<unknown>) => (await errorOf(call)).issues.map(({ path }) => path);
    assert.deepEqual(await issuesOf(client.announceImport({ ...announced, rows: 10_001 })), ['rows']);
    assert.deepEqual(await issuesOf(client.announceImport({ ...announced, rows: 0 })), ['rows']);
    assert.deepEqual(await issuesOf(client.announceImport({ ...announced, rows: 1, digest: 'x' })), [
      'digest',
    ]);
    const at = { environment: 'sandbox' } as const;
    assert.deepEqual(await issuesOf(client.lookUp({ ...at, operation: 'submitDocument', references: [] })), [
      'digests',
      'references',
    ]);
    const many = Array.from({ length: 1_001 }, () => ({ namespace: 'SIS', externalId: '1' }));
    assert.deepEqual(await issuesOf(client.lookUp({ ...at, operation: 'createUser', references: many })), [
      'references',
    ]);
  });
});

it('imports are refused if the BFF allows none', async () => {
  await using bff = await startTestBff({ variables: { RATE_LIMIT_IMPORT_PER_MINUTE: '0' } });
  const client = createClient({ baseUrl: bff.url, accessKey: bff.accessKey });
  const call = client.announceImport({ environment: 'sandbox', operation: 'createUser', rows: 1, digest });
  assert.equal((await errorOf(call)).failure?.code, 'IMPORTS_NOT_ALLOWED');
});

it('rows of imports wait after Pearsana answers 429, and single writes are still sent', async () => {
  await using partner = await startFaultServer();
  partner.api.always(({ path }) => (path === '/ping' ? { body: pong } : { status: 201, body: invited }));
  await using bff = await startBffWith({ sandbox: partner }, { RATE_LIMIT_IMPORT_PER_MINUTE: '60000' });
  const client = createClient({ baseUrl: bff.url, accessKey: bff.accessKey });
  const { import: facts } = await client.announceImport({
    environment: 'sandbox',
    operation: 'createInvitation',
    rows: 9,
    digest,
  });
  const rows = invitations(3);
  const calls = createImportCalls<Row>(client, {
    ...{ environment: 'sandbox', operation: 'createInvitation', digest, again: false },
    requestOf: async ({ request }) => request,
  });
  partner.api.next({
    status: 429,
    headers: { 'retry-after': '7' },
    body: { error: { code: 'SLOW_DOWN', message: 'No.', requestId: 'p' } },
  });
  const [first, second, third] = rows;
  assert(first && second && third);
  const told = await errorOf(calls.send(first, facts));
  assert.deepEqual([told.status, told.retryAfterSeconds], [429, 7]);
  const waits = await errorOf(calls.send(second, facts));
  assert.deepEqual([waits.failure?.code, waits.outcome], ['RATE_LIMITED', 'not_sent']);
  assert(waits.retryAfterSeconds && waits.retryAfterSeconds <= 7);
  await client.createInvitation({ environment: 'sandbox', request: third.request });
  await client.ping({ environment: 'sandbox' });
});
