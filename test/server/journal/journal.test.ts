import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, unlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { operationNames, operationPath, operations } from '../../../shared/operations.ts';
import { type WriteName, writeNames } from '../../shared/write-samples.ts';
import { addKeys } from '../../support/add-keys.ts';
import { startBffProcess } from '../../support/bff-process.ts';
import { type FaultServer, invited, pong, startFaultServer } from '../../support/fault-server.ts';
import { goodRequest } from '../../support/good-requests.ts';
import { type Answer, failureIn, startBffWith, type TestBff } from '../../support/test-bff.ts';
import { until } from '../../support/until.ts';

type Line = Record<string, unknown>;

const marker = 'canary-of-a-body';
/** What the table doesn't know: where each answer holds the partner's id. */
const ids: Record<WriteName, string | undefined> = { createUser: undefined, createInvitation: 'inv_1' };

const linesIn = (text: string): Line[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line): Line => JSON.parse(line));

describe('the record of writes', () => {
  let dataDirectory: string;
  let file: string;
  let partner: FaultServer;
  let bff: TestBff;
  let ada: string;
  beforeEach(async () => {
    dataDirectory = mkdtempSync(join(tmpdir(), 'journal-'));
    file = join(dataDirectory, 'journal.jsonl');
    ({ ada } = await addKeys(dataDirectory, { ada: ['sandbox:*'] }));
    partner = await startFaultServer();
    partner.api.always(({ path }) => ({
      status: path === '/ping' ? 200 : 201,
      headers: { 'x-request-id': 'the-partners-id' },
      body: path === '/ping' ? pong : path === '/v1/invitations' ? invited : { status: 'ok' },
    }));
    bff = await startBffWith(
      { sandbox: { authUrl: partner.auth.url, apiUrl: partner.api.url } },
      { BFF_DATA_DIR: dataDirectory, RATE_LIMIT_PER_MINUTE: '100000', PARTNER_TIMEOUT_MS: '1000' },
    );
  });
  afterEach(async () => {
    await bff.stop();
    await partner.stop();
    rmSync(dataDirectory, { recursive: true });
  });

  const lines = () => (existsSync(file) ? linesIn(readFileSync(file, 'utf8')) : []);
  const call = (name: (typeof operationNames)[number], requestId = 'an-id'): Promise<Answer> => {
    const sent = goodRequest(name, 'sandbox', { marker, accessKey: ada, environments: [] });
    const { method, path, headers, body } = sent;
    return bff.get(path, {
      method,
      headers: { ...headers, 'x-request-id': requestId },
      ...(body !== undefined && { body: String(body) }),
    });
  };
  const isRecent = (time: unknown) => Math.abs(Date.now() - Date.parse(String(time))) < 60_000;

  for (const name of writeNames) {
    it(`has who, what, where and about whom before ${name} is sent, and what became of it after`, async () => {
      let atArrival: Line[] = [];
      partner.api.next(() => {
        atArrival = lines();
        return { status: 201, headers: { 'x-request-id': 'the-partners-id' }, body: invited };
      });
      assert.equal((await call(name)).status, 201);
      const [intent, outcome, ...more] = lines();
      assert.deepEqual(more, []);
      assert.deepEqual(atArrival, [intent]);
      assert.match(String(intent?.row), /^[\da-f-]{36}$/);
      assert(isRecent(intent?.time) && isRecent(outcome?.time));
      assert.deepEqual(intent, {
        ...{ record: 'intent', time: intent?.time, row: intent?.row },
        ...{ caller: 'ada', environment: 'sandbox', operation: name, requestId: 'an-id' },
        references: [{ namespace: 'SIS', externalId: marker }],
      });
      assert.deepEqual(outcome, {
        ...{ record: 'outcome', time: outcome?.time, row: intent?.row },
        ...{ outcome: 'succeeded', status: 201 },
        partner: { status: 201, requestId: 'the-partners-id' },
        ...(ids[name] !== undefined && { resultId: ids[name] }),
      });
    });
  }

  it('has no name, no address and nothing else of a body but the references', async () => {
    for (const name of writeNames) await call(name);
    const references = lines().flatMap((line) => (line.references as unknown[] | undefined) ?? []);
    assert.equal(references.length, writeNames.length);
    const rest = JSON.stringify(lines().map((line) => ({ ...line, references: undefined })));
    assert.doesNotMatch(rest, /canary|example\.com/);
  });

  it('has nothing of reads, of what is denied, and of what is not valid', async () => {
    for (const name of operationNames.filter((each) => !operations[each].writes)) await call(name);
    const { ada: other } = await addKeys(dataDirectory, { ada: [] });
    assert(other);
    for (const [authorization, body] of [
      ['Bearer wrong', '{}'],
      [`Bearer ${ada}`, '{}'],
      [`Bearer ${ada}`, 'no JSON'],
    ] as const) {
      const headers = { authorization, 'content-type': 'application/json' };
      await bff.get(operationPath('createUser', 'sandbox'), { method: 'POST', headers, body });
    }
    await bff.get(operationPath('createUser', 'production'), {
      method: 'POST',
      headers: { authorization: `Bearer ${ada}` },
    });
    assert.deepEqual(lines(), []);
  });

  it('has no key that somebody put into a reference', async () => {
    const body = JSON.stringify({
      email: 'ada@example.com',
      identity: { firstName: 'Ada', lastName: 'Lovelace' },
      externalReferences: [
        { namespace: 'SIS', externalId: ada },
        { namespace: `x${ada}`, externalId: `pbff_${'an-older_key'.repeat(4)}` },
      ],
    });
    const headers = { authorization: `Bearer ${ada}`, 'content-type': 'application/json' };
    const answer = await bff.get(operationPath('createInvitation', 'sandbox'), {
      method: 'POST',
      headers,
      body,
    });
    assert.equal(answer.status, 201);
    assert.deepEqual(lines()[0]?.references, [
      { namespace: 'SIS', externalId: '[redacted]' },
      { namespace: 'x[redacted]', externalId: '[redacted]' },
    ]);
  });

  for (const [what, prepare, outcome, status, code, answered] of [
    [
      'is refused by the partner',
      () =>
        partner.api.next({
          status: 409,
          headers: { 'x-request-id': 'p' },
          body: { error: { code: 'CONFLICT' } },
        }),
      'refused',
      409,
      'CONFLICT',
      { status: 409, requestId: 'p' },
    ],
    [
      'gets no token',
      () => partner.auth.next({ status: 401, body: { error: 'invalid_client' } }),
      'not_sent',
      502,
      'CLIENT_CREDENTIALS_REJECTED',
      null,
    ],
    ['gets no answer', () => partner.api.next({ fault: 'hang' }), 'unknown', 504, 'PARTNER_TIMEOUT', null],
    [
      'breaks off',
      () => partner.api.next({ fault: 'reset-after-body' }),
      'unknown',
      502,
      'PARTNER_UNREACHABLE',
      null,
    ],
    [
      'is answered with nonsense',
      () => partner.api.next({ status: 201, headers: { 'x-request-id': 'p' }, body: 'nonsense' }),
      'unknown',
      502,
      'PARTNER_BAD_RESPONSE',
      { status: 201, requestId: 'p' },
    ],
    [
      'fails at the partner',
      () => partner.api.next({ status: 500, headers: {}, body: {} }),
      'unknown',
      502,
      'PARTNER_ERROR',
      { status: 500, requestId: null },
    ],
  ] as const) {
    it(`says of a write that ${what}: ${outcome}, and how`, async () => {
      prepare();
      const answer = await call('createInvitation');
      const { outcome: told, code: toldCode } = failureIn(answer);
      assert.deepEqual([answer.status, told, toldCode], [status, outcome, code]);
      const [intent, end] = lines();
      assert.deepEqual(end, {
        ...{ record: 'outcome', time: end?.time, row: intent?.row },
        ...{ outcome, status, code, partner: answered },
      });
    });
  }

  it('keeps each write’s two lines together by their row, however many run at once', async () => {
    const count = 30;
    await Promise.all(
      Array.from({ length: count }, (_, each) =>
        call(each % 2 ? 'createUser' : 'createInvitation', `id-${each}`),
      ),
    );
    const all = lines();
    const rows = Map.groupBy(all, ({ row }) => row);
    assert.deepEqual([all.length, rows.size], [2 * count, count]);
    for (const pair of rows.values()) {
      assert.deepEqual(
        pair.map(({ record }) => record),
        ['intent', 'outcome'],
      );
    }
  });

  it('that cannot be begun keeps the write from being sent, while reads go on, and works again by itself', async () => {
    mkdirSync(file);
    for (const name of writeNames) {
      const answer = await call(name);
      const failure = failureIn(answer);
      assert.deepEqual(
        [answer.status, failure.code, failure.source, failure.outcome, failure.retryable],
        [503, 'JOURNAL_UNAVAILABLE', 'bff', 'not_sent', true],
      );
      assert.match(failure.message, /could not write this one down \(EISDIR\), so it was not sent/);
    }
    assert.deepEqual([partner.auth.arrivals, partner.api.arrivals], [[], []]);
    assert.equal((await call('ping')).status, 200);
    const line = JSON.parse(bff.logLines.find((each) => each.includes('cannot be written')) ?? '');
    assert.deepEqual([line.level, line.record, line.code, line.requestId], [50, 'intent', 'EISDIR', 'an-id']);
    rmdirSync(file);
    assert.equal((await call('createUser')).status, 201);
    assert.equal(lines().length, 2);
  });

  it('that cannot be ended keeps no answer back, and the log says so', async () => {
    partner.api.next(() => {
      unlinkSync(file);
      mkdirSync(file);
      return { status: 201, body: invited };
    });
    assert.equal((await call('createInvitation')).status, 201);
    const line = JSON.parse(bff.logLines.find((each) => each.includes('lacks what became')) ?? '');
    assert.deepEqual([line.record, line.code, line.requestId], ['outcome', 'EISDIR', 'an-id']);
  });

  it('is ended for a write whose caller went away, before the BFF ends', async () => {
    partner.api.next({ status: 201, delayMs: 300, body: invited });
    const { path, headers, body } = goodRequest('createInvitation', 'sandbox', {
      ...{ marker, accessKey: ada, environments: [] },
    });
    const socket = connect(Number(new URL(bff.url).port), '127.0.0.1');
    const head = Object.entries({ host: 'localhost', ...headers, 'content-length': String(body?.length) });
    socket.write(
      `POST ${path} HTTP/1.1\r\n${head.map((each) => each.join(': ')).join('\r\n')}\r\n\r\n${body}`,
    );
    await until('it is under way', () => partner.api.count('/v1/invitations') === 1);
    socket.destroy();
    await until('its caller is gone', () => bff.logLines.some((line) => line.includes('went away')));
    await bff.running.stop();
    assert.deepEqual(
      lines().map(({ record, outcome }) => [record, outcome]),
      [
        ['intent', undefined],
        ['outcome', 'succeeded'],
      ],
    );
  });
});

