import assert from 'node:assert/strict';
import { test } from 'node:test';
import { docsFileNames } from '../../../server/docs/docs-file-names.ts';
import { failureIn, startBffWith } from '../../support/bff/test-bff.ts';
import { uncalledPartner } from '../../support/partner/partner-variables.ts';

const withoutKey = { authorization: '' };

test('GET /docs', async (t) => {
  await using bff = await startBffWith({ sandbox: uncalledPartner });

  await t.test('is a page that may run its own scripts and call its own BFF, and nothing else', async () => {
    const { status, headers } = await bff.call('/docs', { headers: withoutKey });
    assert.equal(status, 200);
    assert.equal(headers.get('content-type'), 'text/html; charset=utf-8');
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.equal(headers.get('x-frame-options'), 'DENY');
    assert.equal(
      headers.get('content-security-policy'),
      "default-src 'none';script-src 'self';style-src 'self';img-src 'self' data:;connect-src 'self';base-uri 'none';form-action 'none';frame-ancestors 'none'",
    );
  });

  await t.test('refers to nothing that is not served, and to no other host', async () => {
    const { text } = await bff.call('/docs', { headers: withoutKey });
    const paths = new Set([...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path));
    // Relative to the page, so that it also works behind a proxy that serves the BFF below a path.
    assert.deepEqual([...paths].sort(), [
      'docs/mark.svg',
      'docs/page.css',
      'docs/page.js',
      'docs/swagger-ui-bundle.js',
      'docs/swagger-ui.css',
      'openapi.json',
    ]);
    for (const path of paths)
      assert.equal((await bff.call(`/${path}`, { headers: withoutKey })).status, 200, path);
    assert.doesNotMatch(text, /<style|<script>|\son\w+=|style=/);
  });

  await t.test('leaves the policy of every other answer as it is, its own files’ included', async () => {
    for (const path of ['/docs/page.js', '/openapi.json', '/api/session']) {
      const { headers } = await bff.call(path);
      assert.match(headers.get('content-security-policy') ?? '', /^default-src 'none';base-uri 'none'/, path);
    }
  });

  await t.test('hands out the files that it names, and nothing beside them', async () => {
    for (const name of docsFileNames.filter((each) => each !== 'page.html'))
      assert.equal((await bff.call(`/docs/${name}`, { headers: withoutKey })).status, 200, name);
    for (const path of ['/docs/', '/docs/page.html', '/docs/swagger-ui.js', '/docs/..%2Fread-docs-file.ts']) {
      const answer = await bff.call(path, { headers: withoutKey });
      assert.deepEqual([answer.status, failureIn(answer).code], [404, 'NOT_FOUND'], path);
    }
  });

  await t.test('is where the address of the BFF itself leads', async () => {
    const answer = await bff.call('/', { headers: withoutKey });
    assert.deepEqual([answer.status, answer.headers.get('location')], [302, 'docs']);
  });

  await t.test('can only be read', async () => {
    for (const path of ['/docs', '/docs/page.js']) {
      const answer = await bff.call(path, { method: 'POST', headers: withoutKey });
      assert.deepEqual([answer.status, failureIn(answer).code], [405, 'METHOD_NOT_ALLOWED'], path);
    }
  });
});
