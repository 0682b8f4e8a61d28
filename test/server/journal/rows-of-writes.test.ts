import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { isWrite } from '../../../shared/endpoint-row.ts';
import { operationNames, operations } from '../../../shared/operations.ts';
import { addKeys } from '../../support/bff/add-keys.ts';
import { startBffProcess } from '../../support/bff/bff-process.ts';
import { type Answer, failureIn, startBffWith } from '../../support/bff/test-bff.ts';
import { isInPostgres, storeVariables, writesIn } from '../../support/bff/test-store.ts';
import { type FaultServer, invited, pong, startFaultServer } from '../../support/partner/fault-server.ts';
import { partnerVariables } from '../../support/partner/partner-variables.ts';
import { goodRequest } from '../../support/requests/good-requests.ts';
import { operationPath } from '../../support/requests/paths.ts';
import { writeNames } from '../../support/requests/write-samples.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { until } from '../../support/until.ts';

type Line = Record<string, unknown>;

const marker = 'canary-of-a-body';

/** A BFF whose journal is read from beside it. */
async function startRecorded() {
  await using stack = new AsyncDisposableStack();
  const dataDirectory = stack.use(temporaryFolder()).path;
  const { ada } = await addKeys(dataDirectory, { ada: ['sandbox:*'] });
  const partner = stack.use(await startFaultServer());
  partner.api.always(({ path }) => ({
    status: path === '/ping' ? 200 : 201,
    headers: { 'x-request-id': 'the-partners-id' },
    body: path === '/ping' ? pong : path === '/v1/invitations' ? invited : { status: 'ok' },
  }));
  const bff = stack.use(
    await startBffWith(
      { sandbox: partner },
      { BFF_DATA_DIR: dataDirectory, RATE_LIMIT_PER_MINUTE: '100000', PARTNER_TIMEOUT_MS: '1000' },
    ),
  );
  const kept = stack.move();

  const rows = () => writesIn(dataDirectory);
  const call = (name: (typeof operationNames)[number], requestId = 'an-id'): Promise<Answer> => {
    const sent = goodRequest(name, 'sandbox', { marker, accessKey: ada, environments: [] });
    const { method, path, headers, body } = sent;
    return bff.call(path, {
      method,
      headers: { ...headers, 'x-request-id': requestId },
      ...(body !== undefined && { body: String(body) }),
    });
  };

  return { dataDirectory, ada, partner, bff, rows, call, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

describe('the record of writes', () => {
  for (const name of writeNames) {
    it(`has who, what, where and about whom before ${name} is sent, and what became of it after`, async () => {
      await using recorded = await startRecorded();
      const { partner, rows, call } = recorded;
      let atArrival: Awaited<ReturnType<typeof rows>> = [];
      partner.api.next(async () => {
        atArrival = await rows();
        return { status: 201, headers: { 'x-request-id': 'the-partners-id' }, body: invited };
      });
      assert.equal((await call(name)).status, 201);
      const [before, ...more] = atArrival;
      assert.deepEqual(more, []);
      const { caller, environment, operation, request_id, external_references, state, owner } = before ?? {};
      assert.deepEqual(
        [caller, environment, operation, request_id, state, JSON.parse(String(external_references))],
        ['ada', 'sandbox', name, 'an-id', 'unknown', [{ namespace: 'SIS', externalId: marker }]],
      );
      assert.match(String(owner), /^[\da-f-]{36}$/);
      const [row, ...others] = await rows();
      assert.deepEqual(others, []);
      assert.deepEqual([row?.id, row?.state, row?.owner], [before?.id, 'succeeded', null]);
      const { status, requestId } = JSON.parse(String(row?.partner));
      assert.deepEqual([status, requestId], [201, 'the-partners-id']);
    });
  }

  it('has nothing of reads, of what is denied, and of what is not valid', async () => {
    await using recorded = await startRecorded();
    const { dataDirectory, ada, bff, rows, call } = recorded;
    for (const name of operationNames.filter((each) => !isWrite(operations[each]))) await call(name);
    const { ada: other } = await addKeys(dataDirectory, { ada: [] });
    assert(other);
    for (const [authorization, body] of [
      ['Bearer wrong', '{}'],
      [`Bearer ${ada}`, '{}'],
      [`Bearer ${ada}`, 'no JSON'],
    ] as const) {
      const headers = { authorization, 'content-type': 'application/json' };
      await bff.call(operationPath('createUser', 'sandbox'), { method: 'POST', headers, body });
    }
    await bff.call(operationPath('createUser', 'production'), {
      method: 'POST',
      headers: { authorization: `Bearer ${ada}` },
    });
    assert.deepEqual(await rows(), []);
  });

  it('has no key that somebody put into a reference', async () => {
    await using recorded = await startRecorded();
    const { ada, bff, rows } = recorded;
    const body = JSON.stringify({
      email: 'ada@example.com',
      identity: { firstName: 'Ada', lastName: 'Lovelace' },
      externalReferences: [
        { namespace: 'SIS', externalId: ada },
        { namespace: `x${ada}`, externalId: `pbff_${'an-older_key'.repeat(4)}` },
      ],
    });
    const headers = { authorization: `Bearer ${ada}`, 'content-type': 'application/json' };
    const answer = await bff.call(operationPath('createInvitation', 'sandbox'), {
      method: 'POST',
      headers,
      body,
    });
    assert.equal(answer.status, 201);
    assert.deepEqual(JSON.parse(String((await rows())[0]?.external_references)), [
      { namespace: 'SIS', externalId: '[redacted]' },
      { namespace: 'x[redacted]', externalId: '[redacted]' },
    ]);
  });

  for (const { what, prepare, outcome, status, code, answered } of [
    {
      what: 'is refused by Pearsana',
      prepare: (partner: FaultServer) =>
        partner.api.next({
          status: 409,
          headers: { 'x-request-id': 'p' },
          body: { error: { code: 'CONFLICT' } },
        }),
      outcome: 'refused',
      status: 409,
      code: 'CONFLICT',
      answered: { status: 409, requestId: 'p' },
    },
    {
      what: 'gets no token',
      prepare: (partner: FaultServer) =>
        partner.auth.next({ status: 401, body: { error: 'invalid_client' } }),
      outcome: 'not_sent',
      status: 502,
      code: 'CLIENT_CREDENTIALS_REJECTED',
      answered: null,
    },
    {
      what: 'gets no answer',
      prepare: (partner: FaultServer) => partner.api.next({ fault: 'hang' }),
      outcome: 'unknown',
      status: 504,
      code: 'PARTNER_TIMEOUT',
      answered: null,
    },
    {
      what: 'breaks off',
      prepare: (partner: FaultServer) => partner.api.next({ fault: 'reset-after-body' }),
      outcome: 'unknown',
      status: 502,
      code: 'PARTNER_UNREACHABLE',
      answered: null,
    },
    {
      what: 'is answered with nonsense',
      prepare: (partner: FaultServer) =>
        partner.api.next({ status: 201, headers: { 'x-request-id': 'p' }, body: 'nonsense' }),
      outcome: 'unknown',
      status: 502,
      code: 'PARTNER_BAD_RESPONSE',
      answered: { status: 201, requestId: 'p' },
    },
    {
      what: 'fails at Pearsana',
      prepare: (partner: FaultServer) => partner.api.next({ status: 500, headers: {}, body: {} }),
      outcome: 'unknown',
      status: 502,
      code: 'PARTNER_ERROR',
      answered: { status: 500, requestId: null },
    },
  ] as const) {
    it(`says of a write that ${what}: ${outcome}, and how`, async () => {
      await using recorded = await startRecorded();
      const { partner, rows, call } = recorded;
      prepare(partner);
      const answer = await call('createInvitation');
      const { outcome: told, code: toldCode } = failureIn(answer);
      assert.deepEqual([answer.status, told, toldCode], [status, outcome, code]);
      const [row] = await rows();
      assert.deepEqual([row?.state, row?.code], [outcome, code]);
      const said = JSON.parse(String(row?.partner));
      assert.deepEqual(said && { status: said.status, requestId: said.requestId }, answered);
    });
  }

  it('is ended for a write whose caller went away, before the BFF ends', async () => {
    await using recorded = await startRecorded();
    const { ada, partner, bff, rows } = recorded;
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
      (await rows()).map(({ state }) => state),
      ['succeeded'],
    );
  });
});

const linesIn = (text: string): Line[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line): Line => JSON.parse(line));

describe('the record of writes of a program', { concurrency: 2, timeout: 60_000 }, () => {
  const variablesOf = (partner: FaultServer) => ({
    ...partnerVariables({ sandbox: partner }),
    BFF_ACCESS_KEY: 'an-access-key-for-tests-only',
  });
  const invite = (url: string) => {
    const accessKey = 'an-access-key-for-tests-only';
    const { path, method, headers, body } = goodRequest('createInvitation', 'sandbox', {
      ...{ marker, accessKey, environments: [] },
    });
    return fetch(url + path, { method, headers, body: String(body) });
  };

  it('goes to standard output too, if told so, beside the log', async () => {
    await using partner = await startFaultServer();
    using folder = temporaryFolder();
    const stored = await storeVariables(folder.path);
    const variables = { ...variablesOf(partner), ...stored, BFF_JOURNAL: 'stdout', NODE_ENV: 'production' };
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
    assert.equal((await bff.files()).has(join('data', 'journal.sqlite')), !isInPostgres);
  });
});
