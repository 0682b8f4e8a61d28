import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as settled } from 'node:timers/promises';
import { BffError } from '../../../server/bff-error.ts';
import { Secret } from '../../../server/secret.ts';
import { createTokenKeeper, type KeptToken } from '../../../server/tokens/token-keeper.ts';
import type { GrantedToken } from '../../../server/tokens/token-request.ts';

const isFailure = (code: string) => ({ name: 'BffError', code });

/** A keeper with a clock and an authorisation server that the test moves by hand. */
function byHand(lifetimeSeconds = 3600, random = 0, inherited?: KeptToken) {
  let now = 1_000;
  const asked: PromiseWithResolvers<GrantedToken>[] = [];
  const keeper = createTokenKeeper({
    request: () => {
      const answer = Promise.withResolvers<GrantedToken>();
      asked.push(answer);
      return answer.promise;
    },
    clock: () => now,
    random: () => random,
    inherited,
  });
  return {
    keeper,
    asked,
    pass: (seconds: number) => {
      now += seconds;
    },
    /** Answers what is under way, and lets everybody who waits for it see that. */
    async grant(value = `token-${asked.length}`) {
      for (const each of asked) each.resolve({ value: new Secret(value), lifetimeSeconds });
      await settled();
    },
    async fail(error: unknown = BffError.of('AUTH_UNREACHABLE', 'away')) {
      for (const each of asked) each.reject(error);
      await settled();
    },
    async get() {
      return (await keeper.get()).value.reveal();
    },
    /** The generation of what is kept. */
    generation: () => keeper.usable()?.value.generation ?? assert.fail('Nothing is kept.'),
  };
}

async function withToken(lifetimeSeconds?: number, random?: number) {
  const room = byHand(lifetimeSeconds, random);
  const first = room.get();
  await room.grant();
  assert.equal(await first, 'token-1');
  return room;
}

