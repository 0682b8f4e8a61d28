import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { freePort, startTestBff } from '../support/bff/test-bff.ts';
import { buildExtension, clickBeside, enterKey, noBrowser, vsix } from './person.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

/** From the box for the key, which is opened unless it is there, by its button to the setting. */
async function changeUrlInBox(
  { page, quickInput, openContainer }: Workbench,
  from: string,
  to: string,
): Promise<void> {
  const box = page.locator('.quick-input-widget');
  if (!(await box.isVisible())) {
    await openContainer('Pearsana');
    await page.getByRole('button', { name: 'Sign In' }).click();
  }
  await quickInput.step(`Sign in to the Pearsana BFF at ${from}`);
  await box.getByRole('button', { name: 'Change the BFF’s URL in the settings' }).click();
  await page.locator('.settings-editor .setting-item-contents input').first().fill(to);
  await quickInput.step(`Sign in to the Pearsana BFF at ${to}`);
}

describe('the packaged extension, driven as a person would', { skip: noBrowser }, () => {
  before(buildExtension);

  for (const kind of ['node', 'web'] as const) {
    test(`${kind} host: signs in, pings, and says what is wrong`, { timeout: 240_000 }, async () => {
      const [bffPort, port] = [await freePort(), await freePort()];
      const url = `http://127.0.0.1:${bffPort}`;
      const variables = { PORT: String(bffPort), BFF_ALLOWED_ORIGINS: `http://127.0.0.1:${port}` };
      const userSettings = { 'pearsana.backendUrl': url };
      let bff = await startTestBff({ variables, production: {} });
      await using stack = new AsyncDisposableStack();
      stack.defer(() => bff.stop());
      await using workbench = await openWorkbench({ name: 'workbench', vsix, kind, userSettings, port });
      const { quickInput, treeItem, notification, runCommand } = workbench;
      // The box shows where the key would go; when that changes, it says so and starts anew.
      await changeUrlInBox(workbench, url, 'http://127.0.0.1:9');
      await notification(/The BFF’s URL was changed to http:\/\/127\.0\.0\.1:9\. Sign in there/).waitFor();
      await changeUrlInBox(workbench, 'http://127.0.0.1:9', url);
      await quickInput.escape();
      const settings = workbench.page.locator('.settings-editor');
      await settings.locator('input').first().press('Escape');
      await settings.waitFor({ state: 'hidden' });

      // A wrong key stays in its box, with words.
      await enterKey(workbench, 'pbff_not-the-right-key-at-all');
      assert.match(await quickInput.message(/accept/), /doesn’t accept your access key/);
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

      // Until then the tree is read again, and a node that is replaced while it is clicked is no argument.
      await notification(/Signed in to http/).waitFor();
      // VS Code shows no more than three toasts within 800 ms: a robot has to slow down.
      await workbench.page.waitForTimeout(1_000);
      // The inline action pings the node that was clicked.
      await clickBeside(workbench, 'production', 'Ping');
      await notification(/production answered the ping in \d+ ms\./).waitFor();
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
      await clickBeside(workbench, 'sandbox', 'Ping');
      await notification(/doesn’t accept your access key.*Sign in/s).waitFor();
      await treeItem(/^sandbox.*access key rejected/)
        .first()
        .waitFor();

      // Nobody listens: how to start it, and where.
      await bff.stop();
      await runCommand('Pearsana: Refresh');
      const down = treeItem(/doesn’t answer|not reachable/).first();
      await down.waitFor();
      // From the palette, where no clicked node tells which environment is meant.
      await runCommand('Pearsana: Ping');
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
    });
  }
});
