import assert from 'node:assert/strict';
import { type FaultServer, startFaultServer } from '../partner/fault-server.ts';
import type { Partners } from '../partner/partner-variables.ts';
import { type ScriptedProvider, startScriptedProvider } from '../sign-in/scripted-provider.ts';
import { type Answer, startBffWith, type TestBff } from './test-bff.ts';

/** The BFF's address for browsers. The tests call it on loopback, as a proxy in front of it would. */
export const publicOrigin = 'https://bff.example.com';
export const toolOrigin = 'https://tool.example.com';
export const toolPage = `${toolOrigin}/invite`;
export const sessionCookie = '__Host-pearsana-session';
/** The beginning of the names of the cookies that tie a login to its browser. */
export const loginCookies = '__Host-pearsana-login-';

/** A BFF that can be called. */
type Caller = Pick<TestBff, 'call'>;

/** A BFF where registrars may do everything in the sandbox, and guests may ping it. */
export function startSessionBff(
  provider: Pick<ScriptedProvider, 'issuer' | 'clientId' | 'clientSecret'>,
  partners: Partners,
  variables: Record<string, string> = {},
): Promise<TestBff> {
  return startBffWith(partners, { ...sessionVariables(provider), ...variables });
}

/** What configures a BFF for it. */
export function sessionVariables(
  provider: Pick<ScriptedProvider, 'issuer' | 'clientId' | 'clientSecret'>,
): Record<string, string> {
  return {
    BFF_PUBLIC_URL: publicOrigin,
    BFF_ALLOWED_ORIGINS: `${toolOrigin},vscode-web`,
    BFF_OIDC_ISSUER: provider.issuer,
    BFF_OIDC_CLIENT_ID: provider.clientId,
    BFF_OIDC_CLIENT_SECRET: provider.clientSecret,
    BFF_OIDC_GRANTS: 'groups:registrars=sandbox:*; groups:guests=sandbox:ping',
    BFF_OIDC_RETURN_URLS: `${toolPage},${publicOrigin}/`,
  };
}

/** The headers that one of our pages sends, and those that the browser adds. */
export function pageHeaders(session: string, changed: Record<string, string> = {}): Record<string, string> {
  return {
    ...{ authorization: '', origin: toolOrigin, 'sec-fetch-site': 'same-site', 'x-pearsana-client': 'page' },
    ...(session !== '' && { cookie: `${sessionCookie}=${session}` }),
    ...changed,
  };
}

/** Begins a login as a browser does; `cookie` is the cookie that it sends back, in the form `name=value`. */
export async function beginLogin(bff: Caller, query = ''): Promise<{ location: string; cookie: string }> {
  const answer = await bff.call(`/auth/login${query}`, { headers: { authorization: '' } });
  assert.equal(answer.status, 303, answer.text);
  return { location: answer.headers.get('location') ?? '', cookie: loginCookieIn(answer) };
}

/** Returns from the provider as a browser does. */
export function comeBack(bff: Caller, query: string, cookie: string, accept = '*/*'): Promise<Answer> {
  return bff.call(`/auth/callback${query}`, {
    headers: {
      ...{ authorization: '', accept, 'sec-fetch-site': 'cross-site' },
      ...(cookie !== '' && { cookie }),
    },
  });
}

/** Goes through a whole login, and returns the session's cookie. */
export async function signIn(bff: Caller, provider: ScriptedProvider): Promise<string> {
  const { location, cookie } = await beginLogin(bff);
  const answer = await comeBack(bff, provider.signIn(location).query, cookie);
  assert.equal(answer.status, 200, answer.text);
  const session = cookieSetIn(answer, sessionCookie);
  assert(session);
  return session;
}

/** A BFF with a registrar's session. All environments share one `partner`. */
export type SignedIn = AsyncDisposable & {
  provider: ScriptedProvider;
  partner: FaultServer;
  bff: TestBff;
  /** The session's cookie. */
  session: string;
};

export async function startSignedIn(
  environments: readonly string[] = ['sandbox'],
  variables: Record<string, string> = {},
): Promise<SignedIn> {
  await using stack = new AsyncDisposableStack();
  const provider = stack.use(await startScriptedProvider());
  const partner = stack.use(await startFaultServer());
  const partners: Partners = Object.fromEntries(environments.map((each) => [each, partner]));
  const bff = stack.use(await startSessionBff(provider, partners, variables));
  provider.token = { claims: { groups: ['registrars'] } };
  const session = await signIn(bff, provider);
  const kept = stack.move();
  return { provider, partner, bff, session, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** The value of a cookie that an answer sets; empty if the answer removes the cookie. */
export function cookieSetIn({ headers }: Pick<Answer, 'headers'>, name: string): string | undefined {
  const line = headers.getSetCookie().find((each) => each.startsWith(`${name}=`));
  return line?.slice(name.length + 1).split(';')[0];
}

/** The login's cookie that an answer sets, in the form `name=value`. */
export function loginCookieIn({ headers }: Pick<Answer, 'headers'>): string {
  const set = headers.getSetCookie().filter((line) => line.startsWith(loginCookies));
  return set.findLast((line) => !line.includes('=;'))?.split(';')[0] ?? '';
}