describe('a token keeper', () => {
  it('asks once, however many wait, and once more for nobody', async () => {
    const room = byHand();
    const waiting = Promise.all(Array.from({ length: 100 }, () => room.get()));
    await room.grant();
    assert.deepEqual([...new Set(await waiting)], ['token-1']);
    await room.get();
    assert.equal(room.asked.length, 1);
  });

  it('fails all who wait with the one failure, and asks once for those who come later', async () => {
    const room = byHand();
    const waiting = Promise.allSettled(Array.from({ length: 100 }, () => room.get()));
    await room.fail();
    assert((await waiting).every(({ status }) => status === 'rejected'));
    room.pass(60);
    const later = [room.get(), room.get()];
    await room.grant('late');
    assert.deepEqual(await Promise.all(later), Array(2).fill('late'));
    assert.equal(room.asked.length, 2);
  });

  // Lifetime, margin and the moment shortly before the end at which a token is no longer used.
  for (const [lifetime, margin, travel] of [
    [3600, 60, 2],
    [240, 60, 2],
    [120, 60, 2],
    [100, 50, 2],
    [10, 5, 1],
    [1, 0.5, 0.1],
  ] as const) {
    it(`takes ${lifetime} s for fresh until ${margin} s, and for usable until ${travel} s before the end`, async () => {
      const room = await withToken(lifetime);
      room.pass(lifetime - margin - 0.01);
      assert.equal(room.keeper.status().state, 'fresh');
      await room.get();
      assert.equal(room.asked.length, 1);
      room.pass(0.02);
      assert.equal(room.keeper.status().state, 'stale');
      room.pass(margin - travel - 0.02);
      assert.equal(room.keeper.status().state, 'stale');
      room.pass(0.02);
      assert.equal(room.keeper.status().state, 'expired');
      assert.equal(room.keeper.status().expiresAt, null);
    });
  }

  it('counts the lifetime from before the request, when it cannot have begun', async () => {
    const room = byHand(100);
    const first = assert.rejects(room.get(), isFailure('AUTH_TIMEOUT'));
    room.pass(99);
    await room.grant();
    await first;
    assert.equal(room.keeper.usable(), undefined);
    room.pass(1);
    const second = room.get();
    await room.grant();
    assert.equal(await second, 'token-2');
  });

  it('spreads the moment of refreshing by a tenth of the margin, fixed when the token is stored', async () => {
    const room = await withToken(3600, 1);
    room.pass(3600 - 55);
    assert.equal(room.keeper.status().state, 'fresh');
    room.pass(2);
    assert.equal(room.keeper.status().state, 'stale');
  });

  it('uses a stale token while one refresh runs behind it', async () => {
    const room = await withToken();
    room.pass(3590);
    for (let call = 0; call < 10; call += 1) assert.equal(await room.get(), 'token-1');
    assert.equal(room.asked.length, 2);
    await room.grant();
    assert.equal(await room.get(), 'token-2');
    assert.equal(room.keeper.status().state, 'fresh');
  });

  it('uses a stale token while refreshing fails, and asks again after a growing while', async () => {
    const room = await withToken();
    room.pass(3541);
    const askedAt: number[] = [];
    for (let second = 0; second < 20; second += 0.5, room.pass(0.5)) {
      const before = room.asked.length;
      assert.equal(await room.get(), 'token-1');
      if (room.asked.length > before) {
        askedAt.push(second);
        await room.fail();
      }
    }
    // Each wait is 80 % of 1, 2, 4, 5, 5 … s, seen in half seconds.
    assert.deepEqual(askedAt, [0, 1, 3, 6.5, 10.5, 14.5, 18.5]);
  });

  it('fails closed once a token has expired, and waits for a request that is already under way', async () => {
    const room = await withToken();
    room.pass(3590);
    await room.get();
    room.pass(10);
    const [one, other] = [room.get(), room.get()];
    assert.equal(room.asked.length, 2);
    await room.grant();
    assert.deepEqual(await Promise.all([one, other]), Array(2).fill('token-2'));
    room.pass(3600);
    const failed = assert.rejects(room.get(), isFailure('AUTH_UNREACHABLE'));
    await room.fail();
    await failed;
    assert.equal(room.keeper.status().state, 'failing');
  });
});

describe('eviction', () => {
  it('drops the token that was refused', async () => {
    const room = await withToken();
    room.keeper.evict(room.generation());
    assert.equal(room.keeper.status().state, 'expired');
    const next = room.get();
    await room.grant();
    assert.equal(await next, 'token-2');
  });

  it('leaves a newer token alone: fifty late refusals cost one request', async () => {
    const room = await withToken();
    const refused = room.generation();
    for (let late = 0; late < 50; late += 1) {
      room.keeper.evict(refused);
      const next = room.get();
      await room.grant();
      assert.equal(await next, 'token-2');
    }
    assert.equal(room.asked.length, 2);
  });
});

describe('a token that was refused in the place of another', () => {
  it('is left alone until the cool-down is over', async () => {
    const room = await withToken();
    room.keeper.hold();
    room.keeper.evict(room.generation());
    assert.equal(await room.get(), 'token-1');
    room.pass(5);
    room.keeper.evict(room.generation());
    assert.equal(room.keeper.usable(), undefined);
  });
});

describe('a token of the secret before', () => {
  async function heir(lifetimeSeconds: number) {
    const before = await withToken(lifetimeSeconds);
    return byHand(3600, 0, before.keeper.usable());
  }

  it('is stale from the first, and gives way to one of the new secret', async () => {
    const room = await heir(3600);
    assert.equal(room.keeper.status().state, 'stale');
    assert.equal(await room.get(), 'token-1');
    assert.equal(room.asked.length, 1);
    await room.grant('new');
    assert.equal(await room.get(), 'new');
    assert.equal(room.keeper.status().state, 'fresh');
  });

  it('serves while the new secret is refused, until its own end and no longer', async () => {
    const room = await heir(100);
    for (let second = 0; second < 98; second += 1, room.pass(1)) {
      assert.equal(await room.get(), 'token-1');
      await room.fail(BffError.of('CLIENT_CREDENTIALS_REJECTED', 'refused'));
    }
    await assert.rejects(room.get(), isFailure('CLIENT_CREDENTIALS_REJECTED'));
    // Every 15 s, and no more often.
    assert.equal(room.asked.length, 7);
  });

  it('is evicted like any other', async () => {
    const room = await heir(3600);
    room.keeper.evict(room.generation());
    const next = room.get();
    await room.grant('new');
    assert.equal(await next, 'new');
  });
});

