import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { hasChromium } from '../support/chromium.ts';
import { freePort, startTestBff } from '../support/test-bff.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

const vsix = fileURLToPath(new URL('../../dist/pearsana-partner.vsix', import.meta.url));
const skip = (await hasChromium()) ? false : 'there is no Chromium on this machine';

/** From the welcome view to the tree, as a person does it. */
async function signIn({ page, quickInput, openContainer }: Workbench, accessKey: string): Promise<void> {
  await openContainer('Pearsana');
  await page.getByRole('button', { name: 'Sign In' }).click();
  await quickInput.step(/Sign in to the Pearsana BFF/);
  await quickInput.type(accessKey);
  await quickInput.accept();
}

async function ping(workbench: Workbench, environment: RegExp): Promise<void> {
  const node = workbench.treeItem(environment).first();
  await node.hover();
  await node.getByRole('button', { name: 'Ping' }).click();
}

describe('the packaged extension, driven as a person would', { skip }, () => {
  before(() => {
    const built = spawnSync(process.execPath, ['build.ts', 'extension'], { encoding: 'utf8' });
    assert.equal(built.status, 0, built.stderr);
  });

  for (const kind of ['node', 'web'] as const) {
    test(`${kind} host: signs in, pings, and says what is wrong`, { timeout: 240_000 }, async () => {
      const [bffPort, port] = [await freePort(), await freePort()];
      const url = `http://127.0.0.1:${bffPort}`;
      const variables = { PORT: String(bffPort), BFF_ALLOWED_ORIGINS: `http://127.0.0.1:${port}` };
      const userSettings = { 'pearsana.backendUrl': url };
      let bff = await startTestBff({ variables, production: {} });
      const workbench = await openWorkbench({ vsix, kind, userSettings, port });
      const { quickInput, treeItem, notification, runCommand } = workbench;
      try {
        // A wrong key stays in its box, with words.
        await signIn(workbench, 'pbff_not-the-right-key-at-all');
        assert.match(await quickInput.message(/accept/), /doesn’t accept the access key/);
        await quickInput.type(bff.accessKey);
        await quickInput.accept();

        // Kind and protection in words, sandbox before production.
        await treeItem(/^sandbox/)
          .first()
          .waitFor();
        const labels = await workbench.page
          .getByRole('treeitem')
          .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label') ?? ''));
        const order = ['sandbox', 'production'].map((name) =>
          labels.findIndex((label) => label.startsWith(name)),
        );
        assert.ok(order[0] !== -1 && Number(order[0]) < Number(order[1]), labels.join(' | '));
        await treeItem(/production.*protected/)
          .first()
          .waitFor();

        // The inline action pings the node that was clicked.
        await ping(workbench, /^production/);
        await notification(/production answered the ping in \d+ ms \(request [\w-]+\)/).waitFor();
        assert.equal(bff.production?.arrivals.length, 1);
        assert.equal(bff.pearsana.arrivals.length, 0);
        await treeItem(/^production.*ok/)
          .first()
          .waitFor();

        // Another key on the server, as after a rotation: the tree says to sign in.
        await bff.stop();
        bff = await startTestBff({
          variables: { ...variables, BFF_ACCESS_KEY: 'pbff_quite-another-access-key' },
          production: {},
        });
        await ping(workbench, /^sandbox/);
        await notification(/doesn’t accept the access key.*Sign in/s).waitFor();
        await treeItem(/^sandbox.*access key rejected/)
          .first()
          .waitFor();

        // Nobody listens: how to start it, and where.
        await bff.stop();
        await runCommand('Pearsana: Refresh');
        const down = treeItem(/doesn’t answer|not reachable/).first();
        await down.waitFor();
        await ping2(workbench);
        await notification(
          kind === 'web'
            ? /npm start.*BFF_ALLOWED_ORIGINS=http:\/\/127\.0\.0\.1/s
            : /npm start.*on the remote machine|npm start/s,
        )
          .first()
          .waitFor();

        // It runs again, but no longer for this page's origin: only the worker host's calls are a browser's.
        bff = await startTestBff({ variables: { PORT: String(bffPort) }, production: {} });
        await runCommand('Pearsana: Refresh');
        if (kind === 'web')
          await treeItem(/doesn’t answer|not reachable/)
            .first()
            .waitFor();
        else
          await treeItem(/^sandbox/)
            .first()
            .waitFor();
      } finally {
        await workbench.screenshot(`.cache/screenshots/workbench-${kind}.png`);
        await workbench.close();
        await bff.stop();
      }
    });
  }
});

/** From the palette, where the clicked node cannot tell which environment is meant. */
async function ping2({ runCommand }: Workbench): Promise<void> {
  await runCommand('Pearsana: Ping');
}