describe('the record of writes of a program', { concurrency: 2, timeout: 60_000 }, () => {
  const variablesOf = ({ auth, api }: FaultServer) => ({
    PEARSANA_SANDBOX_CLIENT_ID: 'id',
    PEARSANA_SANDBOX_CLIENT_SECRET: 'secret',
    PEARSANA_SANDBOX_AUTH_URL: auth.url,
    PEARSANA_SANDBOX_API_URL: api.url,
    BFF_ACCESS_KEY: 'an-access-key-for-tests-only',
  });
  const invite = (url: string) => {
    const accessKey = 'an-access-key-for-tests-only';
    const { path, method, headers, body } = goodRequest('createInvitation', 'sandbox', {
      ...{ marker, accessKey, environments: [] },
    });
    return fetch(url + path, { method, headers, body: String(body) });
  };

  it('holds the intent of a write in whose midst the program was killed', async () => {
    await using partner = await startFaultServer();
    await using bff = await startBffProcess(variablesOf(partner));
    partner.api.next({ fault: 'hang' });
    const cut = assert.rejects(invite(bff.url));
    await until('it is under way', () => partner.api.count('/v1/invitations') === 1);
    await bff.kill();
    await cut;
    const files = await bff.files();
    const [intent, ...more] = linesIn(String(files.get(join('data', 'journal.jsonl'))));
    assert.deepEqual([intent?.record, intent?.operation, more], ['intent', 'createInvitation', []]);
  });

  it('goes to standard output if told so, beside the log', async () => {
    await using partner = await startFaultServer();
    const variables = { ...variablesOf(partner), BFF_JOURNAL: 'stdout', NODE_ENV: 'production' };
    await using bff = await startBffProcess(variables);
    partner.api.next({ status: 201, body: invited });
    assert.equal((await invite(bff.url)).status, 201);
    assert.equal(await bff.end(), 0);
    const records = linesIn(bff.output()).filter(({ record }) => record !== undefined);
    assert.deepEqual(
      records.map(({ record, row }) => [record, row]),
      [
        ['intent', records[0]?.row],
        ['outcome', records[0]?.row],
      ],
    );
    assert(!(await bff.files()).has(join('data', 'journal.jsonl')));
  });
});
