import assert from 'node:assert/strict';
import type { LocalPearsana } from '../../../server/local-pearsana/start-local-pearsana.ts';

export type Reply = { status: number; headers: Headers; body: Record<string, unknown> };
type Call = { headers?: Record<string, string>; body?: string };

/** Sends a form to the token endpoint, with the right credentials unless `form` replaces or removes them. */
export async function postToken(
  pearsana: LocalPearsana,
  form: Record<string, string | undefined>,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const { clientId: client_id, clientSecret: client_secret } = pearsana;
  const all = { grant_type: 'client_credentials', client_id, client_secret, ...form };
  const sent = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return read(
    await fetch(`${pearsana.authUrl}/oauth2/token`, {
      method: 'POST',
      headers,
      body: new URLSearchParams(sent),
    }),
  );
}

/** A token with these scopes, or with all that are enabled. */
export async function tokenFor(pearsana: LocalPearsana, ...scopes: string[]): Promise<string> {
  const { status, body } = await postToken(pearsana, scopes.length > 0 ? { scope: scopes.join(' ') } : {});
  assert.equal(status, 200);
  assert(typeof body.access_token === 'string');
  return body.access_token;
}

/** Calls the API with no header but those given. */
export async function callApi(pearsana: LocalPearsana, method: string, path: string, call: Call = {}) {
  return read(await fetch(`${pearsana.apiUrl}${path}`, { method, ...call }));
}

/** Posts to the API as Pearsana asks for it: token, version and media type are right. */
export function postJson(pearsana: LocalPearsana, token: string, path: string, body: unknown) {
  const headers = versioned(token);
  return callApi(pearsana, 'POST', path, { headers, body: JSON.stringify(body) });
}

export function versioned(token: string) {
  return {
    Authorization: `Bearer ${token}`,
    'Content-Type': 'application/json',
    'X-API-Version': '2026-01-30',
  };
}

async function read(response: Response): Promise<Reply> {
  const body: Reply['body'] = JSON.parse((await response.text()) || '{}');
  return { status: response.status, headers: response.headers, body };
}
