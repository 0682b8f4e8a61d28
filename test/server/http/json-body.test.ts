import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import type { Request } from 'express';
import { limitBytesInFlight } from '../../../server/http/bytes-in-flight.ts';
import { jsonBody } from '../../../server/http/json-body.ts';

const megabyte = 1024 * 1024;

/** A request whose body is all there. */
function arrived(body: Buffer, changed: Record<string, string> = {}): Request {
  const headers = {
    ...{ 'content-type': 'application/json', 'content-length': String(body.byteLength) },
    ...changed,
  };
  return Object.assign(Readable.from([body], { objectMode: false }), { headers }) as unknown as Request;
}

describe('the encoding of a body', () => {
  const readJson = jsonBody(megabyte);
  const read = (changed: Record<string, string>) => readJson(arrived(Buffer.from('{"a":1}'), changed));

  // RFC 9110, 8.4.1: the names of codings have no case.
  for (const coding of ['identity', 'Identity', 'IDENTITY']) {
    it(`may be said to be ${coding}`, async () => {
      assert.deepEqual(await read({ 'content-encoding': coding }), { a: 1 });
    });
  }

  for (const coding of ['gzip', 'GZIP', 'br', 'deflate', 'identity, gzip', '']) {
    it(`is refused as ${JSON.stringify(coding)}`, async () => {
      await assert.rejects(read({ 'content-encoding': coding }), { code: 'UNSUPPORTED_MEDIA_TYPE' });
    });
  }
});

describe('large bodies that arrive at once', () => {
  for (const [bytes, apart] of [
    [2 * megabyte, true],
    [1_000, false],
  ] as const) {
    it(`of ${bytes} bytes are read ${apart ? 'each in a turn of its own' : 'in one turn'}`, async () => {
      const readJson = jsonBody(3 * megabyte);
      const body = Buffer.from(JSON.stringify('x'.repeat(bytes)));
      let turn = 0;
      let ended = false;
      const count = () => {
        turn += 1;
        if (!ended) setImmediate(count);
      };
      setImmediate(count);
      const turns = await Promise.all(
        Array.from({ length: 5 }, async () => {
          using held = limitBytesInFlight(10 * megabyte, 3 * megabyte)('ada');
          await readJson(arrived(body), held);
          return turn;
        }),
      );
      ended = true;
      assert.equal(new Set(turns).size, apart ? 5 : 1, turns.join());
    });
  }
});
