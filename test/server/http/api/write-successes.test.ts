import assert from 'node:assert/strict';
import { test } from 'node:test';
import { version } from '../../../../server/version.ts';
import { type OperationRow, scopesOf } from '../../../../shared/endpoint-row.ts';
import { environmentsAnswer } from '../../../../shared/environments.ts';
import { operations, successOf } from '../../../../shared/operations.ts';
import { startBffWith, startTestBff } from '../../../support/bff/test-bff.ts';
import { startFaultServer } from '../../../support/partner/fault-server.ts';
import { operationPath } from '../../../support/requests/paths.ts';
import { samples, type WriteName, writeNames } from '../../../support/requests/write-samples.ts';
import { postWrite } from '../post-write.ts';
import { capsOf, smallLimits } from './small-limits.ts';

/** The local Pearsana's answer to each. */
const answers: Record<WriteName, RegExp> = {
  createUser: /"userId":"usr_/,
  createInvitation: /"invitationId":"inv_/,
  submitDocument: /"documentId":"doc_/,
  submitDocumentBatch: /"itemId":"1".*"status":"accepted"/,
};

/** The scopes of a row's requests: one set for each, in the order of the alphabet. */
const scopeSetsOf = (name: WriteName) =>
  Object.values(samples[name]).map((request) => [...scopesOf(operations[name], request)].sort().join(' '));

test('a write that the local Pearsana takes', async (t) => {
  await using bff = await startTestBff({ variables: smallLimits });

  for (const name of writeNames) {
    const row: OperationRow = operations[name];
    await t.test(
      `${name}: its 201 comes through, in the contract’s form, and it arrives once as it was`,
      async () => {
        for (const request of Object.values(samples[name])) {
          const before = bff.pearsana.arrivals.length;
          const answer = await postWrite(bff, name, JSON.stringify(request), { 'X-Request-Id': 'mine' });
          assert.equal(answer.status, 201, answer.text);
          const success = successOf(row).parse(answer.body);
          assert.deepEqual(
            [success.environment, success.requestId, success.partner?.status, success.partner?.requestId],
            ['sandbox', 'mine', 201, 'mine'],
          );
          assert.match(answer.text, answers[name]);
          const arrivals = bff.pearsana.arrivals.slice(before);
          const { path } = operations[name].partner;
          const arrived = {
            method: 'POST',
            path,
            requestId: 'mine',
            authenticated: true,
            body: request,
            status: 201,
          };
          assert.deepEqual(arrivals, [arrived]);
        }
      },
    );

    await t.test(`${name}: has tokens of its own scopes and no more`, async () => {
      const { environments } = environmentsAnswer.parse((await bff.call('/api/environments')).body);
      const soFar = writeNames.slice(0, writeNames.indexOf(name) + 1);
      const tokens = environments[0]?.tokens.map(({ scopes }) => scopes.join(' ')) ?? [];
      assert.deepEqual(tokens.sort(), [...new Set(soFar.flatMap(scopeSetsOf))].sort());
    });

    await t.test(
      `${name}: a body of exactly the cap is read, by length and in chunks, under each right name`,
      async () => {
        const text = JSON.stringify(samples[name].least);
        const body = text + ' '.repeat(capsOf(name) - Buffer.byteLength(text));
        assert.equal((await postWrite(bff, name, body)).status, 201);
        assert.equal((await postWrite(bff, name, body, { 'Transfer-Encoding': 'chunked' })).status, 201);
        for (const type of ['application/json;charset=utf-8', 'application/JSON; charset="UTF-8"']) {
          assert.equal((await postWrite(bff, name, `\ufeff${text}`, { 'Content-Type': type })).status, 201);
        }
        assert.equal((await postWrite(bff, name, text, { 'Content-Encoding': 'identity' })).status, 201);
      },
    );
  }
});

test('what a write sends', async (t) => {
  await using partner = await startFaultServer();
  await using bff = await startBffWith({ sandbox: partner });

  for (const name of writeNames) {
    const row: OperationRow = operations[name];

    await t.test(
      `${name}: the caller’s own order of fields, serialised again, with Pearsana’s headers alone`,
      async () => {
        const request = reversed(samples[name].whole);
        partner.api.next({ status: 400 });
        const cookies = {
          Cookie: 'a=b',
          'User-Agent': 'mine',
          'X-A': 'b',
          'X-Confirm-Environment': 'sandbox',
          'X-Request-Id': 'mine',
        };
        await postWrite(bff, name, escaped(JSON.stringify(request, null, '\t')), cookies);
        const { method, path, body, headers } = partner.api.arrivals.at(-1) ?? assert.fail();
        assert.equal(`${method} ${path}`, `POST ${operations[name].partner.path}`);
        assert.equal(body, JSON.stringify(request));
        const { authorization, host, connection, 'content-length': length, ...rest } = headers;
        assert.match(authorization ?? '', /^Bearer token-\d+$/);
        assert.equal(`http://${host}`, partner.api.url);
        assert.equal(connection, 'close');
        assert.equal(length, String(Buffer.byteLength(body)));
        assert.deepEqual(rest, {
          accept: 'application/json',
          'accept-encoding': 'identity',
          'content-type': 'application/json',
          'user-agent': `pearsana-partner-tools/${version}`,
          'x-api-version': '2026-01-30',
          'x-request-id': 'mine',
        });
      },
    );

    await t.test(`${name}: asks for a token of the request’s scopes`, () => {
      const asked = partner.auth.arrivals.map(({ body }) => new URLSearchParams(body).get('scope'));
      const [whole] = scopeSetsOf(name);
      // One token does for both rows of documents.
      assert.equal(asked.filter((scopes) => scopes === whole).length, 1);
    });

    await t.test(`${name}: a status of Pearsana’s choice comes through`, async () => {
      const result = {
        invitation: { invitationId: 'a', status: 'b', userState: 'c', creationDateTime: 'd' },
        x: 1,
      };
      for (const status of [200, 201, 202]) {
        partner.api.next({ status, body: result });
        const answer = await bff.call(operationPath(name, 'sandbox'), {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(samples[name].least),
        });
        assert.equal(answer.status, status);
        assert.deepEqual(successOf(row).parse(answer.body).result, result);
      }
    });
  }
});

/** The same value with its fields in the opposite order, at every depth. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, each]) => [key, reversed(each)]),
  );
}

/** The same JSON, written with an escape where none is needed. */
function escaped(json: string): string {
  return json.replaceAll('S-1', '\\u0053-1').replaceAll('student', 'stud\\u0065nt');
}
