import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { createClient, createTimedClient } from '../../client/create-client.ts';
import type { ClientOptions, RequestFacts, ResponseFacts } from '../../client/options.ts';
import { pause } from '../../client/retries.ts';
import { clientVersion } from '../../client/version.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { ClientError } from '../../shared/client-error.ts';
import { samples } from '../support/requests/write-samples.ts';

const origin = 'https://bff.example.com';
const failure = { code: 'BUSY', message: 'No.', requestId: 'r', source: 'bff', retryable: true };
const refused = (status: number, more: object, retryAfter?: string) => () =>
  Response.json(
    { error: { ...failure, ...more } },
    { status, ...(retryAfter !== undefined && { headers: { 'retry-after': retryAfter } }) },
  );
const lost = () => Promise.reject(new TypeError('fetch failed'));
const coded = (code: string) =>
  new TypeError('fetch failed', { cause: Object.assign(new Error('Refused.'), { code }) });
const page = (status: number) => () => new Response('<html>', { status });
const facts = {
  durationMs: 1,
  requestId: null,
  apiVersion: null,
  apiVersionLatest: null,
  apiVersionSupported: null,
};
const done = (result: unknown) => () =>
  Response.json({ environment: 'sandbox', requestId: 'r', result, partner: { status: 200, ...facts } });
const healthy = done({ status: 'ok' });
const read = { environment: 'sandbox' };
const write = { environment: 'sandbox', request: samples.createUser.least };

type Reply = () => Response | Promise<Response>;

/** A client that is answered in this order. Time passes at once, and the longest waits are taken. */
function answered(replies: Reply[], options: Partial<ClientOptions> = {}, wait = noted) {
  const sent: Request[] = [];
  const waits: number[] = [];
  const clientOptions: ClientOptions = {
    ...{ baseUrl: origin, accessKey: 'the-key' },
    fetch: async (input, init) => {
      sent.push(new Request(input, init));
      const reply = replies.shift() ?? assert.fail('There was one call too many.');
      return reply();
    },
    ...options,
  };
  const timing = { pause: wait(waits), random: () => 1 };
  return { client: createTimedClient(clientOptions, timing), sent, waits };
}

const noted =
  (waits: number[]): typeof pause =>
  async (ms) => {
    waits.push(ms);
  };

async function failing(call: Promise<unknown>): Promise<ClientError> {
  const error = await call.then(
    () => assert.fail('It did not fail.'),
    (thrown: unknown) => thrown,
  );
  assert(error instanceof ClientError, String(error));
  return error;
}

describe('the npm client', () => {
  it('names itself, in the version of the package', async () => {
    const { client, sent } = answered([healthy]);
    await client.health(read);
    assert.equal(clientVersion, packageJson.version);
    assert.equal(sent[0]?.headers.get('x-pearsana-client'), `pearsana-partner-client/${clientVersion}`);
  });

  it('does not name itself from another origin’s page, whose preflight an older BFF would refuse', async (t) => {
    Object.assign(globalThis, { location: new URL('https://tool.example.com') });
    t.after(() => Reflect.deleteProperty(globalThis, 'location'));
    const { client, sent } = answered([healthy]);
    await client.health(read);
    assert.equal(sent[0]?.headers.get('x-pearsana-client'), null);
  });
});