describe('after a failure', () => {
  const cases: [what: string, error: BffError, coolDown: number][] = [
    ['of the connection', BffError.of('AUTH_UNREACHABLE', ''), 0.8],
    ['with Retry-After', BffError.of('AUTH_UNREACHABLE', '', { retryAfterSeconds: 30 }), 30],
    ['with a shorter Retry-After', BffError.of('AUTH_UNREACHABLE', '', { retryAfterSeconds: 0 }), 0.8],
    ['of nonsense', BffError.of('AUTH_BAD_RESPONSE', ''), 0.8],
    ['that a person must mend', BffError.of('CLIENT_CREDENTIALS_REJECTED', ''), 15],
    ['of a scope that is not enabled', BffError.of('SCOPE_NOT_ENABLED', ''), 15],
  ];
  for (const [what, error, coolDown] of cases) {
    it(`${what}, nobody asks for ${coolDown} s, and all are told why`, async () => {
      const room = byHand();
      const first = assert.rejects(room.get(), isFailure(error.code));
      await room.fail(error);
      await first;
      room.pass(coolDown - 0.01);
      const told = assert.rejects(room.get(), isFailure(error.code));
      await room.fail(new Error('asked too early'));
      await told;
      assert.equal(room.asked.length, 1);
      assert.equal(room.keeper.status().state, 'failing');
      room.pass(0.02);
      const again = room.get();
      await room.grant();
      assert.equal(await again, 'token-2');
      assert.equal(room.keeper.status().state, 'fresh');
    });
  }

  it('nothing of it is left once a token has come', async () => {
    const room = byHand(100);
    for (const _attempt of [1, 2, 3]) {
      const failed = assert.rejects(room.get());
      await room.fail();
      await failed;
      room.pass(10);
    }
    const first = room.get();
    await room.grant();
    await first;
    room.pass(100);
    assert.equal(room.keeper.status().state, 'expired');
    // The next failure is the first again, with the shortest cool-down.
    const failed = assert.rejects(room.get());
    await room.fail();
    await failed;
    room.pass(0.81);
    const second = room.get();
    assert.equal(room.asked.length, 6);
    await room.grant();
    await second;
  });

  it('with a Retry-After of an hour, it is asked again after five minutes', async () => {
    const room = byHand();
    const first = assert.rejects(room.get(), isFailure('AUTH_UNREACHABLE'));
    await room.fail(BffError.of('AUTH_UNREACHABLE', '', { retryAfterSeconds: 3600 }));
    await first;
    room.pass(301);
    const again = room.get();
    await room.grant();
    assert.equal(await again, 'token-2');
  });

  it('that is thrown at once, it is asked again all the same', async () => {
    let fails = true;
    let now = 0;
    const keeper = createTokenKeeper({
      request: () => {
        if (fails) throw new Error('before there is a promise');
        return Promise.resolve({ value: new Secret('good'), lifetimeSeconds: 60 });
      },
      clock: () => now,
      random: () => 0,
    });
    await assert.rejects(async () => keeper.get(), isFailure('INTERNAL'));
    fails = false;
    now += 1;
    assert.equal((await keeper.get()).value.reveal(), 'good');
  });

  it('that nobody foresaw, callers get INTERNAL', async () => {
    const room = byHand();
    const first = assert.rejects(room.get(), isFailure('INTERNAL'));
    await room.fail(new Error('a bug'));
    await first;
  });
});
