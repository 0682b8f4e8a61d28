import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { type BodyText, bodyText } from '../../../server/network/body-text.ts';

const text = '{"name":"Zoë €"}';
const bytes = Buffer.from(text);
const most = 64 * 1024;
const read = async (body: Buffer, contentEncoding?: string, contentType?: string): Promise<BodyText> =>
  bodyText(body, { contentEncoding, contentType }, most);

describe('the text of a body', () => {
  const compressed: [coding: string, body: Buffer][] = [
    ['', bytes],
    ['identity', bytes],
    ['gzip', gzipSync(bytes)],
    ['GZIP', gzipSync(bytes)],
    ['x-gzip', gzipSync(bytes)],
    ['deflate', deflateSync(bytes)],
    ['deflate', deflateRawSync(bytes)],
    ['br', brotliCompressSync(bytes)],
    ['zstd', zstdCompressSync(bytes)],
    ['br, gzip', gzipSync(brotliCompressSync(bytes))],
    ['identity, gzip,', gzipSync(bytes)],
    ['gzip', bytes],
    ['br', bytes],
    ['utf-8', bytes],
    ['none', bytes],
    // The header is lost.
    ['', gzipSync(bytes)],
  ];
  for (const [index, [coding, body]] of compressed.entries()) {
    it(`is read with Content-Encoding: ${coding} (${index})`, async () => {
      assert.deepEqual(await read(body, coding), { text });
      assert.deepEqual(await read(Buffer.alloc(0), coding), { text: '' });
    });
  }

  const latin = '{"name":"Zoë"}';
  const charsets: [type: string | undefined, body: Buffer, expected: string][] = [
    [undefined, bytes, text],
    ['application/json', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]), text],
    ['application/json', Buffer.from(`\ufeff${text}`, 'utf16le'), text],
    ['application/json', Buffer.from(`\ufeff${text}`, 'utf16le').swap16(), text],
    ['application/json', Buffer.from(text, 'utf16le'), text],
    ['application/json', Buffer.from(text, 'utf16le').swap16(), text],
    ['application/json; charset=utf-16', Buffer.from(text, 'utf16le'), text],
    ['application/json; charset=utf-16', Buffer.from(`\ufeff${text}`, 'utf16le').swap16(), text],
    ['application/json;charset="ISO-8859-1"', Buffer.from(latin, 'latin1'), latin],
    ['application/json; version=1; charset = windows-1252', Buffer.from(latin, 'latin1'), latin],
    ['application/json; charset=latin1', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]), text],
    ['application/json; charset=no-such-charset', bytes, text],
    ['application/json; charset=', bytes, text],
  ];
  for (const [type, body, expected] of charsets) {
    it(`is read as ${type} with the bytes ${body.subarray(0, 4).toString('hex')}…`, async () => {
      assert.deepEqual(await read(body, undefined, type), { text: expected });
      assert.deepEqual(await read(gzipSync(body), 'gzip', type), { text: expected });
    });
  }

  const unreadable: [what: string, body: Buffer, coding: string, why: RegExp][] = [
    ['an unknown coding', Buffer.from('hello'), 'snappy', /does not know/],
    ['a name that every object has', Buffer.from('hello'), 'constructor', /does not know/],
    ['a coding that does not fit', Buffer.from('hello'), 'gzip', /gzip, but cannot be decompressed/],
    ['a body that is cut off', gzipSync(bytes).subarray(0, -9), 'gzip', /cannot be decompressed/],
    ['a bomb', gzipSync(Buffer.alloc(10 * most)), 'gzip', /larger than 65536 bytes/],
    ['a bomb of zstd', zstdCompressSync(Buffer.alloc(10 * most)), 'zstd', /larger than 65536 bytes/],
    ['a bomb of br', brotliCompressSync(Buffer.alloc(10 * most)), 'br', /larger than 65536 bytes/],
    ['too many codings', bytes, 'gzip, '.repeat(5), /too many times/],
  ];
  for (const [what, body, coding, why] of unreadable) {
    it(`is not there, and the reason is, with ${what}`, async () => {
      const { text: none, unreadable: reason = '' } = await read(body, coding);
      assert.equal(none, '');
      assert.match(reason, why);
    });
  }
});