describe('a call is tried again', () => {
  const again: [what: string, reply: Reply][] = [
    ['a lost connection', lost],
    ['a proxy that got no answer', page(502)],
    ['a proxy that limits', page(429)],
    ['a busy BFF', refused(503, {})],
    ['a limit', refused(429, { code: 'RATE_LIMITED' })],
    ['a time-out of Pearsana', refused(504, { code: 'PARTNER_TIMEOUT', source: 'pearsana' })],
  ];
  for (const [what, reply] of again) {
    it(`after ${what}, when it reads`, async () => {
      const { client, sent, waits } = answered([reply, reply, healthy]);
      assert.equal((await client.health(read)).result.status, 'ok');
      assert.equal(sent.length, 3);
      assert.deepEqual(waits, [500, 1000]);
    });
  }

  it('with the same key, where no key was given but null', async () => {
    const { client, sent } = answered([refused(503, { outcome: 'not_sent' }), done({})]);
    await client.createUser({ ...write, idempotencyKey: null as never });
    const [first, second] = sent.map(({ headers }) => headers.get('idempotency-key'));
    assert.equal(first, second);
    assert.match(String(first), /^"[\w-]{36}"$/);
  });

  const unsent: [what: string, reply: Reply][] = [
    ['was not sent', refused(503, { outcome: 'not_sent' })],
    ['was refused for now', refused(429, { source: 'pearsana', outcome: 'refused' })],
    ['a proxy did not pass on', page(429)],
    ['the connection was refused', () => Promise.reject(coded('ECONNREFUSED'))],
  ];
  for (const [what, reply] of unsent) {
    it(`with the same key, when it writes and ${what}`, async () => {
      const { client, sent } = answered([reply, reply, done({})]);
      assert.equal((await client.createUser(write)).environment, 'sandbox');
      const keys = sent.map(({ headers }) => headers.get('idempotency-key'));
      assert.equal(keys.length, 3);
      assert.equal(new Set(keys).size, 1);
      assert.match(String(keys[0]), /^"[\w-]{36}"$/);
    });
  }

  it('after as long as the answer says', async () => {
    const { client, waits } = answered([refused(429, {}, '7'), refused(503, {}, '60'), healthy]);
    await client.health(read);
    assert.deepEqual(waits, [7_500, 60_500]);
  });

  it('twice at most, or as often as it is told', async () => {
    const busy = refused(503, {});
    const usual = answered([busy, busy, busy]);
    assert.equal((await failing(usual.client.health(read))).failure?.code, 'BUSY');
    assert.equal(usual.sent.length, 3);
    const often = answered([busy, busy, busy, busy, busy, healthy], { maxRetries: 5 });
    await often.client.health(read);
    const never = answered([busy], { maxRetries: 5 });
    await failing(never.client.health({ ...read, maxRetries: 0 }));
  });
});

describe('a call is not tried again', () => {
  const never: [what: string, reply: Reply][] = [
    ['its outcome is unknown', refused(504, { code: 'PARTNER_TIMEOUT', outcome: 'unknown' })],
    ['the connection was lost', lost],
    ['a proxy answered 502', page(502)],
    ['a proxy answered 503', page(503)],
    ['a proxy answered 504', page(504)],
    ['the proxy finds it too large', page(413)],
    ['it is in progress elsewhere', refused(409, { code: 'IDEMPOTENCY_IN_PROGRESS' })],
    ['it was refused for good', refused(400, { retryable: false, outcome: 'refused' })],
    ['another program answers', page(404)],
  ];
  for (const [what, reply] of never) {
    it(`when it writes and ${what}`, async () => {
      const { client, sent, waits } = answered([reply]);
      await failing(client.createUser(write));
      assert.deepEqual([sent.length, waits], [1, []]);
    });
  }

  it('when another POST may have been done', async () => {
    const options = { environment: 'sandbox', id: '1', happened: true };
    const { client } = answered([lost, refused(503, { code: 'JOURNAL_UNAVAILABLE' })]);
    await failing(client.resolve(options));
    await failing(client.resolve(options));
  });

  it('when it is a row of an import', async () => {
    const { client } = answered([refused(429, { outcome: 'not_sent' })]);
    await failing(client.createUser({ ...write, importId: 'imp_1', idempotencyKey: 'k' }));
  });

  it('when it was told to wait for more than a minute', async () => {
    const { client } = answered([refused(429, {}, '61')]);
    assert.equal((await failing(client.health(read))).retryAfterSeconds, 61);
  });

  it('when the answer breaks the contract, the address redirects, or nothing was sent', async () => {
    const moved = () =>
      new Response(null, { status: 302, headers: { location: 'https://elsewhere.example' } });
    const { client } = answered([page(200), moved]);
    assert.equal((await failing(client.health(read))).reason, 'contract');
    assert.equal((await failing(client.health(read))).reason, 'unreachable');
    assert.equal((await failing(client.health({ environment: '..' }))).reason, 'invalid');
  });

  it('when it is cancelled while it waits, and says that it was not sent', async () => {
    const gaveUp = new AbortController();
    const longPause = (): typeof pause => (_ms, signal, failed) => {
      queueMicrotask(() => gaveUp.abort());
      return pause(60_000, signal, failed);
    };
    const { client, sent } = answered([refused(503, { outcome: 'not_sent' })], {}, longPause);
    const error = await failing(client.createUser({ ...write, signal: gaveUp.signal }));
    assert.deepEqual([error.reason, error.outcome, sent.length], ['cancelled', 'not_sent', 1]);
    assert.match(String(error.idempotencyKey), /^[\w-]{36}$/);
  });

  for (const maxRetries of [-1, 0.5, 11, Number.NaN, '2' as never]) {
    it(`as often as ${maxRetries}`, async () => {
      assert.throws(() => createClient({ baseUrl: origin, maxRetries }), {
        name: 'TypeError',
        message: /^maxRetries must be/,
      });
      const error = await failing(answered([]).client.createUser({ ...write, maxRetries }));
      assert.deepEqual(
        [error.reason, error.issues[0]?.path, error.outcome],
        ['invalid', 'maxRetries', 'not_sent'],
      );
    });
  }
});

