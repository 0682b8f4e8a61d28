import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { environmentsAnswer } from '../../../../shared/environments.ts';
import { operations } from '../../../../shared/operations.ts';
import { type Answer, failureIn, startTestBff } from '../../../support/bff/test-bff.ts';
import { rawHead, rawRequest } from '../../../support/network/raw-http.ts';
import { operationPath } from '../../../support/requests/paths.ts';
import {
  isFreeForm,
  lists,
  type Place,
  placesIn,
  samples,
  withValueAt,
  writeNames,
} from '../../../support/requests/write-samples.ts';
import { otherTypes, unusableBodies } from '../bad-bodies.ts';
import { type Headers, headersOf, postWrite } from '../post-write.ts';
import { capsOf, smallLimits } from './small-limits.ts';

type Refusal = [status: number, code: string];

const invalid: Refusal = [400, 'VALIDATION_ERROR'];
const wrongType: Refusal = [415, 'UNSUPPORTED_MEDIA_TYPE'];
const tooLarge: Refusal = [413, 'PAYLOAD_TOO_LARGE'];

test('a write that is refused', async (t) => {
  await using bff = await startTestBff({ variables: { ...smallLimits, RATE_LIMIT_PER_MINUTE: '100000' } });

  // Whatever came, Pearsana heard nothing of it, and no token was asked for.
  t.afterEach(async () => {
    assert.deepEqual(bff.pearsana.arrivals, []);
    const { environments } = environmentsAnswer.parse((await bff.call('/api/environments')).body);
    assert.deepEqual(environments[0]?.tokens, []);
  });

  /** Fails unless it is this refusal, says that nothing was sent, and is short. */
  function assertRefused(answer: Pick<Answer, 'status' | 'headers' | 'text'>, [status, code]: Refusal): void {
    const failure = failureIn(answer);
    assert.deepEqual(
      [answer.status, failure.code, failure.outcome, failure.source, failure.retryable, failure.environment],
      [status, code, 'not_sent', 'bff', false, 'sandbox'],
      answer.text.slice(0, 500),
    );
    assert(answer.text.length < 10_000);
  }

  for (const name of writeNames) {
    const { whole, least } = samples[name];
    const text = JSON.stringify(whole);
    const bodyCap = capsOf(name);

    for (const [what, body] of unusableBodies) {
      await t.test(`${name}: ${what}`, async () => assertRefused(await postWrite(bff, name, body), invalid));
    }

    await t.test(`${name}: invalid UTF-8 within a good request`, async () => {
      const [before = '', end = ''] = text.split('S-1');
      const body = Buffer.concat([Buffer.from(before), Buffer.from([0xff]), Buffer.from(end)]);
      const answer = await postWrite(bff, name, body);
      assertRefused(answer, invalid);
      assert.equal(failureIn(answer).message, 'The body is not UTF-8.');
    });

    for (const type of otherTypes) {
      await t.test(`${name}: the content type ${type}`, async () => {
        assertRefused(await postWrite(bff, name, text, { 'Content-Type': type }), wrongType);
      });
    }

    for (const encoding of ['gzip', 'deflate', 'br', 'zstd', 'gzip, gzip', 'x']) {
      await t.test(`${name}: compressed by ${encoding}`, async () => {
        const headers: Headers = { 'Content-Encoding': encoding };
        assertRefused(await postWrite(bff, name, gzipSync(text), headers), wrongType);
      });
    }

    const padded = (bytes: number) => text + ' '.repeat(bytes - Buffer.byteLength(text));
    for (const more of [1, 1_000_000]) {
      await t.test(`${name}: ${more} more than the cap, with a length and in chunks`, async () => {
        assertRefused(await postWrite(bff, name, padded(bodyCap + more)), tooLarge);
        const chunked = { 'Transfer-Encoding': 'chunked' };
        assertRefused(await postWrite(bff, name, padded(bodyCap + more), chunked), tooLarge);
      });
    }

    const unfinished: [how: string, framing: Record<string, string>, begun: string][] = [
      ['by its length alone', { 'Content-Length': '1000000000' }, ''],
      ['one byte over by its length', { 'Content-Length': String(bodyCap + 1) }, '{'],
      [
        'in chunks, at the first byte too many',
        { 'Transfer-Encoding': 'chunked' },
        `${(bodyCap + 1).toString(16)}\r\n${padded(bodyCap + 1)}`,
      ],
    ];
    for (const [how, framing, begun] of unfinished) {
      await t.test(`${name}: too large, ${how}, while it is still arriving`, async () => {
        const headers = { Host: new URL(bff.url).host, ...Object.fromEntries(headersOf(bff)), ...framing };
        // The rest never comes: were it waited for, there would be no answer.
        const answer = await rawRequest(
          bff.url,
          rawHead(operationPath(name, 'sandbox'), headers, 'POST') + begun,
        );
        assertRefused(answer, tooLarge);
        assert.equal(answer.headers.get('connection'), 'close');
      });
    }

    const refusedAt = async (place: Place, request: unknown, path: string) => {
      const answer = await postWrite(bff, name, JSON.stringify(request));
      assertRefused(answer, invalid);
      const { details, message } = failureIn(answer);
      const { errors, issues } = details as { errors: string[]; issues: { path: string; message: string }[] };
      assert.equal(errors.length, issues.length);
      assert(
        issues.some((issue) => issue.path === path),
        `${place.join('.')}: ${answer.text}`,
      );
      assert(message.startsWith(errors[0] ?? 'no error'));
    };
    const pathOf = (place: Place) =>
      place
        .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
        .join('')
        .replace(/^\./, '');

    await t.test(`${name}: any field of the least request missing, empty or blank`, async () => {
      for (const { place, value } of placesIn(least)) {
        if (place.length === 0) continue;
        // A list without its only entry is what is wrong then.
        const path = pathOf(typeof place.at(-1) === 'number' ? place.slice(0, -1) : place);
        await refusedAt(place, withValueAt(least, place, undefined), path);
        if (typeof value !== 'string') continue;
        for (const blank of ['', ' ', '\u00a0\t']) {
          await refusedAt(place, withValueAt(least, place, blank), pathOf(place));
        }
      }
    });

    await t.test(`${name}: any field of the whole request of another type`, async () => {
      for (const { place, value } of placesIn(whole)) {
        if (place.length === 0 || isFreeForm(place.slice(0, -1))) continue;
        const others = [null, 1, true, ...(typeof value === 'string' ? [[], {}, ['x']] : ['x'])];
        for (const other of others) await refusedAt(place, withValueAt(whole, place, other), pathOf(place));
      }
    });

    await t.test(`${name}: a field that there is not, in any object`, async () => {
      for (const { place, value } of placesIn(whole)) {
        if (typeof value !== 'object' || Array.isArray(value) || isFreeForm(place)) continue;
        for (const key of ['surprise', 'constructor', '__proto__', 'toString']) {
          const spoilt = JSON.parse(`{"${key}":{"polluted":true},${JSON.stringify(value).slice(1)}`);
          await refusedAt(place, withValueAt(whole, place, spoilt), pathOf([...place, key]));
        }
      }
      assert.equal(Reflect.get({}, 'polluted'), undefined);
    });

    const list = lists[name];
    if (list) {
      const { field, most, entry } = list;
      const many = (count: number) => Array.from({ length: count }, (_, index) => entry(index));
      await t.test(`${name}: too many ${field}, and ten thousand wrong ones`, async () => {
        await refusedAt([], { ...least, [field]: many(most + 1) }, field);
        for (const wrong of ['', 0, null]) {
          await refusedAt([], { ...least, [field]: Array(10_000).fill(wrong) }, field);
        }
        const body = JSON.stringify({ ...least, [field]: many(Math.ceil(bodyCap / 40)) });
        assertRefused(await postWrite(bff, name, body), tooLarge);
      });
    }

    await t.test(`${name}: another method`, async () => {
      const here = Object.values(operations).filter(({ path }) => path === operations[name].path);
      const possible: string[] = here.map(({ method }) => method);
      for (const method of ['GET', 'PUT'].filter((each) => !possible.includes(each))) {
        const answer = await bff.call(operationPath(name, 'sandbox'), { method });
        assert.deepEqual([answer.status, failureIn(answer).code], [405, 'METHOD_NOT_ALLOWED']);
        assert.equal(answer.headers.get('allow'), possible.join(', '));
      }
    });
  }

  await t.test('a namespace twice in an invitation, a bad e-mail, a bad date', async () => {
    const { whole } = samples.createInvitation;
    const [first] = whole.externalReferences;
    const twice = { ...whole, externalReferences: [first, { ...first, externalId: 'S-9' }] };
    const wrong: [(typeof writeNames)[number], unknown, RegExp][] = [
      ['createInvitation', twice, /^externalReferences\[1\]\.namespace: `SIS` is used twice/],
      ['createInvitation', { ...whole, email: 'a@b@c.de' }, /^email: `a@b@c\.de` is not an e-mail address$/],
      [
        'createUser',
        withValueAt(samples.createUser.whole, ['profile', 'address', 'dateOfBirth'], '2001-02-29'),
        /^profile\.address\.dateOfBirth: `2001-02-29` is not a date/,
      ],
    ];
    for (const [name, request, message] of wrong) {
      const answer = await postWrite(bff, name, JSON.stringify(request));
      assertRefused(answer, invalid);
      assert.match(failureIn(answer).message, message);
    }
  });

  await t.test('none of it is unexpected to the BFF', () => {
    assert.deepEqual(
      bff.logLines.filter((line) => line.includes('unexpected')),
      [],
    );
  });
});
