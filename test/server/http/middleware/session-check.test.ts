// Paths and headers by which a request with a session's cookie might be taken for another one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comeBack, pageHeaders, sessionCookie, startSignedIn } from '../../../support/bff/session-bff.ts';
import { failureIn } from '../../../support/bff/test-bff.ts';
import { rawHead, rawRequest } from '../../../support/network/raw-http.ts';

const ping = '/api/environments/sandbox/ping';

test('a request with a session', async (t) => {
  await using started = await startSignedIn();
  const { partner, bff, session } = started;

  const own = (changed: Record<string, string> = {}): Record<string, string> => {
    const { authorization: _none, ...headers } = pageHeaders(session);
    return { Host: new URL(bff.url).host, ...headers, ...changed };
  };
  const send = (target: string, changed?: Record<string, string>, method?: string) =>
    rawRequest(bff.url, rawHead(target, own(changed), method));

  await t.test('is a good one', async () => assert.equal((await send('/api/session')).status, 200));

  const targets: [target: string, status: number][] = [
    ['/auth%2flogout', 404],
    ['/auth/%6cogout/', 404],
    ['/auth/../api/session', 404],
    ['/auth/./logout', 404],
    ['/auth//logout', 404],
    ['//auth/logout', 400],
    ['\\auth\\logout', 400],
    ['/auth/logout/..;/api/session', 404],
    ['/auth/login%00', 404],
    ['/auth/login%0d%0aSet-Cookie:a=b', 404],
    ['/auth/%zz', 404],
    ['/AUTH/LOGOUT', 404],
    ['https://bff.example.com/api/session', 400],
    ['http://127.0.0.1/auth/login', 400],
    ['/api%2fsession', 404],
    ['/api/session/', 404],
    ['/api;a=b/session', 404],
    ['/api/session%20', 404],
    ['/api/session%3f', 404],
    ['/auth/login?return=https://evil.example', 400],
    ['/auth/login?return=%0d%0aLocation:https://evil.example', 400],
  ];
  for (const [target, status] of targets) {
    await t.test(`at ${JSON.stringify(target)} is ${status}`, async () => {
      const answer = await send(target);
      assert.equal(answer.status, status);
      failureIn(answer);
      assert.deepEqual([answer.headers.get('location'), answer.headers.get('set-cookie')], [null, null]);
    });
  }

  const headers: [what: string, changed: Record<string, string>, status: number][] = [
    ['another Host', { Host: 'evil.example' }, 403],
    ['two Hosts', { Host: 'localhost\r\nHost: evil.example' }, 400],
    ['a second origin', { origin: 'https://tool.example.com\r\nOrigin: https://evil.example' }, 403],
    ['a second site', { 'sec-fetch-site': 'same-site\r\nSec-Fetch-Site: cross-site' }, 403],
    [
      'an origin by another header',
      { origin: 'https://evil.example', 'x-forwarded-origin': 'https://tool.example.com' },
      403,
    ],
    ['a length and chunks', { 'content-length': '1', 'transfer-encoding': 'chunked' }, 400],
    ['chunks twice', { 'transfer-encoding': 'chunked, chunked' }, 400],
    ['another encoding', { 'transfer-encoding': 'gzip' }, 400],
    ['a space before the colon', { 'transfer-encoding ': 'chunked' }, 400],
    [
      'two cookie lines, the false one first',
      { cookie: `${sessionCookie}=x\r\nCookie: ${sessionCookie}=y` },
      401,
    ],
    [
      'a cookie by another header',
      { cookie: 'a=b', 'x-cookie': `${sessionCookie}=y`, cookie2: `${sessionCookie}=y` },
      401,
    ],
    ['an empty key beside the cookie', { authorization: '' }, 401],
    ['a word of another scheme beside the cookie', { authorization: 'Cookie' }, 401],
  ];
  for (const [what, changed, status] of headers) {
    await t.test(`with ${what} is ${status}`, async () => {
      const answer = await send('/api/session', changed);
      assert.equal(answer.status, status);
      failureIn(answer);
    });
  }

  for (const header of ['X-Original-URL', 'X-Rewrite-URL', 'X-Forwarded-Path', 'X-Forwarded-Prefix']) {
    await t.test(`is not led elsewhere by ${header}`, async () => {
      const answer = await send('/api/nothing', { [header]: '/api/session' });
      assert.equal(answer.status, 404);
    });
  }

  for (const header of ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override']) {
    await t.test(`is not made a logout by ${header}`, async () => {
      assert.equal((await send('/auth/logout?_method=POST', { [header]: 'POST' })).status, 405);
      assert.equal((await send('/api/session')).status, 200);
    });
  }

  await t.test('does not become another address’s by X-Forwarded-For, which nobody vouches for', async () => {
    const statuses = [];
    for (let call = 0; call < 245; call += 1) {
      const { status } = await bff.call('/auth/callback', {
        headers: {
          authorization: '',
          'x-forwarded-for': `192.0.2.${call}`,
          forwarded: `for=192.0.2.${call}`,
        },
      });
      statuses.push(status);
    }
    assert.equal(statuses.at(-1), 429);
    assert.equal((await comeBack(bff, '?code=a', 'a')).status, 429);
  });

  await t.test('caused no request to Pearsana', async () => {
    assert.deepEqual([partner.auth.arrivals, partner.api.arrivals], [[], []]);
    assert.equal((await send(ping)).status, 200);
  });
});