describe('the hooks', () => {
  it('are told of each try and its end, and of no key and no body', async () => {
    const told: (RequestFacts | ResponseFacts)[] = [];
    const hooks = {
      onRequest: (each: RequestFacts) => told.push(each),
      onResponse: (each: ResponseFacts) => told.push(each),
    };
    const { client, sent } = answered(
      [refused(503, { outcome: 'not_sent' }), done({ user: 'a-secret' })],
      hooks,
    );
    await client.createUser({ ...write, idempotencyKey: 'the-intention' });
    const ids = sent.map(({ headers }) => headers.get('x-request-id'));
    const request = {
      ...{ operation: 'createUser', method: 'POST', url: `${origin}/api/environments/sandbox/users` },
      environment: 'sandbox',
    };
    const durationMs = (told[1] as ResponseFacts).durationMs;
    assert(durationMs >= 0);
    assert.deepEqual(
      told.map((each) => ('durationMs' in each ? { ...each, durationMs } : each)),
      [
        { ...request, requestId: ids[0], attempt: 1 },
        {
          ...request,
          requestId: ids[0],
          attempt: 1,
          status: 503,
          durationMs,
          reason: 'refused',
          code: 'BUSY',
          outcome: 'not_sent',
          retryInMs: 500,
        },
        { ...request, requestId: ids[1], attempt: 2 },
        {
          ...request,
          requestId: ids[1],
          attempt: 2,
          status: 200,
          durationMs,
          reason: undefined,
          code: undefined,
          outcome: undefined,
          retryInMs: undefined,
        },
      ],
    );
    assert.doesNotMatch(JSON.stringify(told), /the-key|the-intention|a-secret|example\.edu/);
  });

  it('are told of a call without an answer, and not of one that was not sent', async () => {
    const told: ResponseFacts[] = [];
    const { client } = answered([lost], { maxRetries: 0, onResponse: (each) => told.push(each) });
    await failing(client.health(read));
    await failing(client.health({ environment: '' }));
    assert.deepEqual(
      told.map(({ status, reason }) => [status, reason]),
      [[undefined, 'unreachable']],
    );
  });

  it('fail no call, and no process with what they fail at later', async () => {
    const broken = () => {
      throw new Error('The log is full.');
    };
    // A rejection that nobody handles would fail this test.
    const later = async () => broken();
    const { client } = answered([healthy, healthy], { onRequest: broken, onResponse: broken });
    assert.equal((await client.health(read)).result.status, 'ok');
    const logging = answered([healthy], { onRequest: later, onResponse: later });
    assert.equal((await logging.client.health(read)).result.status, 'ok');
    await setImmediate();
  });
});

