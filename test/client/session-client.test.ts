import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isSignedOut, withSession } from '../../client/session-client.ts';
import { type ClientOptions, createClient } from '../../shared/client.ts';
import { ClientError } from '../../shared/client-error.ts';

const origin = 'https://bff.example.com';
const createSessionClient = (options: ClientOptions) => withSession(options, createClient);

/** A client whose requests end here. */
function clientThatGets(answer: () => Response) {
  const sent: Request[] = [];
  const client = createSessionClient({
    baseUrl: origin,
    fetch: async (input, init) => {
      sent.push(new Request(input, init));
      return answer();
    },
  });
  return { client, sent };
}

const refused = (status: number, code: string) => () =>
  Response.json(
    { error: { code, message: 'No.', requestId: 'a', source: 'bff', retryable: false } },
    { status },
  );

describe('the client of a page', () => {
  it('sends the cookie and the header that no form can, and no key', async () => {
    const answer = { requestId: 'a', caller: { id: 'user:ada', kind: 'session' }, grants: [] };
    const { client, sent } = clientThatGets(() => Response.json(answer));
    assert.deepEqual(await client.session(), answer);
    const [request] = sent;
    assert.deepEqual(
      [request?.url, request?.credentials, request?.redirect],
      [`${origin}/api/session`, 'include', 'manual'],
    );
    assert.equal(request?.headers.get('x-pearsana-client'), 'page');
    assert.equal(request?.headers.get('authorization'), null);
    assert.match(request?.headers.get('x-request-id') ?? '', /^[\w-]{36}$/);
  });

  it('tells being signed out from every other failure', async () => {
    for (const [answer, expected] of [
      [refused(401, 'UNAUTHORIZED'), true],
      [refused(403, 'FORBIDDEN'), false],
      [refused(502, 'PARTNER_UNAUTHORIZED'), false],
      [() => new Response('', { status: 500 }), false],
    ] as const) {
      const { client } = clientThatGets(answer);
      const error = await client.session().catch((caught: unknown) => caught);
      assert(error instanceof ClientError);
      assert.equal(isSignedOut(error), expected);
    }
    assert.equal(isSignedOut(new Error('401')), false);
  });

  it('knows where to sign in', () => {
    const { client } = clientThatGets(() => new Response());
    assert.equal(client.loginUrl(), `${origin}/auth/login`);
    assert.equal(
      client.loginUrl('https://tool.example.com/a?b=c&d'),
      `${origin}/auth/login?return=https%3A%2F%2Ftool.example.com%2Fa%3Fb%3Dc%26d`,
    );
  });

  it('signs out, or says that it could not', async () => {
    const { client, sent } = clientThatGets(() => new Response(null, { status: 204 }));
    await client.logout();
    assert.deepEqual(
      [sent[0]?.method, sent[0]?.url, sent[0]?.credentials],
      ['POST', `${origin}/auth/logout`, 'include'],
    );
    await assert.rejects(clientThatGets(refused(403, 'FORBIDDEN')).client.logout(), ClientError);
    const gone = createSessionClient({ baseUrl: origin, fetch: () => Promise.reject(new TypeError()) });
    await assert.rejects(gone.logout(), { reason: 'unreachable' });
  });

  it('goes nowhere in the clear', () => {
    assert.throws(() => createSessionClient({ baseUrl: 'http://bff.example.com' }), TypeError);
  });
});
