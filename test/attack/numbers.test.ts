import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startBffWith } from '../support/bff/test-bff.ts';
import { pong, startFaultServer } from '../support/partner/fault-server.ts';
import { samples } from '../support/requests/write-samples.ts';

const numbers = [
  ...['1234567890123456789', '12345678901234567890', '9007199254740993', '1e400', '-1e400', '1e-400'],
  ...[
    '0.1000',
    '1.0',
    '-0',
    '-0.0',
    '1E5',
    '1e+2',
    '123456789012345678901234567890.123456789',
    '0.30000000000000004441',
  ],
];
const list = `[${numbers.join()}]`;

test('numbers that JavaScript would write differently', async (t) => {
  await using partner = await startFaultServer();
  await using bff = await startBffWith({ sandbox: partner }, { RATE_LIMIT_PER_MINUTE: '1000000' });

  const document = JSON.stringify(samples.submitDocument.least).slice(0, -1);
  const submit = (metadata: string, headers: Record<string, string> = {}) =>
    bff.call('/api/environments/sandbox/documents', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: `${document},"verificationMetadata":${metadata}}`,
    });

  await t.test('are sent to Pearsana as the caller wrote them', async () => {
    const metadata = `{"a":${list},"b":{"c":[${list},"x"]},"d":${'"1.0"'}}`;
    assert.equal((await submit(metadata)).status, 200);
    assert.equal(partner.api.arrivals.at(-1)?.body, `${document},"verificationMetadata":${metadata}}`);
  });

  await t.test('cannot get around the checks', async () => {
    for (const metadata of [
      '1.0',
      '[1.0]',
      '{"a":1.0},"documentType":1.0',
      `{"a":[${Array(1_001).fill('1.0')}]}`,
    ]) {
      const answer = await submit(metadata);
      assert.equal(answer.status, 400, metadata.slice(0, 40));
      assert.doesNotMatch(answer.text, /rawJSON/);
    }
  });

  await t.test('make requests different if they differ in one digit', async () => {
    for (const [index, [one, other]] of [
      ['1234567890123456788', '1234567890123456789'],
      ['1e400', '1e401'],
      ['9007199254740992', '9007199254740993'],
    ].entries()) {
      const headers = { 'idempotency-key': `number-${index}` };
      const before = partner.api.arrivals.length;
      assert.equal((await submit(`{"a":${one}}`, headers)).status, 200);
      assert.equal((await submit(`{"a":${other}}`, headers)).status, 422);
      const again = await submit(`{"a":${one}}`, headers);
      assert.equal(again.headers.get('idempotent-replayed'), 'true');
      assert.equal(partner.api.arrivals.length, before + 1);
    }
  });

  await t.test(
    'are passed on as Pearsana wrote them, in a success and in the details of a refusal',
    async () => {
      const headers = { 'content-type': 'application/json' };
      partner.api.next({ headers, body: `${JSON.stringify(pong).slice(0, -1)},"more":${list}}` });
      const ping = await bff.call('/api/environments/sandbox/ping');
      assert.equal(ping.status, 200);
      assert(ping.text.includes(`"more":${list}`), ping.text);

      partner.api.next({ status: 201, headers, body: `{"document":{"documentId":${list}}}` });
      const written = await submit('{}');
      assert.equal(written.status, 201);
      assert(written.text.includes(`"documentId":${list}`), written.text);

      const error = `{"error":{"code":"A_CODE","message":"No.","details":{"ids":${list}}}}`;
      for (const status of [400, 403, 409, 422, 500]) {
        partner.api.next({ status, headers, body: error });
        const refused = await submit('{}');
        assert(refused.text.includes(`"ids":${list}`), refused.text);
      }
    },
  );

  await t.test('are passed on unchanged even if the text contains escapes', async () => {
    const headers = { 'content-type': 'application/json' };
    partner.api.next({
      headers,
      body: `${JSON.stringify(pong).slice(0, -1)},"more":${list},"path":"a\\/b\\u0020"}`,
    });
    const ping = await bff.call('/api/environments/sandbox/ping');
    assert(ping.text.includes(`"more":${list}`), ping.text);
  });
});
