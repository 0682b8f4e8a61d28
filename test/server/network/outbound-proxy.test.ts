import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, test } from 'node:test';
import { Agent, buildConnector } from 'undici';
import { createConnections } from '../../../server/network/connections.ts';
import { createTransport } from '../../../server/network/transport.ts';
import { type BffProcess, startBffProcess } from '../../support/bff/bff-process.ts';
import { failureIn } from '../../support/bff/test-bff.ts';
import { startTlsFront, startTunnelProxy } from '../../support/network/tunnel-proxy.ts';
import { startFaultServer } from '../../support/partner/fault-server.ts';
import { partnerVariables } from '../../support/partner/partner-variables.ts';
import { operationPath } from '../../support/requests/paths.ts';
import { samples } from '../../support/requests/write-samples.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { until } from '../../support/until.ts';

const accessKey = 'pbff_an-access-key-for-tests-only';
const [authHost, apiHost] = ['auth.partner.test', 'api.partner.test'];

test('behind a proxy', async (t) => {
  using folder = temporaryFolder();
  const authorities = join(folder.path, 'authorities.pem');
  await using partner = await startFaultServer();
  await using auth = await startTlsFront(authHost, partner.authUrl);
  await using api = await startTlsFront(apiHost, partner.apiUrl);
  writeFileSync(authorities, `${auth.certificate}\n${api.certificate}`);
  await using proxy = await startTunnelProxy({
    [`${authHost}:443`]: auth.port,
    [`${apiHost}:443`]: api.port,
  });

  const start = (variables: Record<string, string>): Promise<BffProcess> =>
    startBffProcess({
      BFF_ACCESS_KEY: accessKey,
      HTTPS_PROXY: proxy.url.replace('http://', 'http://proxy-user:proxy-canary@'),
      ...partnerVariables({ staging: { authUrl: `https://${authHost}`, apiUrl: `https://${apiHost}` } }),
      ...variables,
    });

  async function call(bff: BffProcess, name: 'health' | 'ping' | 'createUser') {
    const answer = await fetch(bff.url + operationPath(name, 'staging'), {
      method: name === 'createUser' ? 'POST' : 'GET',
      headers: {
        authorization: `Bearer ${accessKey}`,
        'content-type': 'application/json',
        'x-confirm-environment': 'staging',
      },
      ...(name === 'createUser' && { body: JSON.stringify(samples.createUser.least) }),
    });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  }
  const targets = () => proxy.tunnels.splice(0).map(({ target }) => target);

  await t.test(
    'tokens and calls go through its tunnels, with an authority of our own, and each write through a fresh one',
    async () => {
      await using bff = await start({ NODE_EXTRA_CA_CERTS: authorities });
      for (let each = 0; each < 3; each += 1) {
        const { status, text } = await call(bff, 'ping');
        assert.equal(status, 200, text);
      }
      assert(proxy.tunnels.every(({ authorization }) => authorization?.startsWith('Basic ')));
      assert.deepEqual(targets(), [`${authHost}:443`, `${apiHost}:443`]);
      for (let each = 0; each < 3; each += 1) assert.equal((await call(bff, 'createUser')).status, 200);
      assert.deepEqual(targets(), [`${authHost}:443`, ...Array(3).fill(`${apiHost}:443`)]);
      assert.equal(partner.api.count('/v1/users'), 3);
      for (const { headers } of partner.api.arrivals) assert.equal(headers['proxy-authorization'], undefined);

      proxy.behave('refuse');
      const { outcome, code } = failureIn(await call(bff, 'createUser'));
      assert.deepEqual([code, outcome], ['PARTNER_UNREACHABLE', 'not_sent']);
      proxy.behave('open');
      targets();
      assert.equal(await bff.end(), 0);
      assert.doesNotMatch(bff.output(), /proxy-canary/);
    },
  );

  await t.test('NO_PROXY is reached without it, and a certificate of nobody’s is not believed', async () => {
    await using bff = await start({ NO_PROXY: `other.example,${apiHost}` });
    const direct = failureIn(await call(bff, 'health'));
    assert.equal(direct.code, 'PARTNER_UNREACHABLE');
    assert.match(direct.message, /\((ENOTFOUND|EAI_AGAIN)\)/);
    assert.deepEqual(targets(), []);
    const tunnelled = failureIn(await call(bff, 'ping'));
    assert.equal(tunnelled.code, 'AUTH_UNREACHABLE');
    assert.match(tunnelled.message, /\(DEPTH_ZERO_SELF_SIGNED_CERT\)/);
    assert.deepEqual(targets(), [`${authHost}:443`]);
    assert.equal(await bff.end(), 0);
    assert.doesNotMatch(bff.output(), /proxy-canary/);
  });

  await t.test(
    'a tunnel that never opens is given up, by the caller soon and by us within a while',
    async () => {
      proxy.behave('hang');
      const connections = createConnections({ url: proxy.url, except: undefined });
      const transport = createTransport({
        connections,
        timeoutMs: 5_000,
        sendLimits: { baseMs: 100, bytesPerMs: 125 },
      });
      const request = {
        method: 'POST',
        baseUrl: `https://${apiHost}`,
        path: '/a',
        headers: {},
        body: Buffer.from('{}'),
        writes: true,
      } as const;
      await assert.rejects(transport(request), { fault: 'not-connected' });
      await until('it has asked for a tunnel', () => proxy.tunnels.length === 1);
      const tunnel = proxy.tunnels[0] ?? assert.fail();
      if (!tunnel.socket.destroyed) await once(tunnel.socket, 'close');
      await connections.close(0);
      proxy.behave('open');
    },
  );
});

describe('a connection that comes too late', () => {
  it('takes no write along: what was given up as not sent is never sent', async () => {
    await using partner = await startFaultServer();
    const connector = buildConnector({});
    const late = new Agent({
      connect: (options, done) => {
        setTimeout(() => connector(options, done), 200);
      },
    });
    const connections = { kept: late, fresh: late, close: () => late.destroy() };
    const transport = createTransport({
      connections,
      timeoutMs: 5_000,
      sendLimits: { baseMs: 50, bytesPerMs: 125 },
    });
    const request = {
      method: 'POST',
      baseUrl: partner.api.url,
      path: '/a',
      headers: {},
      body: Buffer.from('{}'),
      writes: true,
    } as const;
    await assert.rejects(transport(request), { fault: 'not-connected' });
    await until('it is there', () => partner.api.connections.most === 1);
    await until('it is closed again', () => partner.api.connections.now === 0);
    assert.deepEqual(partner.api.arrivals, []);
    await connections.close();
  });
});
