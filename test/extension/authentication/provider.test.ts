import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type * as vscode from 'vscode';
import { createProvider } from '../../../extension/src/authentication/provider.ts';
import type { KeptSession } from '../../../extension/src/authentication/session-store.ts';

type Change = vscode.AuthenticationProviderAuthenticationSessionsChangeEvent;

/** The storage that all windows share, and one window's provider. */
function newWindow(shared: { url: string; kept: Map<string, KeptSession> }) {
  const told: string[] = [];
  const signedOut: string[] = [];
  const provider = createProvider({
    current: async () => {
      const session = shared.kept.get(shared.url);
      return session && { origin: shared.url, session };
    },
    signIn: async () => {
      shared.kept.set(shared.url, { accessKey: 'the-secret-key', caller: 'user:ada' });
      return true;
    },
    signOut: async () => {
      signedOut.push(shared.url);
      shared.kept.delete(shared.url);
    },
  });
  provider.onDidChangeSessions(({ added, removed, changed }: Change) => {
    const labels = (sessions: Change['added']) => sessions?.map(({ account }) => account.label).join() ?? '';
    told.push(`+${labels(added)} -${labels(removed)} ~${labels(changed)}`);
  });
  return { provider, told, signedOut };
}

const first = 'https://first.example';
const second = 'https://second.example:8443';
const newShared = () => ({ url: first, kept: new Map<string, KeptSession>() });

describe('the authentication provider', () => {
  it('shows the caller and the BFF, and no key', async () => {
    const { provider } = newWindow(newShared());
    assert.deepEqual(await provider.getSessions(undefined, {}), []);
    const session = await provider.createSession([], {});
    assert.equal(session.account.label, 'user:ada (first.example)');
    assert.deepEqual(await provider.getSessions(undefined, {}), [session]);
    // Another extension may be given this, if the user agrees.
    assert.doesNotMatch(JSON.stringify(session), /secret/);
  });

  it('keeps windows in step', async () => {
    const shared = newShared();
    const [here, there] = [newWindow(shared), newWindow(shared)];
    const session = await here.provider.createSession([], {});
    // The event of the secret storage, in each window.
    await there.provider.refresh();
    await here.provider.refresh();
    assert.deepEqual(
      [here.told, there.told],
      [['+user:ada (first.example) - ~'], ['+user:ada (first.example) - ~']],
    );
    await there.provider.removeSession(session.id);
    await here.provider.refresh();
    assert.deepEqual(here.told.at(-1), '+ -user:ada (first.example) ~');
    assert.deepEqual(there.told, here.told);
  });

  it('knows after a change of the address whom that one has signed in', async () => {
    const shared = newShared();
    const { provider, told } = newWindow(shared);
    await provider.createSession([], {});
    shared.url = second;
    await provider.refresh();
    assert.deepEqual(await provider.getSessions(undefined, {}), []);
    await provider.createSession([], {});
    shared.url = first;
    await provider.refresh();
    assert.deepEqual(told, [
      '+user:ada (first.example) - ~',
      '+ -user:ada (first.example) ~',
      '+user:ada (second.example:8443) - ~',
      '+user:ada (first.example) -user:ada (second.example:8443) ~',
    ]);
  });

  it('signs out of no BFF but the one that the session was of', async () => {
    const shared = newShared();
    const { provider, signedOut } = newWindow(shared);
    const { id } = await provider.createSession([], {});
    shared.url = second;
    await provider.createSession([], {});
    await provider.removeSession(id);
    assert.deepEqual([signedOut, [...shared.kept.keys()]], [[], [first, second]]);
  });

  it('has no session for who asks for another account', async () => {
    const { provider } = newWindow(newShared());
    const { account } = await provider.createSession([], {});
    assert.equal((await provider.getSessions([], { account })).length, 1);
    assert.deepEqual(await provider.getSessions([], { account: { id: 'other', label: 'other' } }), []);
  });
});
