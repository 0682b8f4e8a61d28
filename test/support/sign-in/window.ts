import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { publicOrigin, sessionCookie, signIn } from '../bff/session-bff.ts';
import type { Answer, TestBff } from '../bff/test-bff.ts';
import type { ScriptedProvider } from './scripted-provider.ts';

export const returnUri = 'vscode://pearsana-tools.pearsana-partner/signed-in?windowId=2';

/** The values that a window makes, and the link that it opens. */
export function newWindow(changed: Record<string, string> = {}) {
  const verifier = randomBytes(32).toString('base64url');
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const state = randomBytes(16).toString('base64url');
  const { redirect_uri = returnUri, ...others } = changed;
  const encoded = Buffer.from(redirect_uri).toString('base64url');
  const query = new URLSearchParams({ challenge, state, redirect_uri: encoded, ...others });
  return { verifier, state, link: `/auth/vscode?${query}` };
}

export const cookieOf = (session: string) => ({ authorization: '', cookie: `${sessionCookie}=${session}` });

/** What a window and its browser do at a BFF. */
export function windowOf(bff: Pick<TestBff, 'call'>, provider: ScriptedProvider) {
  const look = (link: string, session: string) => bff.call(link, { headers: cookieOf(session) });
  const wordIn = ({ text }: Answer) => /name="word" value="([\w-]+)"/.exec(text)?.[1] ?? '';
  const decide = (form: Record<string, string>, session: string, headers: Record<string, string> = {}) =>
    bff.call('/auth/vscode/answer', {
      method: 'POST',
      headers: {
        ...cookieOf(session),
        'content-type': 'application/x-www-form-urlencoded',
        origin: publicOrigin,
        'sec-fetch-site': 'same-origin',
        ...headers,
      },
      body: String(new URLSearchParams(form)),
    });
  const redeem = (body: object, headers: Record<string, string> = {}) =>
    bff.call('/auth/vscode/token', {
      method: 'POST',
      headers: { authorization: '', 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const withKey = (accessKey: string, path: string, method = 'GET') =>
    bff.call(path, { method, headers: { authorization: `Bearer ${accessKey}` } });

  /** All the way to the code, as a person who allows it. */
  async function allowed(): Promise<{ code: string; verifier: string; state: string; session: string }> {
    const session = await signIn(bff, provider);
    const { verifier, state, link } = newWindow();
    const answer = await decide({ word: wordIn(await look(link, session)), answer: 'allow' }, session);
    assert.equal(answer.status, 303, answer.text);
    const location = new URL(answer.headers.get('location') ?? '');
    assert.equal(location.searchParams.get('state'), state);
    return { code: location.searchParams.get('code') ?? '', verifier, state, session };
  }

  return { look, wordIn, decide, redeem, withKey, allowed };
}
