import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BffError } from '../../../server/bff-error.ts';
import { documentedScopes } from '../../../server/local-pearsana/scopes.ts';
import { Secret } from '../../../server/secret.ts';
import { createScopeFinder } from '../../../server/tokens/scope-finder.ts';

const [ping = '', ...others] = documentedScopes;
const notEnabled = () => BffError.of('SCOPE_NOT_ENABLED', 'Not enabled.');
const rejected = () => BffError.of('CLIENT_CREDENTIALS_REJECTED', 'Rejected.');
const unreachable = () => BffError.of('AUTH_UNREACHABLE', 'Nobody there.');
const credentialsOf = (environment: string, clientSecret = new Secret('a-secret')) => ({
  ...{ environment, authUrl: 'https://auth.example.com', clientId: 'a-client', clientSecret },
});

/** A finder whose authorisation server fails as told, by scope; it notes what it was asked, and how much at once. */
function finder(failing: (scope: string) => Error | undefined = () => undefined) {
  const asked: string[] = [];
  let now = 0;
  let open = 0;
  let mostOpen = 0;
  let fails = failing;
  const findScopes = createScopeFinder({
    clock: () => now,
    requestToken: async (_credentials, scopes) => {
      asked.push(scopes.join(' '));
      open += 1;
      mostOpen = Math.max(mostOpen, open);
      await new Promise(setImmediate);
      open -= 1;
      const failure = fails(scopes.join(' '));
      if (failure) throw failure;
      return { value: new Secret('a-token'), lifetimeSeconds: 3600 };
    },
  });
  return {
    findScopes,
    asked,
    pass: (seconds: number) => {
      now += seconds;
    },
    failWith: (next: typeof fails) => {
      fails = next;
    },
    mostOpen: () => mostOpen,
  };
}

describe('the scopes of an App Client', () => {
  it('are found by asking for each alone, a few at once, in the order of Pearsana’s page', async () => {
    const { findScopes, asked, mostOpen } = finder((scope) =>
      scope.includes('users') ? notEnabled() : undefined,
    );
    const before = Date.now();
    const { checkedAt, scopes } = await findScopes(credentialsOf('sandbox'));
    assert.deepEqual(asked, [...documentedScopes]);
    assert.equal(mostOpen(), 3);
    assert.deepEqual(
      scopes.map(({ scope, enabled, error }) => [scope, enabled, error]),
      documentedScopes.map((scope) => [scope, !scope.includes('users'), undefined]),
    );
    assert.equal(scopes[0]?.grants, 'the connectivity test');
    assert.equal(new Set(scopes.map(({ grants }) => grants)).size, 8);
    assert(Date.parse(checkedAt) >= before && Date.parse(checkedAt) <= Date.now());
  });

  it('are asked for once, however many want to know, and again after a minute', async () => {
    const { findScopes, asked, pass } = finder();
    const credentials = credentialsOf('sandbox');
    const answers = await Promise.all(Array.from({ length: 100 }, () => findScopes(credentials)));
    assert.equal(new Set(answers).size, 1);
    pass(59);
    assert.equal(await findScopes(credentials), answers[0]);
    assert.equal(asked.length, 8);
    pass(1);
    assert.notEqual(await findScopes(credentials), answers[0]);
    assert.equal(asked.length, 16);
  });

  it('are those of one environment and one secret', async () => {
    const { findScopes, asked } = finder();
    const first = credentialsOf('sandbox');
    for (const credentials of [first, credentialsOf('production'), first]) await findScopes(credentials);
    assert.equal(asked.length, 16);
    await findScopes(credentialsOf('sandbox'));
    assert.equal(asked.length, 24);
  });

  it('are unknown where the server failed for them alone, and soon asked for again', async () => {
    const { findScopes, asked, pass, failWith } = finder((scope) =>
      scope === ping ? unreachable() : undefined,
    );
    const credentials = credentialsOf('sandbox');
    const { scopes } = await findScopes(credentials);
    const error = { code: 'AUTH_UNREACHABLE', message: 'Nobody there.' };
    assert.deepEqual(
      scopes.map(({ scope, enabled, error }) => [scope, enabled, error]),
      [[ping, null, error], ...others.map((scope) => [scope, true, undefined])],
    );
    failWith(() => undefined);
    pass(5);
    assert.equal((await findScopes(credentials)).scopes[0]?.enabled, true);
    assert.equal(asked.length, 16);
  });

  it('are all unknown where the first ones are: a server that is down is not asked eight times', async () => {
    const { findScopes, asked } = finder(unreachable);
    const { scopes } = await findScopes(credentialsOf('sandbox'));
    assert.equal(asked.length, 3);
    assert.deepEqual(
      scopes.map(({ scope, enabled, error }) => [scope, enabled, error?.code]),
      documentedScopes.map((scope) => [scope, null, 'AUTH_UNREACHABLE']),
    );
    assert.equal(new Set(scopes.map(({ grants }) => grants)).size, 8);
  });

  it('cannot be asked for with wrong credentials: that fails, and is asked again a little later', async () => {
    const { findScopes, asked, pass, failWith } = finder(rejected);
    const credentials = credentialsOf('sandbox');
    for (let time = 0; time < 3; time += 1) {
      await assert.rejects(findScopes(credentials), {
        code: 'CLIENT_CREDENTIALS_REJECTED',
        message: 'Rejected.',
      });
    }
    assert.equal(asked.length, 3);
    pass(5);
    failWith(() => undefined);
    assert.equal((await findScopes(credentials)).scopes.length, 8);
  });

  it('are told where the credentials were rejected for one alone', async () => {
    const { findScopes } = finder((scope) => (scope === ping ? rejected() : undefined));
    const { scopes } = await findScopes(credentialsOf('sandbox'));
    assert.deepEqual([scopes[0]?.enabled, scopes[0]?.error?.code], [null, 'CLIENT_CREDENTIALS_REJECTED']);
  });
});
