import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import express from 'express';
import { respondToError } from '../../../../server/http/middleware/respond-to-error.ts';
import { failureBody } from '../../../../shared/errors.ts';

test('an error that is not ours', async (t) => {
  const unexpected: unknown[] = [];
  const errors: Record<string, Error> = {};
  const app = express();
  app.use((request, response) => {
    response.locals.context = {
      ...{ requestId: 'r-1', address: '192.0.2.1', operation: undefined },
      waiter: { isGone: true },
    };
    throw errors[request.path];
  });
  app.use(respondToError((error) => unexpected.push(error)));
  await using server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');

  async function answerTo(status: number | undefined) {
    errors['/'] = Object.assign(new Error('canary'), status !== undefined && { status });
    unexpected.length = 0;
    const { port } = server.address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } });
    const { code, message } = failureBody.parse(await answer.json()).error;
    return { status: answer.status, code, message };
  }

  for (const [status, code] of [
    [400, 'VALIDATION_ERROR'],
    [413, 'PAYLOAD_TOO_LARGE'],
    [415, 'UNSUPPORTED_MEDIA_TYPE'],
  ] as const)
    await t.test(`is the caller's mistake if its status is ${status}, and is not quoted`, async () => {
      assert.deepEqual(await answerTo(status), { status, code, message: 'The request is malformed.' });
      assert.deepEqual(unexpected, []);
    });

  for (const status of [undefined, 200, 418, 500, 503])
    await t.test(`is the BFF's own failure if its status is ${status}, and is logged`, async () => {
      const { message, ...facts } = await answerTo(status);
      assert.deepEqual(facts, { status: 500, code: 'INTERNAL' });
      assert.match(message, /^Unexpected error in the BFF/);
      assert.deepEqual(unexpected, [errors['/']]);
    });
});
