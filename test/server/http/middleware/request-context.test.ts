import assert from 'node:assert/strict';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { test } from 'node:test';
import type { Request, Response } from 'express';
import { type RequestEnd, requestContext } from '../../../../server/http/middleware/request-context.ts';
import {
  createRequestLineReader,
  loggedPath,
  readTarget,
} from '../../../../server/http/middleware/request-line.ts';
import { endpoints } from '../../../../shared/endpoints.ts';

test('the time that a request took is noted in milliseconds, to a tenth', (t) => {
  let now = 1_000;
  t.mock.method(performance, 'now', () => now);
  const ends: RequestEnd[] = [];
  const attachContext = requestContext(
    () => undefined,
    (_context, end) => ends.push(end),
  );
  const request = Object.assign(new IncomingMessage(new Socket()), { method: 'GET', url: '/' });
  const response = Object.assign(new ServerResponse(request), { locals: {} });
  attachContext(request as Request, response as unknown as Response, () => {});
  now = 1_012.3456;
  response.emit('close');
  assert.deepEqual(ends, [{ method: 'GET', status: null, durationMs: 12.3 }]);
});

test('the log shows a path only in words of our own', () => {
  const readRequestLine = createRequestLineReader(endpoints);
  const logged = (url: string) => {
    const target = readTarget(url);
    return loggedPath(target, target && readRequestLine('GET', target.path));
  };
  for (const [url, path] of [
    ['/api/environments/ada/ping?q=ada', '/api/environments/:environment/ping'],
    ['/api/environments/ada/activity/ada/resolve', '/api/environments/:environment/activity/:id/resolve'],
    ...['/', '/livez', '/docs', '/docs/page.js', '/auth/login', '/auth/vscode/token'].map((own) => [
      own,
      own,
    ]),
    ['/ada', '(unknown, 1 segment)'],
    ['/api/environments/sandbox/ada', '(unknown, 4 segments)'],
    ['/docs/ada', '(unknown, 2 segments)'],
    ['/livez/', '(unknown, 2 segments)'],
    ['//ada', undefined],
  ])
    assert.equal(logged(String(url)), path);
});
