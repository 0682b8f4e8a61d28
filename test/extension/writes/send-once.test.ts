import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Backend } from '../../../extension/src/backend.ts';
import { CommandError, type CommandFailure } from '../../../extension/src/failures/command-failure.ts';
import { createIntentions } from '../../../extension/src/writes/intentions.ts';
import { sendOnce, type WriteOnce } from '../../../extension/src/writes/send-once.ts';
import type { CallOptions } from '../../../shared/client.ts';
import { failureSample, backend as origin, production, sandbox } from '../samples.ts';

const write: WriteOnce<'createUser'> = { operation: 'createUser', request: { a: 1 }, newKey: false };

/** Where intentions are kept, which can be made to fail. */
function setUp() {
  const kept = new Map<string, unknown>();
  const host = { origin, failing: false, slow: false };
  const state = {
    get: <Value>(name: string) => kept.get(name) as Value | undefined,
    async update(name: string, value: unknown) {
      if (host.failing) throw new Error('The disk is full.');
      if (host.slow) await delay(20);
      kept.set(name, value);
    },
  };
  const sent: CallOptions<'createUser'>[] = [];
  let answerNext: () => Promise<object>;
  // The test's own answers, whatever the row's are.
  const call = (async (_operation: string, options: CallOptions<'createUser'>) => {
    sent.push(options);
    return answerNext();
  }) as Backend['call'];
  const dependencies = { backend: { origin: () => host.origin, call }, intentions: createIntentions(state) };
  const send = (
    answer: () => Promise<object> = async () => ({ requestId: 'r' }),
    more: Partial<typeof write> = {},
    environment = sandbox,
  ) => {
    answerNext = answer;
    return sendOnce(dependencies, { origin, environment }, { ...write, ...more });
  };
  return { host, sent, send };
}

const failing = (more: Partial<CommandFailure>) => async () => {
  throw CommandError.of(failureSample('X', more));
};
const outcomeOf = (answer: object) =>
  'error' in answer ? (answer.error as CommandFailure).outcome : 'succeeded';

describe('sending once', () => {
  it('sends what succeeded or was refused under another key the next time', async () => {
    const { sent, send } = setUp();
    await send();
    await send(failing({ outcome: 'refused' }));
    await send(failing({ code: 'OUTCOME_KNOWN', outcome: 'not_sent' }));
    await send();
    assert.equal(new Set(sent.map(({ idempotencyKey }) => idempotencyKey)).size, 4);
  });

  it('keeps the key of what may have happened when a later try is not sent at all', async () => {
    const { sent, send } = setUp();
    await send(failing({ outcome: 'unknown' }));
    for (const code of ['RATE_LIMITED', 'SHUTTING_DOWN', 'UNAUTHORIZED', 'PAYLOAD_TOO_LARGE'])
      await send(failing({ code, outcome: 'not_sent' }));
    await send();
    assert.equal(new Set(sent.map(({ idempotencyKey }) => idempotencyKey)).size, 1);
  });

  it('does not say “not sent” of what may have happened before, while the BFF is not there', async () => {
    const { send } = setUp();
    const away = failing({ code: 'BFF_UNREACHABLE', outcome: 'not_sent' });
    assert.equal(outcomeOf(await send(away)), 'not_sent');
    await send(failing({ code: 'BFF_UNREACHABLE', outcome: 'unknown' }));
    assert.equal(outcomeOf(await send(away)), 'unknown');
    // It is about this request alone, until it is known what became of it.
    assert.equal(outcomeOf(await send(away, { request: { a: 2 } })), 'not_sent');
    await send(failing({ outcome: 'refused' }));
    assert.equal(outcomeOf(await send(away)), 'not_sent');
  });

  it('keeps the key while nobody knows what became of it, until a person wants a new one', async () => {
    const { sent, send } = setUp();
    for (const newKey of [false, false, true, false]) {
      assert.equal(outcomeOf(await send(failing({ outcome: 'unknown' }), { newKey })), 'unknown');
    }
    const keys = sent.map(({ idempotencyKey }) => idempotencyKey);
    assert.equal(keys[0], keys[1]);
    assert.notEqual(keys[1], keys[2]);
    assert.equal(keys[2], keys[3]);
  });

  it('confirms by name what is protected, and nothing else', async () => {
    const { sent, send } = setUp();
    await send();
    await send(undefined, {}, production);
    assert.deepEqual(
      sent.map(({ environment, confirm }) => [environment, confirm]),
      [
        ['sandbox', undefined],
        ['production', 'production'],
      ],
    );
  });

  it('sends nothing to another BFF than was reviewed, or without having kept the key', async () => {
    const { host, sent, send } = setUp();
    host.origin = 'https://other.example';
    assert.equal(outcomeOf(await send()), 'not_sent');
    host.origin = origin;
    host.failing = true;
    assert.equal(outcomeOf(await send(undefined, { request: { a: 2 } })), 'not_sent');
    assert.deepEqual(sent, []);
  });

  it('is over only once its key is forgotten, however long VS Code takes for that', async () => {
    const { host, sent, send } = setUp();
    host.slow = true;
    await send();
    await send();
    assert.notEqual(sent[0]?.idempotencyKey, sent[1]?.idempotencyKey);
  });

  it('says that it succeeded even where its key cannot be forgotten', async () => {
    const { host, send } = setUp();
    const answer = await send(async () => {
      host.failing = true;
      return { requestId: 'r' };
    });
    assert.deepEqual(answer, { requestId: 'r' });
  });
});
