import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Claims } from '../../../server/sessions/claims.ts';
import { createSessions } from '../../../server/sessions/sessions.ts';
import { loginCookie, sessionCookie } from '../../support/bff/session-bff.ts';

const minute = 60;
const hour = 3_600;

/** Sessions by a clock of the test's own; the provider believes everybody. */
function startSessions({ claims = { sub: 'ada' } }: { claims?: Claims } = {}) {
  let now = 0;
  let state = '';
  const sessions = createSessions({
    config: {
      publicOrigin: 'https://bff.example.com',
      returnUrls: ['https://tool.example.com/invite'],
      claimGrants: [{ claim: 'sub', value: undefined, grants: ['sandbox:*'] }],
      idleSeconds: 30 * minute,
      absoluteSeconds: 8 * hour,
    },
    provider: {
      authorizationUrl: async (checks) => {
        state = checks.state;
        return 'https://login.example.com/';
      },
      redeem: async () => claims,
    },
    clock: () => now,
  });
  const cookieOf = (line = '') => line.split(';')[0] ?? '';
  async function begin() {
    const { setCookie } = await sessions.beginLogin(sessions.pageFrom(undefined));
    return { query: `?code=a&state=${state}`, cookie: cookieOf(setCookie) };
  }
  return {
    sessions,
    begin,
    async signIn() {
      const { query, cookie } = await begin();
      return cookieOf((await sessions.finishLogin(query, cookie)).setCookie);
    },
    pass(seconds: number) {
      now += seconds;
    },
  };
}

describe('a session', () => {
  it('ends when it was not used for long enough, and each use counts', async () => {
    const { sessions, signIn, pass } = startSessions();
    const cookie = await signIn();
    for (let use = 0; use < 5; use += 1) {
      pass(29 * minute);
      assert.equal(sessions.sessionOf(cookie)?.caller.id, 'user:ada');
    }
    pass(30 * minute + 1);
    assert.equal(sessions.sessionOf(cookie), undefined);
    pass(-30 * minute);
    assert.equal(sessions.sessionOf(cookie), undefined, 'It came back.');
  });

  it('ends after its whole time, however often it is used', async () => {
    const { sessions, signIn, pass } = startSessions();
    const cookie = await signIn();
    for (let used = 0; used < 8 * hour - 20 * minute; used += 20 * minute) {
      pass(20 * minute);
      assert(sessions.sessionOf(cookie), `after ${used} s`);
    }
    pass(20 * minute);
    assert.equal(sessions.sessionOf(cookie), undefined);
  });

  it('ends at once when it is ended, and no other with it', async () => {
    const { sessions, signIn } = startSessions();
    const [one, other] = [await signIn(), await signIn()];
    assert.notEqual(one, other);
    sessions.endSession(one);
    assert.equal(sessions.sessionOf(one), undefined);
    assert(sessions.sessionOf(other));
  });

  it('is not what a login’s cookie is, nor the other way round', async () => {
    const { sessions, begin, signIn } = startSessions();
    const { query, cookie } = await begin();
    assert.equal(sessions.sessionOf(cookie.replace(loginCookie, sessionCookie)), undefined);
    const session = await signIn();
    await assert.rejects(sessions.finishLogin(query, session.replace(sessionCookie, loginCookie)));
  });
});

describe('a login that was begun', () => {
  it('is good for ten minutes', async () => {
    const { sessions, begin, pass } = startSessions();
    const [soon, late] = [await begin(), await begin()];
    pass(600);
    // The state is that of the login that was begun last, so the first one is refused for that alone.
    await assert.rejects(sessions.finishLogin(late.query, soon.cookie), { code: 'LOGIN_FAILED' });
    // Nor does an attempt keep it alive.
    await assert.rejects(sessions.finishLogin('?state=b', late.cookie), { code: 'LOGIN_FAILED' });
    pass(1);
    await assert.rejects(sessions.finishLogin(late.query, late.cookie), { code: 'LOGIN_FAILED' });
    const anew = await begin();
    pass(600);
    assert.equal((await sessions.finishLogin(anew.query, anew.cookie)).caller.id, 'user:ada');
  });

  it('can lead to a path of the BFF’s own, which no query can name', async () => {
    const { sessions } = startSessions();
    assert.equal(sessions.ownPath('/auth/vscode?a=b').url, 'https://bff.example.com/auth/vscode?a=b');
    assert.throws(() => sessions.pageFrom('/auth/vscode?a=b'), { code: 'VALIDATION_ERROR' });
    assert.throws(() => sessions.pageFrom('https://bff.example.com/auth/vscode'), {
      code: 'VALIDATION_ERROR',
    });
  });
});