describe('a file', () => {
  const document = { externalReference: { namespace: 'SIS', externalId: '1' }, documentType: 'DIPLOMA' };
  const bytes = new TextEncoder().encode('%PDF-1.7 ünïcode');
  const text = Buffer.from(bytes).toString('base64');
  const bodyOf = async (request: Request | undefined) => JSON.parse((await request?.text()) ?? '');

  for (const [what, file, filename] of [
    ['a Uint8Array', bytes, undefined],
    ['a Buffer', Buffer.from(bytes), undefined],
    ['a Blob', new Blob([bytes]), undefined],
    ['a File', new File([bytes], 'diploma.pdf'), 'diploma.pdf'],
    ['base64', text, undefined],
  ] as const) {
    it(`may be ${what}`, async () => {
      const { client, sent } = answered([done({})]);
      await client.submitDocument({ ...read, request: { ...document, file } });
      assert.deepEqual(await bodyOf(sent[0]), { ...document, file: text, ...(filename && { filename }) });
    });
  }

  it('keeps the name that it is given, and may be in a batch', async () => {
    const { client, sent } = answered([refused(503, { outcome: 'not_sent' }), done({})]);
    const file = new File([bytes], 'own.pdf');
    const items = [
      { ...document, itemId: '1', file, filename: 'given.pdf' },
      { ...document, itemId: '2', file },
    ];
    await client.submitDocumentBatch({ ...read, request: { items } });
    for (const request of sent) {
      const body = await bodyOf(request);
      assert.deepEqual(
        body.items.map((each: { file: string; filename: string }) => [each.file, each.filename]),
        [
          [text, 'given.pdf'],
          [text, 'own.pdf'],
        ],
      );
    }
  });

  it('that is none, that is empty, or that cannot be read is said before anything is sent', async () => {
    const { client } = answered([]);
    const gone = Object.assign(new Blob(), { arrayBuffer: () => Promise.reject(new Error('NotReadable')) });
    const tooLarge = Object.assign(new Uint8Array(3), {
      toBase64() {
        throw new RangeError('Invalid string length');
      },
    });
    for (const [file, message] of [
      [tooLarge, 'file: must not be empty'],
      [7, 'file: must be text'],
      [new Blob(), 'file: must not be empty'],
      [gone, 'file: must not be empty'],
    ] as const) {
      const error = await failing(
        client.submitDocument({ ...read, request: { ...document, file: file as Blob } }),
      );
      assert.deepEqual([error.reason, error.message, error.outcome], ['invalid', message, 'not_sent']);
    }
  });
});

describe('the pages of the activity', () => {
  const entry = {
    ...{ operation: 'createUser', state: 'unknown', startedAt: 'a', endedAt: null },
    ...{ requestId: 'r', externalReferences: [], code: null, status: null, partnerRequestId: null },
    ...{ result: null, resolved: null },
  };
  const pageOf = (ids: string[], next: string | null) => () =>
    Response.json({
      environment: 'sandbox',
      requestId: 'r',
      activity: ids.map((id) => ({ ...entry, id })),
      next,
    });
  const idsOf = async (writes: AsyncIterable<{ id: string }>) => {
    const ids: string[] = [];
    for await (const { id } of writes) ids.push(id);
    return ids;
  };

  it('are one list', async () => {
    const { client, sent } = answered([pageOf(['4', '3'], '3'), pageOf(['2'], '2'), pageOf([], null)]);
    assert.deepEqual(await idsOf(client.activityOf({ ...read, state: 'unknown' })), ['4', '3', '2']);
    assert.deepEqual(
      sent.map(({ url }) => new URL(url).search),
      ['?state=unknown', '?before=3&state=unknown', '?before=2&state=unknown'],
    );
  });

  it('are asked for only as far as they are used', async () => {
    const { client, sent } = answered([
      pageOf(['4', '3'], '3'),
      pageOf(['4', '3'], '3'),
      pageOf(['2', '1'], '1'),
    ]);
    assert.deepEqual(await idsOf(client.activityOf({ ...read, limit: 2 })), ['4', '3']);
    assert.deepEqual(await idsOf(client.activityOf({ ...read, limit: 3 })), ['4', '3', '2']);
    assert.equal(sent.length, 3);
  });

  for (const limit of [0, -1, 1.5, Number.NaN, '3' as never]) {
    it(`have no limit of ${limit}`, async () => {
      const error = await failing(idsOf(answered([]).client.activityOf({ ...read, limit })));
      assert.deepEqual(
        [error.reason, error.issues],
        ['invalid', [{ path: 'limit', message: 'must be a whole number from 1 to 9007199254740991' }]],
      );
    });
  }

  it('end with the error of a page', async () => {
    const { client } = answered([
      pageOf(['1'], '1'),
      refused(401, { code: 'UNAUTHORIZED', retryable: false }),
    ]);
    assert.equal((await failing(idsOf(client.activityOf(read)))).status, 401);
  });
});
