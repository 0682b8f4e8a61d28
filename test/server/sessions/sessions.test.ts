import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSessions } from '../../../server/sessions/sessions.ts';
import { loginCookies, sessionCookie } from '../../support/bff/session-bff.ts';

const minute = 60;
const hour = 3_600;

/** Sessions by a clock of the test's own; the provider believes everybody. */
function startSessions() {
  let now = 0;
  let who = 'ada';
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
      redeem: async () => ({ claims: { sub: who } }),
      rereadSecret: () => {},
    },
    clock: () => now,
    log: {
      userinfoFailed: () => {},
      claimUnread: () => {},
      loginSecretReplaced: () => {},
      loginSecretUnreadable: () => {},
    },
  });
  const cookieOf = (line = '') => line.split(';')[0] ?? '';
  async function begin(cookies?: string) {
    const { setCookies } = await sessions.beginLogin(sessions.pageFrom(undefined), cookies);
    return { query: `?code=a&state=${state}`, cookie: cookieOf(setCookies.at(-1)), setCookies };
  }
  return {
    sessions,
    begin,
    /** @param before the cookies that the browser has already. */
    async signIn(sub = 'ada', before = '') {
      who = sub;
      const { query, cookie } = await begin();
      return cookieOf((await sessions.finishLogin(query, `${cookie}; ${before}`)).setCookies.at(-1));
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

  it('goes on in the next one of the same person in that browser, and ends with another’s', async () => {
    const { sessions, signIn } = startSessions();
    const first = await signIn('ada');
    const isSignedIn = sessions.sessionOf(first)?.isSignedIn ?? assert.fail();
    const second = await signIn('ada', first);
    assert.equal(sessions.sessionOf(first), undefined);
    assert.equal(isSignedIn(), true);
    await signIn('ada');
    await signIn('eve');
    assert.equal(isSignedIn(), true, 'What happens in other browsers ends nothing here.');
    sessions.endSession(second);
    assert.equal(isSignedIn(), false);

    const third = await signIn('ada');
    const still = sessions.sessionOf(third)?.isSignedIn ?? assert.fail();
    await signIn('eve', third);
    assert.equal(still(), false);
  });

  it('is over for whoever asks later, too, when its whole time is', async () => {
    const { sessions, signIn, pass } = startSessions();
    const isSignedIn = sessions.sessionOf(await signIn())?.isSignedIn ?? assert.fail();
    pass(8 * hour - 1);
    assert.equal(isSignedIn(), true);
    pass(1);
    assert.equal(isSignedIn(), false);
  });

  it('is not what a login’s cookie is, nor the other way round', async () => {
    const { sessions, begin, signIn } = startSessions();
    const { query, cookie } = await begin();
    const [name = '', handle = ''] = cookie.split('=');
    assert(name.startsWith(loginCookies));
    assert.equal(sessions.sessionOf(`${sessionCookie}=${handle}`), undefined);
    const session = await signIn();
    await assert.rejects(sessions.finishLogin(query, session.replace(sessionCookie, name)));
    assert.equal((await sessions.finishLogin(query, cookie)).caller.id, 'user:ada');
  });
});

describe('a login that was begun', () => {
  it('is good for ten minutes', async () => {
    const { sessions, begin, pass } = startSessions();
    const [other, late] = [await begin(), await begin()];
    pass(600);
    await assert.rejects(sessions.finishLogin(late.query, other.cookie), { code: 'LOGIN_FAILED' });
    // Nor does an attempt keep it alive.
    await assert.rejects(sessions.finishLogin('?state=b', late.cookie), { code: 'LOGIN_FAILED' });
    pass(1);
    await assert.rejects(sessions.finishLogin(late.query, late.cookie), { code: 'LOGIN_FAILED' });
    const anew = await begin();
    pass(600);
    assert.equal((await sessions.finishLogin(anew.query, anew.cookie)).caller.id, 'user:ada');
  });

  it('is one among several in the same browser, and each ends by itself', async () => {
    const { sessions, begin } = startSessions();
    const [one, other] = [await begin(), await begin()];
    const both = `${one.cookie}; ${other.cookie}`;
    assert.equal((await sessions.finishLogin(one.query, both)).caller.id, 'user:ada');
    assert.equal((await sessions.finishLogin(other.query, both)).caller.id, 'user:ada');
    await assert.rejects(sessions.finishLogin(one.query, both), { code: 'LOGIN_FAILED' });
  });

  it('is one of at most five in a browser: the oldest goes, and its cookie with it', async () => {
    const { sessions, begin } = startSessions();
    const begun: Awaited<ReturnType<typeof begin>>[] = [];
    const jar = () => begun.map(({ cookie }) => cookie).join('; ');
    for (let count = 0; count < 5; count += 1) begun.push(await begin(jar()));
    assert(begun.every(({ setCookies }) => setCookies.length === 1));
    const [first, second] = begun;
    const sixth = await begin(`other=1; ${jar()}`);
    const [dropped, ...set] = sixth.setCookies;
    assert.equal(dropped?.split(';').slice(0, 2).join(), `${first?.cookie.split('=')[0]}=, Max-Age=0`);
    assert.equal(set.length, 1);
    await assert.rejects(sessions.finishLogin(first?.query ?? '', jar()), { code: 'LOGIN_FAILED' });
    assert.equal((await sessions.finishLogin(second?.query ?? '', jar())).caller.id, 'user:ada');
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
