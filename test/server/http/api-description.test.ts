import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureIn, startBffWith } from '../../support/bff/test-bff.ts';
import { rawHead, rawRequest } from '../../support/network/raw-http.ts';
import { uncalledPartner } from '../../support/partner/partner-variables.ts';

test('GET /openapi.json', async (t) => {
  await using bff = await startBffWith(
    { sandbox: uncalledPartner },
    { BFF_PUBLIC_URL: 'https://BFF.example.com:8443/' },
  );

  const withoutKey = { authorization: '' };

  await t.test('needs no access key, is kept by nobody, and tells nothing of this BFF', async () => {
    const { status, headers, text } = await bff.call('/openapi.json', { headers: withoutKey });
    assert.equal(status, 200);
    assert.equal(headers.get('content-type'), 'application/json; charset=utf-8');
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.equal(headers.get('etag'), null);
    for (const own of [bff.accessKey, 'auth.example.com', 'api.example.com'])
      assert(!text.includes(own), own);
    assert.equal(JSON.parse(text).openapi, '3.1.0');
  });

  for (const [host, url] of [
    ['localhost:8787', 'http://localhost:8787'],
    ['127.0.0.1:1234', 'http://127.0.0.1:1234'],
    ['BFF.example.com:8443', 'https://bff.example.com:8443'],
  ] as const) {
    await t.test(`names the address that was used: ${host}`, async () => {
      const { text } = await rawRequest(bff.url, rawHead('/openapi.json', { Host: host }));
      assert(text.includes(`{"servers":[{"url":"${url}",`), text.slice(0, 400));
    });
  }

  await t.test('can only be read', async () => {
    const answer = await bff.call('/openapi.json', { method: 'POST', headers: withoutKey });
    assert.deepEqual([answer.status, failureIn(answer).code], [405, 'METHOD_NOT_ALLOWED']);
    assert.equal(answer.headers.get('allow'), 'GET, HEAD');
  });
});
