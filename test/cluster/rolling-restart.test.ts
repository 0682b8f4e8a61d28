// All three instances are restarted, one after another, at 200 calls a second through a balancer.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { request as requestByTls, Agent as TlsAgent } from 'node:https';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startRoundRobin } from '../../scripts/cluster/round-robin.ts';
import { freePort } from '../../scripts/free-port.ts';
import { accessKey, startCluster } from '../support/cluster/cluster.ts';
import { callConstantly } from '../support/constant-load.ts';
import { makeCertificate } from '../support/network/https.ts';
import { hasNginx, startNginx } from '../support/network/nginx.ts';
import { pong, startFaultServer } from '../support/partner/fault-server.ts';
import { noPostgres } from '../support/postgres/new-database.ts';
import { operationPath } from '../support/requests/paths.ts';
import { samples } from '../support/requests/write-samples.ts';

const perSecond = 200;
/** One call in so many is a write. */
const writeEvery = 10;

describe('a rolling restart', { skip: noPostgres, timeout: 120_000 }, () => {
  it(`fails no call of ${perSecond} a second`, async (t) => {
    await using partner = await startFaultServer();
    partner.api.always(({ path }) =>
      path === '/ping'
        ? { body: pong, delayMs: 15 }
        : { status: 201, body: { user: { userId: 'usr_1' } }, delayMs: 15 },
    );
    await using stack = new AsyncDisposableStack();
    const certificate = stack.use(await makeCertificate());
    const port = await freePort();
    const cluster = stack.use(
      await startCluster({
        partners: { sandbox: partner },
        variables: { BFF_PUBLIC_URL: `https://localhost:${port}`, BFF_TRUST_PROXY: '1' },
      }),
    );
    const urls = cluster.instances.map(({ url }) => url);
    const proxy = stack.use(await startRoundRobin({ port: 0, targets: () => urls }));
    const withNginx = hasNginx();
    if (withNginx) {
      const servers = urls.map((url) => `  server ${new URL(url).host} max_fails=0;`).join('\n');
      const change = (text: string) =>
        text.replace(/^ {2}server bff:8787.*$/m, servers).replace(/^ {2}server bff:8788.*$/m, '');
      stack.use(await startNginx({ ...{ certificate, port, change }, bffPort: 1 }));
    }
    const options = { keepAlive: true, maxSockets: 4 };
    const agents = Array.from({ length: 10 }, () => new Agent(options));
    const tlsAgents = agents.map(() => new TlsAgent({ ...options, ca: certificate.cert }));

    /** @returns what went wrong, if anything did. */
    async function call(turn: number): Promise<string | undefined> {
      const isWrite = turn % writeEvery === 0;
      // Two in three calls go through nginx, where it is.
      const byNginx = withNginx && turn % 3 > 0;
      const agent = (byNginx ? tlsAgents : agents)[turn % agents.length];
      const origin = byNginx ? `https://localhost:${port}` : proxy.url;
      const path = operationPath(isWrite ? 'createUser' : 'ping', 'sandbox');
      const sent = (byNginx ? requestByTls : request)(origin + path, {
        ...(agent && { agent }),
        method: isWrite ? 'POST' : 'GET',
        headers: {
          authorization: `Bearer ${accessKey}`,
          ...(isWrite && { 'content-type': 'application/json', 'idempotency-key': `turn-${turn}` }),
        },
      });
      sent.end(isWrite ? JSON.stringify(samples.createUser.least) : undefined);
      try {
        const [response] = await once(sent, 'response');
        let text = '';
        for await (const chunk of response.setEncoding('utf8')) text += chunk;
        const good = isWrite ? 201 : 200;
        return response.statusCode === good ? undefined : `${response.statusCode} ${text}`;
      } catch (error) {
        return String(error);
      }
    }

    const load = callConstantly(perSecond, call);
    const said: string[] = [];
    await delay(500);
    for (const instance of cluster.instances) {
      assert.equal(await instance.bff.end(), 0, instance.bff.output());
      said.push(instance.bff.output());
      await instance.start();
      await delay(200);
    }
    const calls = await load.end();
    const failed = calls.filter((each) => each !== undefined);
    for (const agent of [...agents, ...tlsAgents]) agent.destroy();
    t.diagnostic(`${calls.length} calls, ${failed.length} failed`);
    said.push(...cluster.instances.map(({ bff }) => bff.output()));
    assert(failed.length === 0, [...failed, ...said].join('\n'));
    assert.equal(partner.api.count('/v1/users'), Math.ceil(calls.length / writeEvery));
  });
});
