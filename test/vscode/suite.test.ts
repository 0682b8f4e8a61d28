import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { before, describe, test } from 'node:test';
import { freePort } from '../../scripts/free-port.ts';
import { startTestBff } from '../support/bff/test-bff.ts';
import { vscodeVersions } from '../support/vscode/vscode-server.ts';
import { buildExtension, noBrowser } from './person.ts';
import { runSuite, type SuiteRun } from './run-suite.ts';

// The suite runs in the hosts that are on this machine; `VSCODE_DESKTOP=1` adds a downloaded desktop VS Code.
const runs: Pick<SuiteRun, 'host' | 'vscode'>[] = [
  { host: 'node', vscode: 'newest' },
  { host: 'web', vscode: 'newest' },
  { host: 'node', vscode: 'oldest' },
  ...(process.env.VSCODE_DESKTOP ? [{ host: 'desktop' } as const] : []),
];
const { engines } = JSON.parse(
  readFileSync(new URL('../../extension/package.json', import.meta.url), 'utf8'),
);

describe('the extension in a real VS Code, against a real BFF and the local Pearsana', () => {
  before(buildExtension);

  test('the oldest that is tested is the oldest that the manifest names', () => {
    const [, minor] = vscodeVersions.oldest.version.split('.');
    assert.equal(engines.vscode, `^1.${minor}.0`);
  });

  for (const { host, vscode } of runs) {
    const version = vscode ? `, VS Code ${vscodeVersions[vscode].version.replace('4.', '1.')}` : '';
    test(`${host} extension host${version}`, {
      skip: host !== 'desktop' && noBrowser,
      timeout: 300_000,
    }, async (t) => {
      const port = await freePort();
      // In the worker host each call is a cross-origin one, and only this origin is allowed.
      const variables = { BFF_ALLOWED_ORIGINS: `http://127.0.0.1:${port}` };
      await using bff = await startTestBff({ variables, production: {} });
      const otherUrl = bff.url.replace('127.0.0.1', 'localhost');
      await using stranger = await startStranger();
      const env = { url: bff.url, otherUrl, strangerUrl: stranger.url, accessKey: bff.accessKey };
      const { passed, failures, notes } = await runSuite({ host, env, port, ...(vscode && { vscode }) });
      for (const failure of failures) await t.test(failure, () => assert.fail(failure));
      assert.equal(failures.length, 0);
      assert.ok(passed > 10, `only ${passed} tests ran`);
      for (const note of [`${passed} tests passed inside VS Code`, ...notes]) t.diagnostic(note);

      // Of all the calls, the good ones arrived, once each, and nothing else did.
      const paths = (partner = bff.pearsana) => partner.arrivals.map(({ path }) => path);
      assert.deepEqual(paths(), ['/ping', '/health', '/ping', '/ping', '/v1/users']);
      assert.deepEqual(paths(bff.production), ['/ping', '/v1/invitations']);
      // Where nobody signed in, nothing was sent, though the setting named it.
      assert.deepEqual(stranger.requests, []);
    });
  }
});

/** Somebody else's server, to which the setting leads: it notes whatever arrives. */
async function startStranger() {
  const requests: string[] = [];
  const server = createServer(({ method, url }, response) => {
    requests.push(`${method} ${url}`);
    response.writeHead(204).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
