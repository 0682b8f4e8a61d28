import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import {
  type BrowserSignIns,
  callbackPath,
  createBrowserSignIns,
} from '../../../extension/src/authentication/browser-sign-in.ts';
import { failureOf } from '../../../extension/src/failures/command-failure.ts';
import { explain } from '../../../extension/src/failures/explain-failure.ts';
import { desktop } from '../samples.ts';

const bff = 'https://bff.example';
const callback = 'vscode://pearsana-tools.pearsana-partner/signed-in?windowId=1';

type Redeemed = { origin: string; code: string; verifier: string };

function newWindow(timeoutMs?: number) {
  const redeemed: Redeemed[] = [];
  const signIns = createBrowserSignIns({
    callbackUri: async () => callback,
    redeem: async (origin, code, verifier) => void redeemed.push({ origin, code, verifier }),
    ...(timeoutMs !== undefined && { timeoutMs }),
  });
  return { signIns, redeemed };
}

const stateIn = (link: string) => new URL(link).searchParams.get('state') ?? '';
const bring = (signIns: BrowserSignIns, answer: Record<string, string>, path = callbackPath) =>
  signIns.handle({ path, query: String(new URLSearchParams(answer)) });

describe('signing in through the browser', () => {
  const { signal } = new AbortController();

  it('opens a link of the BFF that holds a challenge, a state and the way back, and nothing else', async () => {
    const { signIns, redeemed } = newWindow();
    const { link, done } = await signIns.begin(bff, signal);
    const { origin, pathname, searchParams } = new URL(link);
    assert.equal(origin + pathname, `${bff}/auth/vscode`);
    assert.deepEqual([...searchParams.keys()], ['challenge', 'state', 'redirect_uri']);
    assert.equal(Buffer.from(searchParams.get('redirect_uri') ?? '', 'base64url').toString(), callback);
    // Whatever encodes it anew changes nothing.
    assert.match(link, /^[\w:/.?&=-]+$/);

    assert.equal(bring(signIns, { code: 'the-code', state: stateIn(link) }), true);
    await done;
    const [{ origin: at, code, verifier } = { origin: '', code: '', verifier: '' }] = redeemed;
    assert.deepEqual([at, code, redeemed.length], [bff, 'the-code', 1]);
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    assert.equal(challenge, searchParams.get('challenge'));
  });

  it('takes no code that another window asked for, or nobody, and goes on waiting for its own', async () => {
    const [mine, other] = [newWindow(), newWindow()];
    const begun = await mine.signIns.begin(bff, signal);
    const others = await other.signIns.begin(bff, signal);
    for (const answer of [
      { code: 'c', state: stateIn(others.link) },
      { code: 'c', state: '' },
      { code: 'c' },
      { state: `${stateIn(begun.link)}x`, code: 'c' },
    ]) {
      assert.equal(bring(mine.signIns, answer as Record<string, string>), false);
    }
    assert.equal(bring(mine.signIns, { code: 'c', state: stateIn(begun.link) }, '/other'), false);
    assert.equal(mine.redeemed.length, 0);
    assert.equal(bring(mine.signIns, { code: 'c', state: stateIn(begun.link) }), true);
    await begun.done;
    assert.equal(bring(other.signIns, { code: 'c', state: stateIn(others.link) }), true);
  });

  it('takes an answer once', async () => {
    const { signIns, redeemed } = newWindow();
    const { link, done } = await signIns.begin(bff, signal);
    bring(signIns, { code: 'c', state: stateIn(link) });
    assert.equal(bring(signIns, { code: 'd', state: stateIn(link) }), false);
    await done;
    assert.equal(redeemed.length, 1);
  });

  it('keeps two that were begun in one window apart', async () => {
    const { signIns, redeemed } = newWindow();
    const [first, second] = [await signIns.begin(bff, signal), await signIns.begin(bff, signal)];
    bring(signIns, { code: 'of-the-second', state: stateIn(second.link) });
    await second.done;
    bring(signIns, { code: 'of-the-first', state: stateIn(first.link) });
    await first.done;
    assert.deepEqual(
      redeemed.map(({ code }) => code),
      ['of-the-second', 'of-the-first'],
    );
    assert.notEqual(redeemed[0]?.verifier, redeemed[1]?.verifier);
  });

  const endings: {
    what: string;
    code: string;
    words: RegExp;
    end: (signIns: BrowserSignIns, link: string) => void;
  }[] = [
    {
      what: 'the person doesn’t allow it',
      code: 'SIGN_IN_DENIED',
      words: /You did not allow VS Code to sign in/,
      end: (signIns, link) => bring(signIns, { error: 'access_denied', state: stateIn(link) }),
    },
    {
      what: 'nobody answers',
      code: 'SIGN_IN_TIMED_OUT',
      words: /No answer came from the browser within \d+ minutes/,
      end: () => {},
    },
  ];
  for (const { what, code, words, end } of endings) {
    it(`ends in words when ${what}`, async () => {
      const { signIns, redeemed } = newWindow(20);
      const { link, done } = await signIns.begin(bff, signal);
      end(signIns, link);
      const failure = failureOf(await done.catch((error: unknown) => error));
      assert.equal(failure.code, code);
      const { what: said, remedies } = explain(failure, desktop);
      assert.match(said, words);
      assert.deepEqual(
        remedies.map(({ command }) => command),
        ['pearsana.signIn'],
      );
      assert.equal(bring(signIns, { code: 'late', state: stateIn(link) }), false);
      assert.equal(redeemed.length, 0);
    });
  }

  it('is over when it is cancelled, before or after it began', async () => {
    const { signIns, redeemed } = newWindow();
    const cancelling = new AbortController();
    const { link, done } = await signIns.begin(bff, cancelling.signal);
    cancelling.abort();
    await assert.rejects(done, { name: 'AbortError' });
    assert.equal(bring(signIns, { code: 'late', state: stateIn(link) }), false);
    await assert.rejects((await signIns.begin(bff, cancelling.signal)).done, { name: 'AbortError' });
    assert.equal(redeemed.length, 0);
  });

  it('fails as redeeming fails', async () => {
    const signIns = createBrowserSignIns({
      callbackUri: async () => callback,
      redeem: async () => {
        throw new Error('No.');
      },
    });
    const { link, done } = await signIns.begin(bff, signal);
    bring(signIns, { code: 'c', state: stateIn(link) });
    await assert.rejects(done, /No\./);
  });
});
