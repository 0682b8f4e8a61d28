import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Secret } from '../../../server/secret.ts';
import { hideToken } from '../../../server/tokens/hide-token.ts';
import { findSecrets, spellingsOf } from '../../support/secrets/secret-search.ts';

const tokens = [
  'canary-token/+of-opaque-letters==',
  `eyJhbGciOiJSUzI1NiJ9.${Buffer.from(JSON.stringify({ scope: 'canary'.repeat(80) })).toString('base64url')}.c2ln-_x`,
  '12345678901234567890123456789012',
];
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('a token that Pearsana repeats', () => {
  for (const token of tokens) {
    const hide = hideToken(new Secret(token));
    const name = token.slice(0, 12);

    it(`is hidden however it is spelt: ${name}…`, () => {
      for (const [spelling, how] of spellingsOf(token)) {
        for (const text of [spelling, `before ${spelling} after`, `"${spelling}"`]) {
          assert.deepEqual(findSecrets({ token }, hide.inText(text)), [], how);
          const json = JSON.stringify({ a: [{ b: text }], [text]: 1, c: 1.5 });
          const shown = hide.inJson(json);
          assert.deepEqual(findSecrets({ token }, shown), [], how);
          assert.equal(JSON.parse(shown).c, 1.5);
        }
        // As a JSON text that somebody else has escaped.
        assert.deepEqual(findSecrets({ token }, hide.inJson(`{"a":"${spelling}"}`)), [], how);
      }
    });

    it(`is hidden where it is encoded several times: ${name}…`, () => {
      const encoders = [
        base64,
        encodeURIComponent,
        (text: string) => JSON.stringify({ text }),
        (text: string) => Buffer.from(text).toString('base64url'),
        (text: string) => base64(text).replace(/.{76}/g, '$&\r\n'),
        (text: string) => `Bearer ${text}`,
        (text: string) => Buffer.from(text).toString('hex'),
      ];
      fc.assert(
        fc.property(
          fc.array(fc.constantFrom(...encoders), { minLength: 1, maxLength: 3 }),
          fc.string({ maxLength: 5 }),
          (chosen, before) => {
            const text = chosen.reduce((inner, encode) => encode(inner), before + token);
            assert.equal(hide.inText(text).includes(text), false, text);
            assert.equal(hide.inJson(JSON.stringify({ text })).includes(JSON.stringify(text)), false, text);
          },
        ),
      );
    });
  }

  it('is hidden where its end is cut off, its lines are broken, or signs in it are numbers, as in HTML', () => {
    for (const token of tokens) {
      const { inText } = hideToken(new Secret(token));
      const lines = (text: string) => text.match(/.{1,20}/g)?.join('\r\n  ') ?? '';
      const spellings = [
        token.slice(0, -1),
        token.slice(1),
        lines(token),
        lines(base64(token)),
        token.replace(/[^a-z]/gi, (sign) => `&#${sign.charCodeAt(0)};`),
        token.replace(/[^a-z]/gi, (sign) => `&#x${sign.charCodeAt(0).toString(16)};`),
      ];
      for (const spelling of spellings) assert.equal(inText(spelling), '[redacted]', spelling);
    }
  });

  it('takes nothing else with it where it stands as it is', () => {
    const [token = ''] = tokens;
    const { inJson, inText } = hideToken(new Secret(token));
    assert.equal(inText(`You sent Bearer ${token}!`), 'You sent Bearer [redacted]!');
    assert.equal(
      inJson(`{"a":"x ${token}","id":1234567890123456789}`),
      '{"a":"x [redacted]","id":1234567890123456789}',
    );
  });

  it('leaves everything as it came where it is not', () => {
    const { inJson, inText } = hideToken(new Secret(tokens[0] ?? ''));
    const long = 'a'.repeat(200);
    for (const text of [
      `{ "a" : "\\u0041\\/${long}" , "id":1.0}`,
      `["${base64(long)}", "%41%41${long}"]`,
      long,
      '{',
    ]) {
      assert.equal(inJson(text), text);
      assert.equal(inText(text), text);
    }
  });

  it('is hidden in a text that is nested more deeply than programs go', () => {
    const [token = ''] = tokens;
    const text = `${'['.repeat(100_000)}"${encodeURIComponent(token)}"${']'.repeat(100_000)}`;
    assert.equal(hideToken(new Secret(token)).inJson(text), '[redacted]');
  });

  it('takes a megabyte of the worst answers not long to be looked for', () => {
    const { inJson } = hideToken(new Secret(tokens[1] ?? ''));
    for (const part of ['%41', '\\\\u0041', 'QUFB', '4141', '\\"', 'a ', '%25'])
      inJson(JSON.stringify({ a: part.repeat((1024 * 1024) / part.length) }));
  });
});
