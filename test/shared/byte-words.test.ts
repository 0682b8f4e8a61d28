import assert from 'node:assert/strict';
import { it } from 'node:test';
import { byteWords } from '../../shared/byte-words.ts';

const kilobyte = 1024;
const megabyte = 1024 * 1024;

it('bytes are told in the unit that fits them, and rounded up', () => {
  const sizes = [0, 1023, kilobyte, 1536, megabyte, 10 * megabyte, 10 * megabyte + 1];
  assert.deepEqual(
    sizes.map((bytes) => byteWords(bytes)),
    ['0 bytes', '1,023 bytes', '1 KB', '1.5 KB', '1 MB', '10 MB', '10.1 MB'],
  );
});

it('a limit keeps its bytes, unless it is a round number of larger units', () => {
  const limits = [3_000, 64 * kilobyte, 2_500_000, 2.5 * megabyte, 10 * megabyte + 1];
  assert.deepEqual(
    limits.map((bytes) => byteWords(bytes, 'exact')),
    ['3,000 bytes', '64 KB', '2,500,000 bytes', '2.5 MB', '10,485,761 bytes'],
  );
});
