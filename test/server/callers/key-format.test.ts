import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hashOf, isMisspelt, keyPattern, makeKey } from '../../../server/callers/key-format.ts';

const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const key = makeKey().reveal();

describe('a key', () => {
  it('is a prefix, 256 random bits and a checksum, and never the same', () => {
    assert.match(key, /^pbff_[0-9A-Za-z]{43}[0-9A-Za-z]{6}$/);
    const many = Array.from({ length: 1_000 }, () => makeKey().reveal());
    assert.equal(new Set(many).size, 1_000);
    for (const each of many) assert(!isMisspelt(each), each);
    // Each of the 43 places takes every value there is, the first one aside, which has few.
    const atSecond = new Set(many.map((each) => each.charAt(6)));
    assert.equal(atSecond.size, 62);
  });

  it('is known as misspelt after any change of one character', () => {
    for (let place = 'pbff_'.length; place < key.length; place += 1) {
      for (const letter of letters.replace(key.charAt(place), '')) {
        const changed = key.slice(0, place) + letter + key.slice(place + 1);
        assert(isMisspelt(changed), `${place}: ${changed}`);
      }
    }
  });

  it('is known as misspelt after two neighbours changed places', () => {
    for (let place = 'pbff_'.length; place < key.length - 1; place += 1) {
      const [one = '', other = ''] = key.slice(place, place + 2);
      if (one === other) continue;
      assert(isMisspelt(key.slice(0, place) + other + one + key.slice(place + 2)), String(place));
    }
  });

  it('has the checksum that another program finds', () => {
    // CRC-32 (IEEE) of the 48 characters before it, worked out by Python's zlib, in base62.
    assert(!isMisspelt(`pbff_${'0'.repeat(43)}1FhIcf`));
  });

  for (const text of ['', 'pbff_', 'a-free-form-key-of-24-chars', `pbff_${'a'.repeat(43)}`, `${key}0`]) {
    it(`is not what “${text.slice(0, 24)}” tries to be`, () => assert(!isMisspelt(text)));
  }

  it('is found by the documented pattern, alone', () => {
    for (const text of [`key: ${key}`, `"${key}",`, `Bearer ${key}\n`, `?key=${key}&a=b`]) {
      assert.equal(keyPattern.exec(text)?.[0], key);
    }
    for (const text of [`${key}0`, `a${key}`, key.slice(0, -1), key.toUpperCase()]) {
      assert.equal(keyPattern.exec(text), null);
    }
  });

  it('is kept as a digest', () => {
    assert.match(hashOf(key), /^[0-9a-f]{64}$/);
    assert.notEqual(hashOf(key), hashOf(`${key}0`));
  });
});
