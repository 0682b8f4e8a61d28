import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createAccessKeyCheck, firstAccessKey } from '../../../server/callers/access-key.ts';
import { isGranted } from '../../../server/callers/caller.ts';
import { Secret } from '../../../server/tokens/secret.ts';

describe('the access key', () => {
  const identify = createAccessKeyCheck(new Secret('the-right-key'));

  for (const authorization of ['Bearer the-right-key', 'bearer the-right-key', 'BEARER  the-right-key']) {
    it(`is known in “${authorization}”`, () => assert.equal(identify(authorization)?.id, 'access-key'));
  }

  for (const authorization of [
    '',
    'Bearer',
    'Bearer ',
    'the-right-key',
    'Basic the-right-key',
    'Bearer the-right-ke',
    'Bearer the-right-key2',
    'Bearer The-right-key',
    'Bearer the-right-key the-right-key',
    'Bearer the-right-key ',
    'Bearer the-right-key, Bearer x',
    'Bearer\tthe-right-key',
    'Bearer [redacted]',
    `Bearer ${'x'.repeat(100_000)}`,
  ]) {
    it(`is not known in “${authorization.slice(0, 40)}”`, () =>
      assert.equal(identify(authorization), undefined));
  }
});

describe('the first access key', () => {
  let folder: string;
  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'access-key-')), 'made', 'by-it');
  });
  afterEach(() => rmSync(join(folder, '..', '..'), { recursive: true }));

  it('is made once, for its owner alone', () => {
    const first = firstAccessKey(folder);
    assert.match(first.accessKey.reveal(), /^pbff_[\w-]{43}$/);
    assert.equal(statSync(first.file).mode & 0o777, 0o600);
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    assert.equal(firstAccessKey(folder).accessKey.reveal(), first.accessKey.reveal());
    assert.equal(readFileSync(first.file, 'utf8'), `${first.accessKey.reveal()}\n`);
  });

  it('is closed to others again where somebody opened it', () => {
    const { file } = firstAccessKey(folder);
    chmodSync(file, 0o644);
    firstAccessKey(folder);
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it('is not taken from a file that holds none', () => {
    const { file } = firstAccessKey(folder);
    writeFileSync(file, 'short\n');
    assert.throws(() => firstAccessKey(folder), /does not hold an access key: remove it and start again/);
  });

  it('is another for another folder', () => {
    const [one, other] = [firstAccessKey(folder), firstAccessKey(join(folder, 'other'))];
    assert.notEqual(one.accessKey.reveal(), other.accessKey.reveal());
  });
});

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
      assert.equal(isGranted({ id: 'a', kind: 'access-key', grants }, 'sandbox', 'ping'), granted);
    });
  }
});
