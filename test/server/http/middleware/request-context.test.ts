import assert from 'node:assert/strict';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { test } from 'node:test';
import type { Request, Response } from 'express';
import { type RequestEnd, requestContext } from '../../../../server/http/middleware/request-context.ts';

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
