import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isLoopback } from '../../../server/network/loopback.ts';

describe('loopback', () => {
  for (const name of ['localhost', 'LOCALHOST', '127.0.0.1', '127.1.2.3', '::1', '[::1]']) {
    it(`is ${name}`, () => assert.equal(isLoopback(name), true));
  }
  for (const name of [
    '',
    '0.0.0.0',
    '128.0.0.1',
    '127.0.0.1.evil.example',
    'evil127.0.0.1',
    'localhost.evil',
    'evil-localhost',
    'localhost.',
    '0x7f.1',
    '127.1',
    '2130706433',
    '[::]',
    '[::ffff:127.0.0.1]',
    'localhost\n',
  ]) {
    it(`is not ${JSON.stringify(name)}`, () => assert.equal(isLoopback(name), false));
  }
});
