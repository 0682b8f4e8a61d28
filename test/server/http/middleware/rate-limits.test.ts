import assert from 'node:assert/strict';
import { afterEach, describe, it, mock } from 'node:test';
import { addKeys } from '../../../support/bff/add-keys.ts';
import { type Answer, failureIn, startBffWith, type TestBff } from '../../../support/bff/test-bff.ts';
import { type FaultServer, startFaultServer } from '../../../support/partner/fault-server.ts';
import { uncalledPartner } from '../../../support/partner/partner-variables.ts';
import { samples } from '../../../support/requests/write-samples.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const session = (bff: TestBff, authorization?: string) =>
  bff.call('/api/session', authorization === undefined ? {} : { headers: { authorization } });
const statuses = (answers: Answer[]) => answers.map(({ status }) => status);

function assertRefused(answer: Answer, message: RegExp): void {
  const { code, message: words, retryable } = failureIn(answer);
  assert.deepEqual([answer.status, code, retryable], [429, 'RATE_LIMITED', true]);
  assert.match(words, message);
  const seconds = answer.headers.get('retry-after');
  assert.match(seconds ?? '', /^[1-9]\d?$/);
  assert.match(words, new RegExp(`again in ${seconds} s`));
}

describe('the limit of each caller', () => {
  it('is told by draft-8 headers, and then by 429 with Retry-After', async () => {
    await using bff = await startBffWith({ sandbox: uncalledPartner }, { RATE_LIMIT_PER_MINUTE: '3' });
    for (const left of [2, 1, 0]) {
      const { status, headers } = await session(bff);
      assert.equal(status, 200);
      assert.match(headers.get('ratelimit-policy') ?? '', /^"per-caller"; q=3; w=60/);
      assert.match(headers.get('ratelimit') ?? '', new RegExp(`^"per-caller"; r=${left}; t=\\d+`));
      assert.equal(headers.get('x-ratelimit-limit'), null);
      assert.equal(headers.get('retry-after'), null);
    }
    assertRefused(await session(bff), /^You sent more than 3 requests in a minute/);
    assertRefused(await bff.call('/api/environments/sandbox/ping'), /^You sent more than 3/);
    assert.equal((await bff.call('/livez')).status, 200);
  });

  it('is not used up by requests without a valid key', async () => {
    await using bff = await startBffWith({ sandbox: uncalledPartner }, { RATE_LIMIT_PER_MINUTE: '3' });
    for (let call = 0; call < 10; call += 1) assert.equal((await session(bff, 'Bearer wrong')).status, 401);
    assert.deepEqual(statuses([await session(bff), await session(bff), await session(bff)]), [200, 200, 200]);
  });
});

