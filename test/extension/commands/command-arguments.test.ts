import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  accessKeyFault,
  readAccessKeyArgument,
  readEnvironmentArgument,
  readWriteArgument,
  readWriteReference,
} from '../../../extension/src/commands/command-arguments.ts';

describe('the argument of a command for an environment', () => {
  const read = (argument: unknown) => readEnvironmentArgument('pearsana.ping', argument);

  it('may be left out, or name one', () => {
    assert.equal(read(undefined), undefined);
    assert.equal(read(null), undefined);
    assert.deepEqual(read({ environment: 'sandbox' }), { environment: 'sandbox' });
  });

  const wrong = [
    'sandbox',
    7,
    [],
    {},
    { environment: '' },
    { environment: '..' },
    { environment: 'a/b' },
    { environment: ['sandbox'] },
    { environment: 'x'.repeat(65) },
    { enviroment: 'sandbox' },
    { environment: 'sandbox', request: {} },
    new URL('https://example.com'),
  ];
  for (const argument of wrong) {
    it(`is refused in words: ${JSON.stringify(argument)}`, () => {
      const expected = { code: 'ARGUMENTS_INVALID', message: /^pearsana\.ping takes \{ "environment"/ };
      assert.throws(() => read(argument), expected);
    });
  }

  it('names what is too much', () => {
    assert.throws(() => read({ environment: 'sandbox', request: {} }), /also given request/);
  });
});

describe('the argument of a write', () => {
  const read = (argument: unknown, inTest = false) =>
    readWriteArgument('pearsana.submitDocument', argument, { inTest });
  const nothing = { confirmed: false, newKey: false, sentBefore: undefined, cutBy: undefined };

  it('is whatever of environment and request is known', () => {
    assert.deepEqual(read(undefined), nothing);
    assert.deepEqual(read({ environment: 'sandbox' }), { ...nothing, environment: 'sandbox' });
    assert.deepEqual(read({ request: { a: 1 }, newKey: true }), {
      ...nothing,
      request: { a: 1 },
      newKey: true,
    });
  });

  it('remembers how batches were cut, and nothing that is no limit', () => {
    const cutBy = { document: 1, batch: 2 };
    assert.deepEqual(read({ cutBy }), { ...nothing, cutBy });
    assert.deepEqual(read({ cutBy: { batch: 'all' } }), nothing);
  });

  it('confirms in a test alone', () => {
    assert.equal(read({ confirm: true }, true).confirmed, true);
    assert.throws(() => read({ confirm: true }), { code: 'ARGUMENTS_INVALID', message: /it asks you/ });
  });

  for (const argument of [7, 'sandbox', { request: [] }, { request: 'x' }, { environment: '..' }, { x: 1 }]) {
    it(`is refused: ${JSON.stringify(argument)}`, () => {
      assert.throws(() => read(argument), { code: 'ARGUMENTS_INVALID' });
    });
  }
});

describe('the argument that names a write', () => {
  const read = (argument: unknown) => readWriteReference(argument);

  it('is its environment and request id', () => {
    const reference = { environment: 'sandbox', requestId: 'r-1' };
    assert.deepEqual(read(reference), reference);
  });

  for (const argument of [
    undefined,
    {},
    { environment: 'sandbox' },
    { requestId: 'r-1' },
    { environment: 'sandbox', requestId: '' },
    { environment: 'sandbox', requestId: 7 },
    { environment: '..', requestId: 'r-1' },
    // Whether it happened is for a person to say.
    { environment: 'sandbox', requestId: 'r-1', happened: true },
  ]) {
    it(`is refused: ${JSON.stringify(argument)}`, () => {
      assert.throws(() => read(argument), { code: 'ARGUMENTS_INVALID' });
    });
  }
});

describe('the argument of signing in', () => {
  it('is a key in a test alone', () => {
    assert.equal(readAccessKeyArgument({ accessKey: 'k' }, { inTest: true }), 'k');
    const refused = { code: 'ARGUMENTS_INVALID' };
    assert.throws(() => readAccessKeyArgument({ accessKey: 'k' }, { inTest: false }), refused);
    assert.throws(() => readAccessKeyArgument({ accessKey: 7 }, { inTest: true }), refused);
  });

  it('is otherwise left alone', () => {
    for (const argument of [undefined, null, {}, 'x']) {
      assert.equal(readAccessKeyArgument(argument, { inTest: false }), undefined);
    }
  });
});

describe('a key', () => {
  it('must be able to stand in a header', () => {
    assert.equal(accessKeyFault('aB3-_~!'), undefined);
    for (const key of ['', 'two words', 'line\nline', 'schlüssel', '\u2028']) {
      assert.equal(typeof accessKeyFault(key), 'string', JSON.stringify(key));
    }
  });
});
