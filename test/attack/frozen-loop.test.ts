import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type BffProcess, startBffProcess } from '../support/bff/bff-process.ts';
import { rawHead, rawRequest } from '../support/network/raw-http.ts';

const key = 'pbff_an-access-key-for-tests-only';
/** What one request may hold of the event loop, in milliseconds. */
const mostMs = 50;
const most = 15_800;

describe('headers of allowed size, which need no access key', () => {
  let bff: BffProcess;
  before(async () => {
    bff = await startBffProcess(
      { BFF_ACCESS_KEY: key, RATE_LIMIT_PER_MINUTE: '1000000' },
      { watchLoop: true },
    );
    await fetch(`${bff.url}/api/session`, { headers: { authorization: `Bearer ${key}` } });
  });
  after(() => bff[Symbol.asyncDispose]());

  const many = (text: string) => text.repeat(Math.floor(most / text.length));
  const headers: [what: string, headers: Record<string, string>][] = [
    ['a long word before a short one', { authorization: `${many('x')} y`, 'x-request-id': 'a' }],
    ['many words', { authorization: `${many('x ')}y`, 'x-request-id': 'a' }],
    ['many blanks', { authorization: `x${many(' ')}y`, 'x-request-id': 'a' }],
    ['many tabs', { authorization: `Bearer ${many('\t')}y`, 'x-request-id': 'a' }],
    ['many cookies', { cookie: many('a=b; '), 'x-request-id': 'x'.repeat(128) }],
    ['one long cookie', { cookie: many('='), 'x-request-id': 'x'.repeat(128) }],
    ['many addresses', { 'x-forwarded-for': many('1.2.3.4, ') }],
    ['an address of blanks', { 'x-forwarded-for': `1${many(' ')}2` }],
    ['a long content type', { 'content-type': `application/json${many(' ')}x` }],
    ['a long content type of semicolons', { 'content-type': `application/json${many(' ;')}x` }],
    ['a long origin', { origin: `http://${many('a.')}` }],
    ['a long host', { host: many('a.') }],
    ['a long host of dashes', { host: `${many('-')}!` }],
    ['many codings', { 'accept-encoding': many('gzip, '), accept: many('a/b;q=0.1,') }],
    ['a long key', { 'idempotency-key': `"${many('\\"')}` }],
    ['a long validator', { 'if-none-match': `W/"${many('a", W/"')}` }],
  ];
  for (const target of ['/api/environments', '/auth/login', '/nowhere', '/livez', '/openapi.json', '/docs']) {
    it(`hold the event loop for at most ${mostMs} ms at ${target}`, async () => {
      for (const [what, sent] of headers) {
        await bff.heldMs();
        const answer = await rawRequest(bff.url, rawHead(target, { host: new URL(bff.url).host, ...sent }));
        assert(answer.status >= 200, what);
        const held = await bff.heldMs();
        assert(held <= mostMs, `${what}: ${held} ms`);
      }
    });
  }

  const targets: [what: string, target: string][] = [
    ['of slashes', `/api/environments${many('/')}`],
    ['of percent signs', `/api/environments/${many('%41')}/ping`],
    ['of broken percent signs', `/api/environments/${many('%')}/ping`],
    ['of question marks', `/api/environments/a/ping${many('?')}`],
    ['of parameters', `/api/environments/a/activity?${many('a=b&')}`],
    ['of brackets', `/api/environments/a/activity?${many('a[]=b&')}`],
    ['of nested brackets', `/api/environments/a/activity?a${many('[a]')}=b`],
    ['of dots', `/api/environments/${many('../')}ping`],
    ['of the sign-in', `/auth/login?return=${many('%0a')}`],
  ];
  for (const [what, target] of targets) {
    it(`hold it no longer with a target ${what}`, async () => {
      await bff.heldMs();
      const authorization = `Bearer ${key}`;
      await rawRequest(bff.url, rawHead(target, { host: new URL(bff.url).host, authorization }));
      const held = await bff.heldMs();
      assert(held <= mostMs, `${held} ms`);
    });
  }
});