describe('the budget of writes', () => {
  const grantsOf = { ada: ['*:*'], bob: ['*:*'], eve: ['sandbox:ping'] };
  type Name = keyof typeof grantsOf;

  /** A BFF where each caller has 60 requests a minute: twenty writes, and ten to what is protected. */
  async function setUp() {
    await using stack = new AsyncDisposableStack();
    const dataDirectory = stack.use(temporaryFolder()).path;
    const keys = await addKeys(dataDirectory, grantsOf);
    const partner = stack.use(await startFaultServer());
    partner.api.always({ status: 201 });
    const variables = { RATE_LIMIT_PER_MINUTE: '60', BFF_DATA_DIR: dataDirectory };
    const bff = stack.use(await startBffWith({ sandbox: partner, production: partner }, variables));
    const kept = stack.move();
    const body = JSON.stringify(samples.createUser.least);
    const write = (who: Name, environment: string, more: Record<string, string> = {}, sent = body) =>
      bff.call(`/api/environments/${environment}/users`, {
        method: 'POST',
        headers: {
          ...{ authorization: `Bearer ${keys[who]}`, 'content-type': 'application/json' },
          ...{ 'x-confirm-environment': decodeURIComponent(environment), ...more },
        },
        body: sent,
      });
    const read = (who: Name) => session(bff, `Bearer ${keys[who]}`);
    return { partner, write, read, [Symbol.asyncDispose]: () => kept.disposeAsync() };
  }
  const writeMany = async (many: number, write: () => Promise<Answer>) => {
    const answers: Answer[] = [];
    for (let each = 0; each < many; each += 1) answers.push(await write());
    return statuses(answers);
  };

  it('is a third of the requests, and a sixth where they are protected; neither takes from the other', async () => {
    await using here = await setUp();
    for (let left = 9; left >= 0; left -= 1) {
      const { status, headers } = await here.write('ada', 'production');
      assert.equal(status, 201);
      // Counted at the door as well.
      assert.match(
        headers.get('ratelimit-policy') ?? '',
        /^"per-caller"; q=60; w=60; pk=:[^:]+:, "protected-writes-per-caller"; q=10; w=60/,
      );
      assert.match(
        headers.get('ratelimit') ?? '',
        new RegExp(`^"per-caller"; r=${50 + left}; t=\\d+, "protected-writes-per-caller"; r=${left};`),
      );
    }
    const refused = await here.write('ada', 'production');
    assertRefused(refused, /^You sent more than 10 writes to protected environments in a minute/);
    assert.equal(failureIn(refused).outcome, 'not_sent');
    // In whatever spelling.
    assertRefused(await here.write('ada', 'produc%74ion'), /^You sent more than 10 writes to protected/);
    assert.deepEqual(await writeMany(20, () => here.write('ada', 'sandbox')), Array(20).fill(201));
    assertRefused(await here.write('ada', 'sandbox'), /^You sent more than 20 writes in a minute/);
    assert.equal(here.partner.api.arrivals.length, 30);
    assert.equal((await here.write('bob', 'sandbox')).status, 201);
    assert.equal((await here.read('ada')).status, 200);
  });

  it('is spent by what is really sent, and by no replay or refusal', async () => {
    await using here = await setUp();
    const first = { 'idempotency-key': 'the-first' };
    assert.equal((await here.write('ada', 'production', first)).status, 201);
    for (const [status, write] of [
      [201, () => here.write('ada', 'production', first)],
      [422, () => here.write('ada', 'production', first, JSON.stringify(samples.createUser.whole))],
      [400, () => here.write('ada', 'production', {}, '{}')],
      [415, () => here.write('ada', 'production', { 'content-type': 'text/plain' })],
      [428, () => here.write('ada', 'production', { 'x-confirm-environment': '' })],
    ] as const)
      assert.deepEqual(await writeMany(6, write), Array(6).fill(status));
    assert.deepEqual(await writeMany(9, () => here.write('ada', 'production')), Array(9).fill(201));
    assert.equal((await here.write('ada', 'production')).status, 429);
    // A write that succeeded is still answered again.
    assert.equal((await here.write('ada', 'production', first)).status, 201);
    assert.equal(here.partner.api.arrivals.length, 10);
  });

  it('gets back what could not be sent, and keeps what may have been', async () => {
    await using here = await setUp();
    await here.partner.api.leave();
    assert.deepEqual(await writeMany(12, () => here.write('ada', 'production')), Array(12).fill(502));
    await here.partner.api.comeBack();
    here.partner.api.next({ fault: 'reset-after-body' }, { status: 400 });
    assert.deepEqual(await writeMany(10, () => here.write('ada', 'production')), [
      502,
      400,
      ...Array(8).fill(201),
    ]);
    assert.equal((await here.write('ada', 'production')).status, 429);
  });

  it('of a key is not used up by what was refused for its rate: the key can be sent again', async () => {
    await using here = await setUp();
    await writeMany(10, () => here.write('ada', 'production'));
    const later = { 'idempotency-key': 'later' };
    for (let again = 0; again < 2; again += 1)
      assert.equal((await here.write('ada', 'production', later)).status, 429);
  });

  it('does not tell whether there is something to protect: a denial counts at the door alone', async () => {
    await using here = await setUp();
    const answers: Answer[] = [];
    for (const environment of ['production', 'nowhere']) answers.push(await here.write('eve', environment));
    assert.deepEqual(statuses(answers), [403, 403]);
    const policies = answers.map(({ headers }) => headers.get('ratelimit-policy')?.split(';', 2).join());
    assert.deepEqual([...new Set(policies)], ['"per-caller", q=60']);
  });

  it('is not that of rows of imports, which count at the door apart', async () => {
    await using here = await setUp();
    const row = { 'x-pearsana-import': `imp_${'0'.repeat(32)}`, 'idempotency-key': 'a-row' };
    // 60 requests, and 120 rows at the import's pace.
    assert.deepEqual(await writeMany(180, () => here.write('ada', 'sandbox', row)), Array(180).fill(404));
    assertRefused(
      await here.write('ada', 'sandbox', row),
      /^You sent more than 180 rows of imports in a minute/,
    );
    assert.equal((await here.read('ada')).status, 200);
    assert.equal((await here.write('ada', 'sandbox')).status, 201);
  });
});

