import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { createSessionStore, sessionName } from '../../../extension/src/authentication/session-store.ts';
import { createEvent } from '../../../extension/src/event.ts';

const origin = 'https://bff.example.com';
const name = sessionName(origin);

/** Two windows with the secrets that they share; each has counted the changes that it heard of. */
function twoWindows() {
  const kept = new Map<string, string>();
  const changes = createEvent<{ key: string }>();
  const tell = async (key: string) => {
    // VS Code tells every window of every change, the one that made it included.
    changes.fire({ key });
    await setImmediate();
  };
  const secrets = {
    get: async (key: string) => kept.get(key),
    store: async (key: string, value: string) => {
      kept.set(key, value);
      await tell(key);
    },
    delete: async (key: string) => {
      kept.delete(key);
      await tell(key);
    },
    onDidChange: changes.event,
  };
  const newWindow = () => {
    const store = createSessionStore(secrets);
    const heard = { times: 0 };
    store.onDidChange(() => {
      heard.times += 1;
    });
    return { store, heard };
  };
  return { here: newWindow(), there: newWindow(), tell };
}

describe('a change of the kept sessions', () => {
  it('is heard of once in every window, whichever made it, each time anew', async () => {
    const { here, there, tell } = twoWindows();
    const heard = () => [here.heard.times, there.heard.times];
    await here.store.keep(origin, { accessKey: 'a', caller: 'ada' });
    assert.deepEqual(heard(), [1, 1]);
    await there.store.keep(origin, { accessKey: 'b', caller: 'ada' });
    assert.deepEqual(heard(), [2, 2]);
    // Told of twice, it is news once.
    await tell(name);
    assert.deepEqual(heard(), [2, 2]);
    await here.store.forget(origin);
    assert.deepEqual(heard(), [3, 3]);
  });

  it('is none where the secret is another’s', async () => {
    const { here, tell } = twoWindows();
    await tell('something else');
    assert.equal(here.heard.times, 0);
  });
});
