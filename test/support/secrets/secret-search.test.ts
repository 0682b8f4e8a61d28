import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findSecrets, spellingsOf } from './secret-search.ts';

const secret = 'cAnAry/s+cret="7&\\%é~';
const find = (text: string) => findSecrets({ it: secret }, text);

/** How others encode it, written without the search's own code. */
const encoded: Record<string, string> = {
  raw: `before${secret}after`,
  JSON: JSON.stringify({ a: [`b${secret}`] }),
  'JSON as PHP writes it': JSON.stringify(secret).replaceAll('/', '\\/'),
  'JSON in a log line': JSON.stringify({ msg: JSON.stringify({ secret }) }),
  'escaped JSON':
    '\\u0063\\u0041\\u006e\\u0041\\u0072\\u0079\\u002F\\u0073\\u002B\\u0063\\u0072\\u0065\\u0074\\u003d\\u0022\\u0037\\u0026\\u005c\\u0025\\u00e9\\u007e'.toLowerCase(),
  'a query': `?${new URLSearchParams({ secret })}`,
  'a URL component': `/a/${encodeURIComponent(secret)}/b`,
  'a component in small letters': encodeURIComponent(secret).replace(/%../g, (each) => each.toLowerCase()),
  'a component encoded again': encodeURIComponent(encodeURIComponent(secret)),
  hex: Buffer.from(secret).toString('hex'),
  'hex in capitals': `<${Buffer.from(secret).toString('hex').toUpperCase()}>`,
  'every byte a percent': Buffer.from(secret).toString('hex').replace(/../g, '%$&'),
  'every byte a percent in capitals': Buffer.from(secret).toString('hex').toUpperCase().replace(/../g, '%$&'),
};
for (const before of ['', 'a', 'ab', 'abc', 'user:']) {
  for (const after of ['', 'y', 'yz']) {
    const bytes = Buffer.from(before + secret + after);
    encoded[`base64 between “${before}” and “${after}”`] = bytes.toString('base64');
    encoded[`base64url between “${before}” and “${after}”`] = bytes.toString('base64url');
  }
}

describe('the search for secrets', () => {
  for (const [how, text] of Object.entries(encoded)) {
    it(`finds one planted as ${how}`, () => {
      assert(find(text).length > 0, text);
      assert(find(`${'x'.repeat(5_000)}\n${text}\n${'y'.repeat(5_000)}`).length > 0);
    });
  }

  it('finds one in the bytes of a file', () => {
    const ascii = { it: 'canary-secret' };
    const bytes = Buffer.concat([
      Buffer.from([0, 255, 128]),
      Buffer.from('canary-secret'),
      Buffer.from([200]),
    ]);
    assert.deepEqual(findSecrets(ascii, bytes.toString('latin1')), ['it, raw']);
  });

  it('names what it found and how, and finds nothing where nothing is', () => {
    const two = { one: 'first-secret', other: 'second-secret' };
    assert.deepEqual(findSecrets(two, 'a second-secret'), ['other, raw']);
    assert.deepEqual(findSecrets(two, Buffer.from('first-secret').toString('hex')), ['one, as hex']);
    assert.deepEqual(findSecrets(two, `first-secre second ${'0'.repeat(1_000)}`), []);
    assert.deepEqual(find(JSON.stringify(Object.keys(encoded))), []);
  });

  it('refuses what would be found by chance', () => {
    assert.throws(() => spellingsOf('short'), /too short/);
  });
});