describe('the limit on wrong keys', () => {
  it('refuses the 21st of a minute, and lets the right one pass all the same', async () => {
    await using bff = await startBffWith({ sandbox: uncalledPartner });
    for (let wrong = 1; wrong <= 20; wrong += 1) {
      const answer = await session(bff, `Bearer wrong-${wrong}`);
      assert.deepEqual([wrong, answer.status, failureIn(answer).code], [wrong, 401, 'UNAUTHORIZED']);
    }
    assertRefused(await session(bff, 'Bearer wrong-21'), /^Too many wrong access keys from this address/);
    // Many callers share an address behind a proxy, and one of them may have a stale key.
    assert.deepEqual(
      statuses(await Promise.all(Array.from({ length: 50 }, () => session(bff)))),
      Array(50).fill(200),
    );
    assertRefused(await session(bff, 'Bearer wrong-22'), /^Too many wrong access keys/);
  });

  it('lets at most 20 of a crowd of guesses be looked at', async () => {
    await using bff = await startBffWith({ sandbox: uncalledPartner });
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, each) => session(bff, `Bearer wrong-${each}`)),
    );
    assert.equal(statuses(answers).filter((status) => status === 401).length, 20);
    assert.equal(statuses(answers).filter((status) => status === 429).length, 80);
  });

  it('does not count good keys, missing keys, or what is wrong otherwise', async () => {
    await using bff = await startBffWith({ sandbox: uncalledPartner });
    for (let call = 0; call < 25; call += 1) {
      assert.equal((await session(bff, '')).status, 401);
      assert.equal((await bff.call('/api/nothing')).status, 404);
    }
    assert.equal((await session(bff)).status, 200);
  });

  it('never refuses a stampede of good callers, nor counts it against them', async () => {
    await using faults: FaultServer = await startFaultServer();
    await using bff = await startBffWith({ sandbox: faults }, { RATE_LIMIT_PER_MINUTE: '1000' });
    // Nineteen wrong keys before it: one more would be refused, so a good call that counts even for a moment shows.
    for (let wrong = 0; wrong < 19; wrong += 1) await session(bff, 'Bearer wrong');
    const stampede = Array.from({ length: 300 }, () => bff.call('/api/environments/sandbox/ping'));
    assert.deepEqual([...new Set(statuses(await Promise.all(stampede)))], [200]);
    assert.equal(faults.auth.arrivals.length, 1);
    assert.equal(faults.api.count('/ping'), 300);
    assert.equal((await session(bff, 'Bearer wrong')).status, 401);
    assert.equal((await session(bff, 'Bearer wrong')).status, 429);
  });

  it('is for each address: another behind the same proxy is not refused', async () => {
    await using bff = await startBffWith({ sandbox: uncalledPartner }, { BFF_TRUST_PROXY: '1' });
    const from = (address: string, authorization: string) =>
      bff.call('/api/session', { headers: { authorization, 'x-forwarded-for': address } });
    for (let wrong = 0; wrong < 20; wrong += 1) await from('192.0.2.1', 'Bearer wrong');
    assert.equal((await from('192.0.2.1', 'Bearer wrong')).status, 429);
    assert.equal((await from('192.0.2.2', 'Bearer wrong')).status, 401);
    // Only the last hop is believed, since anybody can write the ones before it.
    assert.equal((await from('192.0.2.9, 192.0.2.1', 'Bearer wrong')).status, 429);
    assert.equal((await from('192.0.2.1', `Bearer ${bff.accessKey}`)).status, 200);
  });

  it('believes no proxy unless told to', async () => {
    await using bff = await startBffWith({ sandbox: uncalledPartner });
    for (let wrong = 0; wrong < 20; wrong += 1) {
      await bff.call('/api/session', {
        headers: { authorization: 'Bearer wrong', 'x-forwarded-for': `192.0.2.${wrong}` },
      });
    }
    assert.equal((await session(bff, 'Bearer wrong')).status, 429);
  });

  for (const [what, addressAt] of [
    ['with a port', (at: number) => `203.0.113.6:${50_000 + at}`],
    ['of IPv6 in brackets and with a port', (at: number) => `[2001:db8::6]:${50_000 + at}`],
    ['of IPv6 with a zone', (at: number) => `2001:db8::6%eth${at}`],
    ['of IPv6, of one network', (at: number) => `2001:db8::${at.toString(16)}`],
    ['of IPv4 in the form of IPv6', (at: number) => (at % 2 ? '::ffff:203.0.113.6' : '203.0.113.6')],
    ['in quotes', (at: number) => (at % 2 ? '"203.0.113.6"' : `"203.0.113.6:${50_000 + at}"`)],
    ['that is arbitrary text', (at: number) => `${'x'.repeat(at * 100)}${at}`],
    ['that is no address, though almost', (at: number) => `203.0.113.${256 + at}`],
    ['that is an unknown or hidden one', (at: number) => (at % 2 ? 'unknown' : `_hidden${at}`)],
  ] as const) {
    it(`counts an address ${what} as one`, async () => {
      await using bff = await startBffWith({ sandbox: uncalledPartner }, { BFF_TRUST_PROXY: '1' });
      const wrong = (at: number) =>
        bff.call('/api/session', {
          headers: { authorization: 'Bearer wrong', 'x-forwarded-for': addressAt(at) },
        });
      for (let at = 1; at <= 20; at += 1) assert.equal((await wrong(at)).status, 401);
      assert.equal((await wrong(21)).status, 429);
    });
  }
});

