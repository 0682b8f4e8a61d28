import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operationNames, operations } from '../../../shared/operations.ts';
import { failureIn, startBffWith } from '../../support/bff/test-bff.ts';
import { rawHead, rawRequest } from '../../support/network/raw-http.ts';
import { startFaultServer } from '../../support/partner/fault-server.ts';
import { operationPath } from '../../support/requests/paths.ts';

const ping = '/api/environments/sandbox/ping';

test('bad input', async (t) => {
  await using partner = await startFaultServer();
  await using bff = await startBffWith({ sandbox: partner });

  // Whatever came, no token was asked for and nothing was sent.
  t.afterEach(() => {
    assert.deepEqual([partner.auth.arrivals, partner.api.arrivals], [[], []]);
  });

  const host = () => ({ Host: new URL(bff.url).host });
  const authorized = (): Record<string, string> => ({ ...host(), Authorization: `Bearer ${bff.accessKey}` });
  const send = (target: string, headers: Record<string, string> = authorized(), method = 'GET') =>
    rawRequest(bff.url, rawHead(target, headers, method));

  for (const name of [
    'staging',
    '__proto__',
    'constructor',
    'toString',
    'SANDBOX',
    'sandbox%20',
    '*',
    '%00',
    '..',
  ]) {
    await t.test(`an environment ${name} is not found`, async () => {
      const answer = await send(`/api/environments/${name}/ping`);
      const { code, message } = failureIn(answer);
      assert.deepEqual([answer.status, code], [404, 'ENVIRONMENT_NOT_FOUND']);
      assert.match(message, /Yours are: sandbox\.$/);
    });
  }

  for (const type of [{}, { 'Content-Type': 'application/json' }]) {
    await t.test(
      `no body without a length is the same as an empty one (${JSON.stringify(type)})`,
      async () => {
        for (const operation of operationNames.filter((name) => operations[name].method === 'POST')) {
          const path = operationPath(operation, 'sandbox');
          const without = await send(path, { ...authorized(), ...type }, 'POST');
          const empty = await send(path, { ...authorized(), ...type, 'Content-Length': '0' }, 'POST');
          assert.equal(without.status, empty.status);
          assert.equal(failureIn(without).message, failureIn(empty).message);
        }
      },
    );
  }

  const targets: [target: string, status: number, code: string][] = [
    ['/api/environments/sandbox%2fping', 404, 'NOT_FOUND'],
    ['/api/environments/sandbox%2Fping/ping', 404, 'ENVIRONMENT_NOT_FOUND'],
    ['/api/environments/%2e%2e/ping', 404, 'ENVIRONMENT_NOT_FOUND'],
    ['/api/environments/sandbox/..%2fping', 404, 'NOT_FOUND'],
    ['/api/environments/sandbox/../ping', 404, 'NOT_FOUND'],
    ['/api/environments/sandbox/./ping', 404, 'NOT_FOUND'],
    ['/api/environments/sandbox/%70ing%0d%0aa:b', 404, 'NOT_FOUND'],
    ['/api/environments/http:%2f%2fevil.example/ping', 404, 'ENVIRONMENT_NOT_FOUND'],
    ['/api/environments/http://evil.example/ping', 404, 'NOT_FOUND'],
    ['/api/environments/%0d%0a/ping', 404, 'ENVIRONMENT_NOT_FOUND'],
    ['/api/environments/%zz/ping', 400, 'VALIDATION_ERROR'],
    ['/api/environments/%ff/ping', 400, 'VALIDATION_ERROR'],
    ['/api/environments/sandbox/__proto__', 404, 'NOT_FOUND'],
    ['/api/environments/sandbox/constructor', 404, 'NOT_FOUND'],
    ['/api/environments//ping', 404, 'NOT_FOUND'],
    ['/api/environments/sandbox/ping/', 404, 'NOT_FOUND'],
    ['/api/environments/sandbox/PING', 404, 'NOT_FOUND'],
    ['/API/environments/sandbox/ping', 404, 'NOT_FOUND'],
    ['/api//environments/sandbox/ping', 404, 'NOT_FOUND'],
    ['/api', 404, 'NOT_FOUND'],
    ['/etc/passwd', 404, 'NOT_FOUND'],
    ['/..%2f..%2fetc%2fpasswd', 404, 'NOT_FOUND'],
    [`//evil.example${ping}`, 400, 'VALIDATION_ERROR'],
    [`//${ping}`, 400, 'VALIDATION_ERROR'],
    [`http://127.0.0.1${ping}`, 400, 'VALIDATION_ERROR'],
    [`https://evil.example${ping}`, 400, 'VALIDATION_ERROR'],
    ['*', 400, 'VALIDATION_ERROR'],
    [`\\\\evil.example${ping}`, 400, 'VALIDATION_ERROR'],
    [`${ping} HTTP/1.1 a`, 400, 'VALIDATION_ERROR'],
    [`${ping}\u0000`, 400, 'VALIDATION_ERROR'],
  ];
  for (const [target, status, code] of targets) {
    await t.test(`a path ${JSON.stringify(target)} is ${status} ${code}`, async () => {
      const answer = await send(target);
      assert.deepEqual([answer.status, failureIn(answer).code], [status, code]);
    });
  }

  const places = Map.groupBy(operationNames, (name) => operationPath(name, 'sandbox'));
  const possible: [path: string, methods: string[]][] = [
    ['/api/session', ['GET']],
    ['/api/environments', ['GET']],
    ...[...places].map(([path, names]): [string, string[]] => [
      path,
      names.map((name) => operations[name].method),
    ]),
  ];
  for (const [path, allowed] of possible) {
    await t.test(`a wrong method at ${path} is told that it is ${allowed.join(' or ')}`, async () => {
      for (const method of [
        'GET',
        'POST',
        'PUT',
        'PATCH',
        'DELETE',
        'OPTIONS',
        'TRACE',
        'PROPFIND',
        'QUERY',
      ]) {
        if (allowed.includes(method)) continue;
        const answer = await send(path, { ...authorized(), 'Content-Length': '0' }, method);
        assert.deepEqual(
          [method, answer.status, failureIn(answer).code],
          [method, 405, 'METHOD_NOT_ALLOWED'],
        );
        assert.equal(answer.headers.get('allow'), allowed.join(', '));
      }
    });
  }

  await t.test('a wrong method at a probe is 405 as well, and HEAD is none', async () => {
    for (const path of ['/livez', '/readyz']) {
      const answer = await send(path, host(), 'POST');
      assert.deepEqual([answer.status, failureIn(answer).code], [405, 'METHOD_NOT_ALLOWED']);
      assert.equal(answer.headers.get('allow'), 'GET, HEAD');
      assert.equal((await send(path, host(), 'HEAD')).status, 200);
    }
  });

  await t.test('a method by header, query or form is no method', async () => {
    for (const header of ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override']) {
      const answer = await bff.call(ping, { method: 'POST', headers: { [header]: 'GET' } });
      assert.deepEqual([answer.status, failureIn(answer).code], [405, 'METHOD_NOT_ALLOWED']);
    }
    const answer = await bff.call(`${ping}?_method=GET`, { method: 'POST', body: '_method=GET' });
    assert.equal(answer.status, 405);
  });

  const bare = (...lines: string[]) => [...lines, 'Connection: close', '', ''].join('\r\n');
  const raw: [what: string, request: () => string, status: number, code: string][] = [
    [
      'a header far too long',
      () => rawHead(ping, { ...authorized(), 'X-Long': 'x'.repeat(20_000) }),
      431,
      'HEADERS_TOO_LARGE',
    ],
    [
      'a key far too long',
      () => rawHead(ping, { ...host(), Authorization: `Bearer ${'x'.repeat(20_000)}` }),
      431,
      'HEADERS_TOO_LARGE',
    ],
    ['a URL far too long', () => rawHead(`/${'x'.repeat(20_000)}`, authorized()), 431, 'HEADERS_TOO_LARGE'],
    [
      'a line feed in a header',
      () => rawHead(ping, { ...authorized(), 'X-Request-Id': 'a\nb' }),
      400,
      'VALIDATION_ERROR',
    ],
    [
      'a carriage return in a header',
      () => rawHead(ping, { ...authorized(), 'X-Request-Id': 'a\rb' }),
      400,
      'VALIDATION_ERROR',
    ],
    [
      'a zero in a header',
      () => rawHead(ping, { ...authorized(), 'X-A': 'a\u0000b' }),
      400,
      'VALIDATION_ERROR',
    ],
    [
      'a space before a colon',
      () => rawHead(ping, { ...authorized(), 'X-A ': 'b' }),
      400,
      'VALIDATION_ERROR',
    ],
    [
      'a folded header',
      () => bare(`GET ${ping} HTTP/1.1`, `Host: ${host().Host}`, 'X-A: a', ' b'),
      400,
      'VALIDATION_ERROR',
    ],
    [
      'two lengths',
      () => rawHead(ping, { ...authorized(), 'Content-Length': '1\r\nContent-Length: 2' }),
      400,
      'VALIDATION_ERROR',
    ],
    [
      'length and chunks',
      () => rawHead(ping, { ...authorized(), 'Content-Length': '1', 'Transfer-Encoding': 'chunked' }),
      400,
      'VALIDATION_ERROR',
    ],
    ['no HTTP at all', () => 'hello\r\n\r\n', 400, 'VALIDATION_ERROR'],
    ['no Host', () => rawHead(ping, { Authorization: `Bearer ${bff.accessKey}` }), 403, 'HOST_NOT_ALLOWED'],
    ['no Host, by HTTP/1.0', () => `GET ${ping} HTTP/1.0\r\n\r\n`, 403, 'HOST_NOT_ALLOWED'],
    ['a tunnel', () => rawHead('evil.example:443', authorized(), 'CONNECT'), 400, 'VALIDATION_ERROR'],
  ];
  for (const [what, request, status, code] of raw) {
    await t.test(`${what} is ${status} ${code}`, async () => {
      const answer = await rawRequest(bff.url, request());
      assert.deepEqual([answer.status, failureIn(answer).code], [status, code]);
      if (status === 403) return;
      // These never reach the app, and yet have the headers of all others, and end their connection.
      const { headers } = answer;
      assert.deepEqual(
        ['content-type', 'x-content-type-options', 'cache-control', 'connection'].map((name) =>
          headers.get(name),
        ),
        ['application/json; charset=utf-8', 'nosniff', 'no-store', 'close'],
      );
    });
  }

  for (const id of ['a b', 'a/b', '<b>', 'x'.repeat(129), '"a"', 'ä', 'a,b']) {
    await t.test(`a request id ${JSON.stringify(id.slice(0, 9))} is replaced`, async () => {
      const { headers } = await send('/api/session', { ...authorized(), 'X-Request-Id': id });
      assert.match(headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
    });
  }

  await t.test('none of it is unexpected to the BFF', () => {
    assert.deepEqual(
      bff.logLines.filter((line) => line.includes('unexpected')),
      [],
    );
  });
});
