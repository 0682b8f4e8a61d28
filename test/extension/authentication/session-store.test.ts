import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSessionStore, sessionName } from '../../../extension/src/authentication/session-store.ts';

const origin = 'https://bff.example.com';
const name = sessionName(origin);

/** Two windows with the secrets that they share. */
function twoWindows() {
  const kept = new Map<string, string>();
  const secrets = {
    get: async (key: string) => kept.get(key),
    store: async (key: string, value: string) => void kept.set(key, value),
    delete: async (key: string) => void kept.delete(key),
  };
  return [createSessionStore(secrets), createSessionStore(secrets)] as const;
}

describe('a change of the kept sessions', () => {
  it('is another window’s, or one’s own, each time anew', async () => {
    const [here, there] = twoWindows();
    await here.keep(origin, { accessKey: 'a', caller: 'ada' });
    assert.deepEqual([await here.changedElsewhere(name), await there.changedElsewhere(name)], [false, true]);
    await there.keep(origin, { accessKey: 'b', caller: 'ada' });
    assert.deepEqual([await here.changedElsewhere(name), await there.changedElsewhere(name)], [true, false]);
    // Told of twice, it is news once.
    assert.equal(await here.changedElsewhere(name), false);
    await here.forget(origin);
    assert.deepEqual([await here.changedElsewhere(name), await there.changedElsewhere(name)], [false, true]);
  });

  it('is none where the secret is another’s', async () => {
    const [here] = twoWindows();
    assert.equal(await here.changedElsewhere('something else'), false);
  });
});
