import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isGranted } from '../../../server/callers/grants.ts';

describe('a grant', () => {
  for (const [grants, granted] of [
    [['*:*'], true],
    [['sandbox:ping'], true],
    [['sandbox:*'], true],
    [['*:ping'], true],
    [['production:*', 'sandbox:ping'], true],
    [[], false],
    [['production:ping'], false],
    [['sandbox:health'], false],
    [['sandbox'], false],
    [['sand*:ping'], false],
    [[''], false],
  ] as const) {
    it(`of ${JSON.stringify(grants)} ${granted ? 'covers' : 'does not cover'} a ping of the sandbox`, () => {
      assert.equal(isGranted({ grants }, 'sandbox', 'ping'), granted);
    });
  }
});
