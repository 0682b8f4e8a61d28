import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request as openRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import express from 'express';
import { BffError } from '../../../server/bff-error.ts';
import { jsonBody } from '../../../server/http/json-body.ts';

/** Three tenths of a second of grace, and a byte each millisecond after it. */
const pace = { graceMs: 300, bytesPerMs: 1, lookEveryMs: 10 };

test('a body that comes slowly', async (t) => {
  const app = express();
  app.post('/', async (request, response) => {
    const read = jsonBody(1_000_000, { pace });
    const outcome = await read(request).catch((error: unknown) => error);
    const isRefused = outcome instanceof BffError;
    if (isRefused) response.set(outcome.headers);
    response.send(isRefused ? outcome.message : JSON.stringify(outcome));
  });
  await using server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');

  /** Sends a piece each 20 ms, until it is answered; by its length, or in chunks. */
  function send(pieces: readonly string[], length?: number): Promise<{ text: string; connection: string }> {
    return new Promise((resolve, reject) => {
      const headers = {
        'Content-Type': 'application/json',
        ...(length !== undefined && { 'Content-Length': length }),
      };
      const sent = openRequest(
        { port: (server.address() as AddressInfo).port, method: 'POST', headers },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk) => {
            text += chunk;
          });
          response.on('end', () => resolve({ text, connection: response.headers.connection ?? '' }));
        },
      );
      sent.on('error', reject);
      const left = [...pieces];
      const timer = setInterval(() => {
        const piece = left.shift();
        if (piece !== undefined) sent.write(piece);
        else sent.end();
        if (piece === undefined) clearInterval(timer);
      }, 20);
      sent.on('close', () => clearInterval(timer));
    });
  }

  await t.test('is given up, however much it announced', async () => {
    for (const length of [900_000, undefined])
      assert.match((await send(Array(200).fill(' '), length)).text, /too slowly.*1 Mbit\/s/);
  });

  await t.test('costs its sender the connection, since the rest is not wanted', async () => {
    for (const length of [900_000, undefined])
      assert.equal((await send(Array(200).fill(' '), length)).connection, 'close');
  });

  await t.test('is given up where it falls silent after a fast beginning', async () => {
    const began = performance.now();
    const pieces = ['[', ' '.repeat(100_000), ...Array(500).fill('')];
    assert.match((await send(pieces, 900_000)).text, /too slowly/);
    assert(performance.now() - began < 5_000, 'the beginning would have bought 100 s');
  });

  await t.test('is read where it keeps up', async () => {
    const pieces = ['[', ...Array(25).fill(' '.repeat(60)), ']'];
    for (const length of [pieces.join('').length, undefined])
      assert.deepEqual(await send(pieces, length), { text: '[]', connection: 'keep-alive' });
  });
});
