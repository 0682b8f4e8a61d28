import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { signInFirst } from '../../../extension/src/commands/sign-in-first.ts';
import { failureSample } from '../samples.ts';

type SignInResult = { signedInTo: string } | { error: ReturnType<typeof failureSample> } | undefined;

function setUp({ signedIn, result }: { signedIn: boolean; result?: SignInResult }) {
  const done: string[] = [];
  const command = signInFirst(
    (environment: string) => {
      done.push(`ping ${environment}`);
      return environment;
    },
    {
      isSignedIn: async () => signedIn,
      signIn: async () => {
        done.push('sign in');
        return result;
      },
    },
  );
  return { command, done };
}

describe('a command that needs a key', () => {
  it('signs in where nobody is signed in, and then goes on with what it was given', async () => {
    const { command, done } = setUp({ signedIn: false, result: { signedInTo: 'https://a.example' } });
    assert.equal(await command('sandbox'), 'sandbox');
    assert.deepEqual(done, ['sign in', 'ping sandbox']);
  });

  it('asks nobody to sign in twice', async () => {
    const { command, done } = setUp({ signedIn: true });
    await command('sandbox');
    assert.deepEqual(done, ['ping sandbox']);
  });

  it('ends where the sign-in was given up or failed', async () => {
    const given = setUp({ signedIn: false });
    assert.equal(await given.command('sandbox'), undefined);
    assert.deepEqual(given.done, ['sign in']);
    const error = failureSample('BFF_UNREACHABLE');
    const failed = setUp({ signedIn: false, result: { error } });
    assert.deepEqual(await failed.command('sandbox'), { error });
    assert.deepEqual(failed.done, ['sign in']);
  });
});
