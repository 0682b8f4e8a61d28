import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { format, inspect } from 'node:util';
import { pino } from 'pino';
import { Secret } from '../../server/secret.ts';

describe('a secret', () => {
  const secret = new Secret('canary');
  const around = { secret, list: [secret], deep: { er: { secret } } };

  it('is there for whoever asks for it by name', () => assert.equal(secret.reveal(), 'canary'));

  for (const [what, show] of [
    ['a template', () => `${secret}`],
    ['addition', () => `a${String(secret)}`],
    ['JSON', () => JSON.stringify(around)],
    ['inspect', () => inspect(around, { depth: 9, showHidden: true })],
    ['inspect without custom printing', () => inspect(around, { depth: 9, customInspect: false })],
    ['format', () => format('%s %o %O %j', secret, secret, secret, secret)],
    ['an error', () => String(new Error(`${secret}`, { cause: secret }))],
    [
      'its own fields',
      () => JSON.stringify([Object.entries(secret), { ...secret }, structuredClone({ ...secret })]),
    ],
  ] as const) {
    it(`is not shown by ${what}`, () => assert.doesNotMatch(show(), /canary/));
  }

  it('is [redacted] in a log', () => {
    const lines: string[] = [];
    pino({ base: null }, { write: (line) => void lines.push(line) }).info(around, 'a %s', secret);
    const { msg, deep } = JSON.parse(lines.join(''));
    assert.deepEqual([msg, deep], ['a [redacted]', { er: { secret: '[redacted]' } }]);
    assert.doesNotMatch(lines.join(''), /canary/);
  });
});