describe('a proxy in front that nothing says of', () => {
  const forwarded = { 'x-forwarded-for': '192.0.2.1' };
  const warnings = (bff: TestBff) => bff.logLines.filter((line) => line.includes('BFF_TRUST_PROXY'));

  it('is warned of once', async () => {
    await using bff = await startBffWith({ sandbox: uncalledPartner });
    await session(bff);
    assert.deepEqual(warnings(bff), []);
    for (let call = 0; call < 3; call += 1) await bff.call('/api/session', { headers: forwarded });
    assert.equal(warnings(bff).length, 1);
    assert.equal(JSON.parse(String(warnings(bff)[0])).level, 'warn');
  });

  it('is not warned of where one is believed', async () => {
    await using bff = await startBffWith({ sandbox: uncalledPartner }, { BFF_TRUST_PROXY: '1' });
    await bff.call('/api/session', { headers: forwarded });
    assert.deepEqual(warnings(bff), []);
  });
});

describe('a wall clock that steps', () => {
  afterEach(() => mock.timers.reset());

  it('back by an hour limits nobody for longer than a minute', async () => {
    await using bff = await startBffWith({ sandbox: uncalledPartner }, { RATE_LIMIT_PER_MINUTE: '1' });
    await session(bff);
    await session(bff, 'Bearer wrong');
    mock.timers.enable({ apis: ['Date'], now: Date.now() - 3_600_000 });
    assertRefused(await session(bff), /^You sent more than 1 request in/);
    for (let wrong = 0; wrong < 19; wrong += 1) await session(bff, 'Bearer wrong');
    assertRefused(await session(bff, 'Bearer wrong'), /^Too many wrong access keys/);
  });

  it('forward by an hour frees nobody early', async () => {
    await using bff = await startBffWith({ sandbox: uncalledPartner }, { RATE_LIMIT_PER_MINUTE: '1' });
    await session(bff);
    mock.timers.enable({ apis: ['Date'], now: Date.now() + 3_600_000 });
    assertRefused(await session(bff), /^You sent more than 1 request in/);
  });
});
