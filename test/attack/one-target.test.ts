import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readTarget } from '../../server/http/middleware/request-line.ts';
import { failureIn, startBffWith } from '../support/bff/test-bff.ts';
import { rawHead, rawRequest } from '../support/network/raw-http.ts';
import { startFaultServer } from '../support/partner/fault-server.ts';
import { samples } from '../support/requests/write-samples.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const users = '/api/environments/production/users';
const body = JSON.stringify(samples.createUser.least);

/** Spellings of that path, or nearly of it, that two programs might read in two different ways. */
const twoWays = [
  ...[`${users}#x`, `${users}#`, `${users}?a#b`, `${users}#?a=b`, `/#${users}`, `${users}%23#`],
  ...[
    users.replace('/users', '\\users'),
    `\\${users}`,
    `${users}\\`,
    '/api\\environments\\production\\users',
    `${users}?a\\b`,
  ],
  ...[
    `/${users}`,
    `//127.0.0.1${users}`,
    `http://127.0.0.1${users}`,
    `https://user@127.0.0.1${users}`,
    `x:${users}`,
  ],
  ...['*', 'api/environments/production/users', `?${users}`, `${users}\u00e4`, `${users}?\u00e4`],
];

describe('a request target', () => {
  it('that could be read in two ways is answered with 400, with or without a key, and nothing is sent', async () => {
    await using partner = await startFaultServer();
    await using bff = await startBffWith({ production: partner });
    const head = {
      Host: '127.0.0.1',
      'Content-Type': 'application/json',
      'Content-Length': `${body.length}`,
    };
    const confirmed = { 'X-Confirm-Environment': 'production' };
    for (const authorization of [`Bearer ${bff.accessKey}`, undefined]) {
      for (const target of twoWays) {
        const headers = { ...head, ...confirmed, ...(authorization && { Authorization: authorization }) };
        const answer = await rawRequest(bff.url, rawHead(target, headers, 'POST') + body);
        assert.equal(answer.status, 400, target);
        failureIn(answer);
      }
    }
    assert.equal(partner.api.arrivals.length, 0);
    // None of the requests is logged as an operation.
    assert.doesNotMatch(bff.logLines.join(''), /createUser/);
  });

  it('is limited, logged and answered as the same operation, however it is spelt', async () => {
    await using partner = await startFaultServer();
    partner.api.always({ status: 201 });
    // This allows twenty writes a minute to protected environments.
    await using bff = await startBffWith({ production: partner }, { RATE_LIMIT_PER_MINUTE: '120' });
    const spellings = [
      ...[users, `${users}?`, `${users}?a=b`, `${users}?/api/session`, `${users}?a=b?c`, `${users}?%23`],
      ...[users.replace('production', 'pro%64uction'), users.replace('production', '%70roduction')],
    ];
    const statuses: number[] = [];
    for (let each = 0; each < 30; each += 1) {
      const answer = await bff.call(String(spellings[each % spellings.length]), {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-confirm-environment': 'production' },
        body,
      });
      statuses.push(answer.status);
    }
    assert.deepEqual(statuses, [...Array(20).fill(201), ...Array(10).fill(429)]);
    assert.equal(partner.api.arrivals.length, 20);
    const lines = bff.logLines.map((line): { operation?: string; msg: string } => JSON.parse(line));
    assert.equal(lines.filter(({ operation }) => operation === 'createUser').length, 30);
  });

  it('is parsed in one place: no other file reads a request’s URL', () => {
    const readers = globSync('server/http/**/*.ts', { cwd: root }).filter((path) =>
      /\b(request|req)\.(url|originalUrl|path|query|baseUrl)\b|parseurl|[{,] *(url|originalUrl|query|path) *[,}].*: Request\b/.test(
        readFileSync(root + path, 'utf8'),
      ),
    );
    assert.deepEqual(readers, ['server/http/middleware/request-context.ts']);
  });

  it('keeps its path and query unchanged', () => {
    assert.deepEqual(readTarget('/a/%2e%2e/b%2Fc?x=1&x=2&y=%20?z'), {
      path: '/a/%2e%2e/b%2Fc',
      search: '?x=1&x=2&y=%20?z',
      query: { x: ['1', '2'], y: ' ?z' },
    });
    assert.deepEqual(readTarget('/'), { path: '/', search: '', query: {} });
    assert.deepEqual(readTarget('/?'), { path: '/', search: '?', query: {} });
    assert.deepEqual(readTarget('/?__proto__=a')?.query, Object.fromEntries([['__proto__', 'a']]));
  });
});
