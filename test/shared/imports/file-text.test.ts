import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { largestFile, readText } from '../../../shared/imports/file-text.ts';

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

function faultOf(bytes: Uint8Array) {
  const read = readText(bytes);
  assert('fault' in read, 'It was read.');
  return read.fault;
}

describe('the text of a file', () => {
  const readable: Record<string, Uint8Array> = {
    'UTF-8': utf8,
    'UTF-8 with a byte order mark': Uint8Array.from([0xef, 0xbb, 0xbf, ...utf8]),
    'UTF-16, little-endian': utf16(text, true, true),
    'UTF-16, big-endian': utf16(text, false, true),
  };
  for (const [what, bytes] of Object.entries(readable))
    it(`is read from ${what}`, () => assert.deepEqual(readText(bytes), { text }));

  it('has only \\n as its line end, whichever line ends the file has', () => {
    assert.deepEqual(readText(new TextEncoder().encode('a\r\nb\rc\nd')), { text: 'a\nb\nc\nd' });
  });

  const windows1252 = [...new TextEncoder().encode('Name\nAda\nZo'), 0xeb, 0x0a];
  it('is refused with the line number if it is in Windows-1252, as Excel writes it', () => {
    const fault = faultOf(Uint8Array.from(windows1252));
    assert.equal(fault.line, 3);
    assert.match(fault.message, /CSV UTF-8/);
  });

  it('is refused with the line number if a letter was lost when it was saved', () => {
    assert.equal(faultOf(new TextEncoder().encode('Name\r\nAda\r\nZo\uFFFD\r\n')).line, 3);
  });

  it('is refused if it is UTF-16 without a byte order mark, since that cannot be recognised safely', () => {
    assert.match(faultOf(utf16('Name\nAda', true, false)).message, /does not belong in a text/);
  });

  it('is refused if half of a UTF-16 character is missing', () => {
    assert.match(faultOf(utf16('Name\uD83D', true, true)).message, /UTF-16/);
  });

  it('is refused as an Excel workbook, of the old format and of the new one', () => {
    for (const magic of [
      [0x50, 0x4b, 0x03, 0x04, 0x14],
      [0xd0, 0xcf, 0x11, 0xe0, 0xa1],
    ])
      assert.match(faultOf(Uint8Array.from(magic)).message, /Excel workbook/);
  });

  it('is refused if it is larger than 10 MB', () => {
    assert.match(faultOf(new Uint8Array(largestFile + 1)).message, /10 MB/);
    assert('text' in readText(new Uint8Array(largestFile).fill(0x61)));
  });
});
