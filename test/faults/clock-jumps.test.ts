// Every way in which a create can end, each under a key of its own that is tried again and again, while the wall clock goes
// astray and the BFF is killed or ended.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createClient } from '../../shared/client.ts';
import { ClientError } from '../../shared/client-error.ts';
import type { Outcome } from '../../shared/errors.ts';
import { startBffProcess } from '../support/bff/bff-process.ts';
import { clockJumps, createLyingClock } from '../support/bff/lying-clock.ts';
import { type Arrived, type Reply, startFaultServer } from '../support/partner/fault-server.ts';
import { partnerVariables } from '../support/partner/partner-variables.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const accessKey = 'pbff_an-access-key-for-tests-only';
const timeoutMs = 300;
const created: Reply = { status: 201, body: { user: { userId: 'usr_1' } } };

/** What happens when a create first arrives, and whether Pearsana has carried it out. */
type Fault = { reply: Reply; carriedOut: boolean; end: Outcome | 'succeeded' };
const unknownBefore = (reply: Reply): Fault => ({ reply, carriedOut: false, end: 'unknown' });
const unknownAfter = (reply: Reply): Fault => ({ reply, carriedOut: true, end: 'unknown' });

const faults: Record<string, Fault> = {
  none: { reply: created, carriedOut: true, end: 'succeeded' },
  refused: { reply: { status: 422 }, carriedOut: false, end: 'refused' },
  'reset before it was read': unknownBefore({ fault: 'reset-before-body' }),
  'reset after it was read': unknownAfter({ fault: 'reset-after-body' }),
  'no answer': unknownAfter({ fault: 'hang' }),
  'an answer too late': unknownAfter({ ...created, delayMs: 2 * timeoutMs }),
  ...Object.fromEntries(
    [408, 460, 499, 500, 502, 503, 504].flatMap((status): [string, Fault][] => [
      [`${status} of who did nothing`, unknownBefore({ status })],
      [`${status} of who did it`, unknownAfter({ status })],
    ]),
  ),
};
const names = Object.keys(faults);
const keysOfAFault = 4;

describe('creates under keys that are tried again while the wall clock goes astray', {
  timeout: 120_000,
}, () => {
  it('are carried out at most once, and none is lost', async (t) => {
    await using partner = await startFaultServer();
    const arrivals = new Map<string, number>();
    const carriedOut = new Map<string, number>();
    const add = (to: Map<string, number>, key: string) => to.set(key, (to.get(key) ?? 0) + 1);
    partner.api.always(({ body }: Arrived) => {
      const key = String(JSON.parse(body).externalReferences[0].externalId);
      add(arrivals, key);
      const fault = faultOf(key);
      // The cause of a refusal has been fixed by then.
      const isFirst = arrivals.get(key) === 1;
      if (!isFirst || fault.carriedOut) add(carriedOut, key);
      return isFirst ? fault.reply : created;
    });
    using folder = temporaryFolder();
    const data = folder.path;
    const clock = createLyingClock(data);
    const start = () =>
      startBffProcess({
        ...partnerVariables({ sandbox: partner }),
        ...clock.variables,
        BFF_DATA_DIR: data,
        BFF_ACCESS_KEY: accessKey,
        RATE_LIMIT_PER_MINUTE: '1000000',
        PARTNER_TIMEOUT_MS: String(timeoutMs),
        LOG_LEVEL: 'warn',
      });
    let bff = await start();
    await using stack = new AsyncDisposableStack();
    stack.defer(() => bff[Symbol.asyncDispose]());
    const keys = names.flatMap((name) =>
      Array.from({ length: keysOfAFault }, (_, each) => `${name}/${each}`),
    );
    const tryAll = () => Promise.all(keys.map((key) => tryOnce(bff.url, key)));
    const first = await tryAll();
    assert.deepEqual(
      first,
      keys.map((key) => faultOf(key).end),
    );
    const expected = first.map((end) => (end === 'refused' ? 'succeeded' : end));
    for (const [index, jump] of clockJumps.entries()) {
      clock.set(jump);
      assert.deepEqual(await tryAll(), expected, `by ${jump} ms, while it runs`);
      await (index % 2 === 0 ? bff.kill() : bff.end());
      bff = await start();
      assert.deepEqual(await tryAll(), expected, `by ${jump} ms, after a start`);
    }
    const doubled = keys.filter((key) => (carriedOut.get(key) ?? 0) > 1);
    const succeeded = keys.filter((key) => ['succeeded', 'refused'].includes(faultOf(key).end));
    const lost = succeeded.filter((key) => carriedOut.get(key) !== 1);
    const total = [...arrivals.values()].reduce((sum, each) => sum + each, 0);
    t.diagnostic(
      `${keys.length} keys tried ${2 * clockJumps.length + 1} times each: ${total} arrivals, ${doubled.length} doubled, ${lost.length} lost`,
    );
    assert.deepEqual([doubled, lost], [[], []]);
    assert.equal(total, keys.length + keysOfAFault);
  });
});

function faultOf(key: string): Fault {
  return faults[key.split('/')[0] ?? ''] ?? assert.fail(key);
}

async function tryOnce(baseUrl: string, key: string): Promise<Outcome | 'succeeded' | undefined> {
  const request = {
    identity: { email: 'ada@example.com', firstName: 'Ada', lastName: 'Lovelace', roleName: 'student' },
    externalReferences: [{ namespace: 'SIS', externalId: key }],
  };
  const idempotencyKey = key.replaceAll(' ', '-');
  try {
    await createClient({ baseUrl, accessKey }).createUser({
      environment: 'sandbox',
      request,
      idempotencyKey,
    });
    return 'succeeded';
  } catch (error) {
    assert(error instanceof ClientError, String(error));
    return error.failure?.outcome;
  }
}
