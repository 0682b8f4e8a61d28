import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeText, largestFile, readText, type TextEncoding } from '../../../shared/imports/file-text.ts';
import { breathe } from './read.ts';

const text = 'Name\nZoë Müller\nმარიამ\n';
const utf8 = new TextEncoder().encode(text);

function utf16(value: string, littleEndian: boolean, mark: boolean): Uint8Array {
  const all = mark ? `\uFEFF${value}` : value;
  const bytes = new Uint8Array(all.length * 2);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < all.length; index += 1)
    view.setUint16(index * 2, all.charCodeAt(index), littleEndian);
  return bytes;
}

const textOf = (bytes: Uint8Array) => readText(bytes, breathe);

async function faultOf(bytes: Uint8Array) {
  const read = await textOf(bytes);
  assert('fault' in read, 'It was read.');
  return read.fault;
}

describe('the text of a file', () => {
  const readable: [what: string, encoding: TextEncoding, bytes: Uint8Array][] = [
    ['UTF-8', 'utf-8', utf8],
    ['UTF-8 with a byte order mark', 'utf-8-marked', Uint8Array.from([0xef, 0xbb, 0xbf, ...utf8])],
    ['UTF-16, little-endian', 'utf-16le', utf16(text, true, true)],
    ['UTF-16, big-endian', 'utf-16be', utf16(text, false, true)],
  ];
  for (const [what, encoding, bytes] of readable)
    it(`is read from ${what}, and is written so again`, async () => {
      assert.deepEqual(await textOf(bytes), { text, encoding });
      assert.deepEqual([...encodeText(text, encoding)], [...bytes]);
    });

  it('has only \\n as its line end, whichever line ends the file has', async () => {
    const read = await textOf(new TextEncoder().encode('a\r\nb\rc\nd'));
    assert('text' in read && read.text === 'a\nb\nc\nd');
  });

  const windows1252 = [...new TextEncoder().encode('Name\nAda\nZo'), 0xeb, 0x0a];
  it('is refused with the line number if it is in Windows-1252, as Excel writes it', async () => {
    const fault = await faultOf(Uint8Array.from(windows1252));
    assert.equal(fault.line, 3);
    assert.match(fault.message, /CSV UTF-8/);
  });

  it('has no line end too many where a line end is cut in two by reading in pieces', async () => {
    for (const length of [1, 2, 3]) {
      const before = 'x'.repeat(1024 * 1024 - length);
      const read = await textOf(new TextEncoder().encode(`${before}\r\nü\r\rb`));
      assert('text' in read && read.text === `${before}\nü\n\nb`, `${length}`);
    }
  });

  it('is refused with the line number if a letter was lost when it was saved', async () => {
    assert.equal((await faultOf(new TextEncoder().encode('Name\r\nAda\r\nZo\uFFFD\r\n'))).line, 3);
  });

  it('is refused if it is UTF-16 without a byte order mark, since that cannot be recognised safely', async () => {
    assert.match((await faultOf(utf16('Name\nAda', true, false))).message, /does not belong in a text/);
  });

  it('is refused if half of a UTF-16 character is missing', async () => {
    assert.match((await faultOf(utf16('Name\uD83D', true, true))).message, /UTF-16/);
  });

  it('is refused as an Excel workbook, of the old format and of the new one', async () => {
    for (const magic of [
      [0x50, 0x4b, 0x03, 0x04, 0x14],
      [0xd0, 0xcf, 0x11, 0xe0, 0xa1],
    ])
      assert.match((await faultOf(Uint8Array.from(magic))).message, /Excel workbook/);
  });

  it('is refused if it is larger than 10 MB', async () => {
    assert.match((await faultOf(new Uint8Array(largestFile + 1))).message, /10 MB/);
    assert('text' in (await textOf(new Uint8Array(largestFile).fill(0x61))));
  });
});
