import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setImmediate as settled } from 'node:timers/promises';
import { BffError } from '../../../server/bff-error.ts';
import { Secret } from '../../../server/secret.ts';
import type { GrantedToken } from '../../../server/tokens/token-request.ts';
import { createTokenRoom } from '../../../server/tokens/token-room.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const scopes = ['pearsana-partner/ping'];
const baseUrl = 'https://api.example.com';
const request = { method: 'GET', baseUrl, path: '/ping', headers: {}, writes: false } as const;

/** An hour of the room in the time that it takes to compute it. Its partner knows when each token truly ends. */
function simulate(options: {
  lifetimeSeconds: number;
  random: () => number;
  /** What the authorisation server does at this second. By default it issues a token. */
  answer?: (now: number) => Promise<GrantedToken> | undefined;
}) {
  const { lifetimeSeconds, random, answer } = options;
  let now = 0;
  let sent = 0;
  const askedAt: number[] = [];
  const endOf = new Map<string, number>();
  const waits: { until: number; go: () => void }[] = [];
  const tokens = createTokenRoom({
    credentials: [
      {
        environment: 'sandbox',
        authUrl: 'https://auth.example.com',
        clientId: 'id',
        clientSecret: new Secret('a'),
      },
    ],
    async requestToken() {
      askedAt.push(now);
      const failed = answer?.(now);
      if (failed) return failed;
      const value = `Bearer token-${askedAt.length}`;
      endOf.set(value, now + lifetimeSeconds);
      return { value: new Secret(value.slice(7)), lifetimeSeconds };
    },
    async transport({ headers }) {
      sent += 1;
      const end = endOf.get(headers.authorization ?? '') ?? assert.fail('A token of nobody was sent.');
      assert(now < end, `At ${now} s a token was sent that had ended at ${end} s.`);
      return { status: 200, header: () => undefined, text: '', durationMs: 1 };
    },
    clock: () => now,
    random,
  });
  return {
    askedAt,
    now: () => now,
    sent: () => sent,
    send: () => tokens.send('sandbox', scopes, request),
    /** Resolves in so many of the simulated seconds. */
    wait: (seconds: number) =>
      new Promise<void>((go) => {
        waits.push({ until: now + seconds, go });
      }),
    async pass(seconds: number) {
      now += seconds;
      for (const wait of waits.splice(0)) {
        if (wait.until <= now) wait.go();
        else waits.push(wait);
      }
      await settled();
    },
  };
}

describe('over many lifetimes, whatever the wall clock does', () => {
  for (const lifetimeSeconds of [1, 5, 30, 60, 240, 300, 3600]) {
    it(`tokens of ${lifetimeSeconds} s cost at most two requests a lifetime, and none is sent that has ended`, async (test: TestContext) => {
      test.mock.timers.enable({ apis: ['Date'], now: Date.UTC(2026, 0, 30) });
      const random = seededRandom(lifetimeSeconds);
      const room = simulate({ lifetimeSeconds, random });
      const total = 30 * lifetimeSeconds;
      for (let call = 0; call < 3_000; call += 1) {
        // Somebody sets the clock, back and forth, as a bad time server does.
        if (random() < 0.05) {
          const stepped = Date.now() + (random() < 0.5 ? -300_000 : 300_000);
          test.mock.timers.setTime(Math.max(0, stepped));
        }
        await room.send();
        await room.pass(total / 3_000);
      }
      assert.equal(room.sent(), 3_000);
      const most = Math.ceil(total / (lifetimeSeconds / 2)) + 1;
      assert(room.askedAt.length <= most, `${room.askedAt.length} requests, and not ${most}`);
      assert(room.askedAt.length >= 30, `${room.askedAt.length} requests`);
    });
  }
});

describe('an outage of the authorisation server of 60 s, at 100 calls a second', () => {
  const away = () => BffError.of('AUTH_UNREACHABLE', 'away');
  const kinds: [what: string, fail: (wait: (seconds: number) => Promise<void>) => Promise<never>][] = [
    ['that refuses at once', () => Promise.reject(away())],
    [
      'that says to come back in 3 s',
      () => Promise.reject(BffError.of('AUTH_UNREACHABLE', 'away', { retryAfterSeconds: 3 })),
    ],
    ['that hangs', (wait) => wait(5).then(() => Promise.reject(BffError.of('AUTH_TIMEOUT', 'silent')))],
  ];
  // Tokens of 100 s: stale from 55 s on at the latest, ended at 98 s. The outage ends at any point between two attempts.
  const expired = 98;

  for (const [what, fail] of kinds) {
    for (const seed of [1, 2, 3]) {
      it(`${what} costs it at most 20 requests, and is over within 6 s (seed ${seed})`, async () => {
        const begin = 57 + 2.5 * seed;
        const end = begin + 60;
        const random = seededRandom(seed);
        const room = simulate({
          lifetimeSeconds: 100,
          random,
          // A refresh of before the outage would spare the room what is to be seen: it is failed too.
          answer: (now) => (now > 40 && now < end ? fail(room.wait) : undefined),
        });
        await room.send();
        const failedAt: number[] = [];
        let recoveredAt: number | undefined;
        let sentWhileExpired = 0;
        const calls: Promise<void>[] = [];
        for (let step = 0; step < 140 * 100; step += 1) {
          const asked = room.now();
          const sent = room.sent();
          const isOut = asked >= expired && asked < end;
          calls.push(
            room.send().then(
              () => {
                if (asked >= end) recoveredAt ??= room.now();
              },
              (error: unknown) => {
                assert(error instanceof BffError && error.source === 'auth', String(error));
                failedAt.push(asked);
              },
            ),
          );
          await room.pass(0.01);
          if (isOut && room.now() < end) sentWhileExpired += room.sent() - sent;
        }
        await Promise.all(calls);
        const attempts = room.askedAt.filter((at) => at >= begin && at < end).length;
        assert(attempts <= 20 && attempts >= 5, `${attempts} requests`);
        assert.equal(sentWhileExpired, 0);
        assert.deepEqual(
          failedAt.filter((at) => at < expired - 0.02),
          [],
        );
        assert(failedAt.length > 0);
        assert(recoveredAt !== undefined && recoveredAt < end + 6, `recovered at ${recoveredAt} s`);
      });
    }
  }
});
