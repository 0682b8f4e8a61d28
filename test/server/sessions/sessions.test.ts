import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSessions } from '../../../server/sessions/sessions.ts';
import { loginCookies, sessionCookie } from '../../support/bff/session-bff.ts';
import { handleMakes } from '../../support/postgres/handle-makes.ts';

const minute = 60;
const hour = 3_600;

/** Sessions by a clock of the test's own; the provider believes everybody. */
async function startSessions(make: string) {
  const kept = new AsyncDisposableStack();
  let now = 0;
  let who = 'ada';
  let state = '';
  const openHandles = (await handleMakes[make]?.open(kept, () => now)) ?? assert.fail();
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
    openHandles,
    log: {
      userinfoFailed: () => {},
      providerFailed: () => {},
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
    /** Who is signed in with a cookie. */
    who: async (cookie: string) => (await sessions.sessionOf(cookie))?.caller.id,
    /** Asks later whether whoever is signed in with a cookie still is. */
    async watch(cookie: string) {
      const { presence } = (await sessions.sessionOf(cookie)) ?? assert.fail();
      return () => sessions.isPresent(presence);
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

for (const [make, { skip }] of Object.entries(handleMakes)) {
  describe(`a session, kept in ${make}`, { skip }, () => {
    it('ends when it was not used for long enough, and each use counts', async () => {
      await using started = await startSessions(make);
      const { signIn, pass, who } = started;
      const cookie = await signIn();
      for (let use = 0; use < 5; use += 1) {
        pass(29 * minute);
        assert.equal(await who(cookie), 'user:ada');
      }
      pass(30 * minute + 1);
      assert.equal(await who(cookie), undefined);
      pass(-30 * minute);
      assert.equal(await who(cookie), undefined, 'It came back.');
    });

    it('ends after its whole time, however often it is used', async () => {
      await using started = await startSessions(make);
      const { signIn, pass, who } = started;
      const cookie = await signIn();
      for (let used = 0; used < 8 * hour - 20 * minute; used += 20 * minute) {
        pass(20 * minute);
        assert(await who(cookie), `after ${used} s`);
      }
      pass(20 * minute);
      assert.equal(await who(cookie), undefined);
    });

    it('ends at once when it is ended, and no other with it', async () => {
      await using started = await startSessions(make);
      const { sessions, signIn, who } = started;
      const [one, other] = [await signIn(), await signIn()];
      assert.notEqual(one, other);
      await sessions.endSession(one);
      assert.equal(await who(one), undefined);
      assert(await who(other));
    });

    it('goes on in the next one of the same person in that browser, and ends with another’s', async () => {
      await using started = await startSessions(make);
      const { sessions, signIn, who, watch } = started;
      const first = await signIn('ada');
      const isSignedIn = await watch(first);
      const second = await signIn('ada', first);
      assert.equal(await who(first), undefined);
      assert.equal(await isSignedIn(), true);
      await signIn('ada');
      await signIn('eve');
      assert.equal(await isSignedIn(), true, 'What happens in other browsers ends nothing here.');
      await sessions.endSession(second);
      assert.equal(await isSignedIn(), false);

      const third = await signIn('ada');
      const still = await watch(third);
      await signIn('eve', third);
      assert.equal(await still(), false);
    });

    it('is over for whoever asks later, too, when its whole time is', async () => {
      await using started = await startSessions(make);
      const { signIn, pass, watch } = started;
      const isSignedIn = await watch(await signIn());
      pass(8 * hour - 1);
      assert.equal(await isSignedIn(), true);
      pass(1);
      assert.equal(await isSignedIn(), false);
    });

    it('is not what a login’s cookie is, nor the other way round', async () => {
      await using started = await startSessions(make);
      const { sessions, begin, signIn, who } = started;
      const { query, cookie } = await begin();
      const [name = '', handle = ''] = cookie.split('=');
      assert(name.startsWith(loginCookies));
      assert.equal(await who(`${sessionCookie}=${handle}`), undefined);
      const session = await signIn();
      await assert.rejects(sessions.finishLogin(query, session.replace(sessionCookie, name)));
      assert.equal((await sessions.finishLogin(query, cookie)).caller.id, 'user:ada');
    });
  });

  describe(`a login that was begun, kept in ${make}`, { skip }, () => {
    it('is good for ten minutes', async () => {
      await using started = await startSessions(make);
      const { sessions, begin, pass } = started;
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
      await using started = await startSessions(make);
      const { sessions, begin } = started;
      const [one, other] = [await begin(), await begin()];
      const both = `${one.cookie}; ${other.cookie}`;
      assert.equal((await sessions.finishLogin(one.query, both)).caller.id, 'user:ada');
      assert.equal((await sessions.finishLogin(other.query, both)).caller.id, 'user:ada');
      await assert.rejects(sessions.finishLogin(one.query, both), { code: 'LOGIN_FAILED' });
    });

    it('is one of at most five in a browser: the oldest goes, and its cookie with it', async () => {
      await using started = await startSessions(make);
      const { sessions, begin } = started;
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
      await using started = await startSessions(make);
      const { sessions } = started;
      assert.equal(sessions.ownPath('/auth/vscode?a=b').url, 'https://bff.example.com/auth/vscode?a=b');
      assert.throws(() => sessions.pageFrom('/auth/vscode?a=b'), { code: 'VALIDATION_ERROR' });
      assert.throws(() => sessions.pageFrom('https://bff.example.com/auth/vscode'), {
        code: 'VALIDATION_ERROR',
      });
    });
  });
}
