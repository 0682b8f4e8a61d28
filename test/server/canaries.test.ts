import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { operationNames, operationPath } from '../../shared/operations.ts';
import { type Reply, startFaultServer, tokenReply } from '../support/fault-server.ts';
import { startBffWith } from '../support/test-bff.ts';

const secret = 'canary-client-secret';
const accessKey = 'canary-access-key-canary-access-key';

describe('secret, token and access key', () => {
  it('are in no answer and no log line, however calls end', async () => {
    await using partner = await startFaultServer();
    const environment = { authUrl: partner.auth.url, apiUrl: partner.api.url, clientSecret: secret };
    await using bff = await startBffWith(
      { sandbox: environment, production: environment },
      {
        BFF_ACCESS_KEY: accessKey,
        RATE_LIMIT_PER_MINUTE: '30',
        TOKEN_TIMEOUT_MS: '50',
        PARTNER_TIMEOUT_MS: '50',
      },
    );
    const seen: string[] = [];
    const call = async (path: string, authorization = `Bearer ${accessKey}`, method = 'GET') => {
      const answer = await bff.get(path, { method, headers: { authorization } });
      seen.push(answer.text, JSON.stringify([...answer.headers]));
      return answer.status;
    };
    const ping = operationPath('ping', 'sandbox');
    const token = (changed = {}) => tokenReply('canary-token', changed);

    const refusedTokens: Reply[] = [
      token({ token_type: 'mac' }),
      token({ scope: 'canary' }),
      { status: 400, body: { error: 'invalid_request', error_description: `canary ${secret}` } },
      { fault: 'hang' },
    ];
    for (const reply of refusedTokens) {
      partner.auth.always(reply);
      // A room of its own for each: a failed token request is not repeated at once.
      await using other = await startBffWith({ sandbox: environment }, { TOKEN_TIMEOUT_MS: '50' });
      const answer = await other.get(ping);
      assert(answer.status >= 502, answer.text);
      seen.push(answer.text, ...other.logLines);
    }

    partner.auth.always(token());
    const echo: Reply = { status: 500, body: { error: { code: 'A', message: 'a', details: {} } } };
    partner.api.next(
      {},
      { status: 401 },
      echo,
      { fault: 'hang' },
      { fault: 'reset-after-body' },
      { body: 'hello' },
    );
    for (let each = 0; each < 6; each += 1) await call(ping);
    for (const name of operationNames) await call(operationPath(name, 'production'));
    for (const path of ['/api/environments', '/api/session', '/api/nothing', '/livez', `/api/${accessKey}`])
      await call(path);
    await call(ping, undefined, 'DELETE');
    await call(ping, `Basic ${accessKey}`);
    for (let each = 0; each < 22; each += 1) await call('/api/session', `Bearer ${accessKey}-wrong`);

    const statuses = new Set(bff.logLines.map((line): unknown => JSON.parse(line).status));
    for (const status of [200, 401, 404, 405, 429, 502, 504]) assert(statuses.has(status), String(status));
    assert.equal(partner.auth.arrivals.at(-1)?.body.includes(secret), true);
    assert.equal(partner.api.arrivals.at(-1)?.headers.authorization, 'Bearer canary-token');
    for (const text of [...seen, ...bff.logLines]) assert.doesNotMatch(text, /canary/);
  });
});
