import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Locator } from 'playwright-core';
import { freePort } from '../../scripts/free-port.ts';
import { addKeys } from '../support/bff/add-keys.ts';
import { startTestBff } from '../support/bff/test-bff.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { assertAccessible } from './accessibility.ts';
import { buildExtension, chooseInMenu, noBrowser, resizeSideBar, vsix } from './person.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

const signInBox = (url: string) => `Sign in to the Pearsana BFF at ${url}`;

/** In the settings, which the box for the key opens by its button. */
async function changeUrl({ page }: Workbench, to: string): Promise<void> {
  await page.locator('.settings-editor .setting-item-contents input').first().fill(to);
}

describe('the packaged extension, driven as a person would', { skip: noBrowser }, () => {
  before(buildExtension);

  for (const kind of ['node', 'web'] as const) {
    test(`${kind} host: signs in, pings, and says what is wrong`, { timeout: 240_000 }, async (t) => {
      const [bffPort, port] = [await freePort(), await freePort()];
      const url = `http://127.0.0.1:${bffPort}`;
      const variables = { PORT: String(bffPort), BFF_ALLOWED_ORIGINS: `http://127.0.0.1:${port}` };
      // What axe looks at is dark in the one host and light in the other.
      const theme = kind === 'node' ? 'Default Dark Modern' : 'Default Light Modern';
      const userSettings = { 'pearsana.backendUrl': url, 'workbench.colorTheme': theme };
      let bff = await startTestBff({ variables, production: {} });
      await using stack = new AsyncDisposableStack();
      stack.defer(() => bff.stop());
      await using workbench = await openWorkbench({ name: 'workbench', t, vsix, kind, userSettings, port });
      const { page, quickInput, treeItem, notification, runCommand } = workbench;
      const view = page.locator('.pane', { has: page.locator('.pane-header', { hasText: 'Environments' }) });
      const statusItem = page.locator('[id="pearsana-tools.pearsana-partner.status"]');
      const nothingShown = async () => assert.equal(await page.locator('.notification-list-item').count(), 0);

      if (kind === 'web') {
        await runCommand('Pearsana: Start the BFF');
        const told = notification(/VS Code in a browser cannot start programs\. Run “npm start”/);
        await told.getByRole('button', { name: 'Sign In' }).waitFor();
      }

      // A command that finds nobody signed in begins with that. The box shows where the key would go.
      await runCommand('Pearsana: Ping');
      await quickInput.step(signInBox(url));
      await page
        .locator('.quick-input-widget')
        .getByRole('button', { name: 'Change the BFF’s URL in the settings' })
        .click();
      // When that changes it starts anew, and no key is asked for where nobody answers.
      await changeUrl(workbench, 'http://127.0.0.1:9');
      await notification(/The BFF’s URL was changed to http:\/\/127\.0\.0\.1:9\. Sign in there/).waitFor();
      const unreachable = notification(/The BFF at http:\/\/127\.0\.0\.1:9 doesn’t answer/);
      await unreachable.waitFor();
      await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
      // Nothing was sent, so there is no id to look for. Only VS Code on a machine can start a BFF there.
      const buttons = kind === 'node' ? ['Start the BFF', 'Change URL'] : ['Retry', 'Change URL'];
      assert.deepEqual(
        await unreachable.locator('.notification-list-item-buttons-container a').allInnerTexts(),
        buttons,
      );
      // It goes by itself, as it may not be true for long.
      await unreachable.locator('.codicon-warning').waitFor();
      await changeUrl(workbench, url);
      // VS Code saves a setting some time after it was typed.
      await page.getByRole('button', { name: `Pearsana: Sign in to ${url}` }).waitFor();
      const settings = page.locator('.settings-editor');
      await settings.locator('input').first().press('Escape');
      await settings.waitFor({ state: 'hidden' });

      // A wrong key stays in its box, with words. With the right one, the command goes on.
      await runCommand('Pearsana: Ping');
      await quickInput.step(signInBox(url));
      await quickInput.type('pbff_not-the-right-key-at-all');
      await quickInput.accept();
      assert.match(await quickInput.message(/accept/), /doesn’t accept your access key/);
      await quickInput.type(bff.accessKey);
      await quickInput.accept();
      await quickInput.step('Ping');
      // The default is offered first, and is not protected.
      assert.match((await quickInput.options())[0] ?? '', /^sandbox, default/);
      // Whoever only looks at another one finds the same default the next time.
      await quickInput.escape();
      await runCommand('Pearsana: Invite…');
      await quickInput.pick('production');
      await quickInput.step(/^⚠ Invite · production/);
      await quickInput.escape();
      await statusItem.getByText(/sandbox/).waitFor();
      await runCommand('Pearsana: Ping');
      await quickInput.step('Ping');
      assert.match((await quickInput.options())[0] ?? '', /^sandbox, default/);
      await quickInput.accept();
      await page
        .locator('.statusbar')
        .getByText(/sandbox answered the ping in \d+ ms/)
        .waitFor();
      await statusItem.getByText(/sandbox · \d+ ms · owner key/).waitFor();
      assert.equal(bff.pearsana.arrivals.length, 1);
      await workbench.openContainer('Pearsana');

      // Kind and protection in words, sandbox before production.
      await treeItem(/^sandbox/)
        .first()
        .waitFor();
      const labels = await page
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
      await page.waitForTimeout(1_000);
      // The inline action pings the node that was clicked.
      await runCommand('Notifications: Clear All Notifications');
      await chooseInMenu(workbench, 'production', 'Ping');
      await treeItem(/^production, protected · ok \d+ ms, just now/)
        .first()
        .waitFor();
      assert.equal(bff.production?.arrivals.length, 1);
      assert.equal(bff.pearsana.arrivals.length, 1);
      // The tree and the status bar show it, so no message does.
      await nothingShown();

      await assertAccessible(workbench, '.part.sidebar');
      // In the narrowest side bar, the name of the row under the mouse is not cut by its button.
      await resizeSideBar(workbench, 174);
      const narrow = treeItem(/^sandbox, ok/).first();
      await narrow.hover();
      await narrow.getByRole('button', { name: 'Invite' }).waitFor();
      const roomBeside = (row: Locator) =>
        row.locator('.monaco-icon-label-container').evaluate((place) => {
          const name = document.createRange();
          name.selectNodeContents(place.querySelector('.label-name') ?? place);
          return place.getBoundingClientRect().right - name.getBoundingClientRect().right;
        });
      // What follows it is cut, by an ellipsis.
      const room = await roomBeside(narrow);
      assert(room > 10, `${room} px beside the name`);
      const protectedRow = treeItem(/^production/).first();
      await protectedRow.hover();
      assert((await roomBeside(protectedRow)) > 10, 'room beside production');
      await workbench.screenshot(`.cache/screenshots/narrow-${kind}.png`);
      await resizeSideBar(workbench, 300);

      // The status bar changes what is offered first, and no more than that.
      await statusItem.click();
      await quickInput.step('Choose Default Environment');
      await quickInput.pick('production');
      await statusItem.getByText(/production · protected · \d+ ms · owner key/).waitFor();

      // Whoever opens the walkthrough only now sees what was done before.
      await runCommand('Welcome: Open Walkthrough...');
      await quickInput.pick('Get Started with Pearsana');
      const steps = page.locator('.gettingStartedContainer');
      for (const name of ['Start the BFF', 'Sign in', 'Ping Pearsana'])
        await steps.getByRole('checkbox', { name: `${name}: Completed` }).waitFor();
      await workbench.screenshot(`.cache/screenshots/steps-opened-late-${kind}.png`);
      await runCommand('View: Close Editor');

      // Another key on the server, as after a rotation: the tree says to sign in.
      await bff.stop();
      using data = temporaryFolder();
      const { outsider } = await addKeys(data.path, { outsider: ['staging:*'] });
      const otherKey = { BFF_ACCESS_KEY: 'pbff_quite-another-access-key' };
      bff = await startTestBff({
        variables: { ...variables, ...otherKey, BFF_DATA_DIR: data.path },
        production: {},
      });
      await chooseInMenu(workbench, 'sandbox', 'Ping');
      await notification(/doesn’t accept your access key.*Sign in/s).waitFor();
      await treeItem(/^sandbox.*access key rejected/)
        .first()
        .waitFor();
      // Above the rows, where sentences are not cut.
      await view.getByText(/sandbox: The BFF at \S+ doesn’t accept your access key\. Sign in with/).waitFor();

      // A key that reaches no environment: each view says so, and no command is offered that cannot work.
      const signInWith = async (accessKey: string) => {
        await runCommand('Notifications: Clear All Notifications');
        await runCommand('Pearsana: Sign In…');
        await quickInput.step(signInBox(url));
        await quickInput.type(accessKey);
        await quickInput.accept();
        await notification(/Signed in to http/).waitFor();
      };
      await signInWith(outsider);
      await view
        .getByText(/^Your key has no access to any environment\. Ask your BFF administrator/)
        .waitFor();
      await assertAccessible(workbench, '.part.sidebar');
      await page.keyboard.press('F1');
      await quickInput.type('>Pearsana: ');
      const offered = (await quickInput.options()).join('\n');
      assert.match(offered, /Pearsana: Refresh/);
      assert.doesNotMatch(
        offered,
        /Pearsana: (Ping|Invite|Create User|Import|Filter Activity|Mark as Resolved)/,
      );
      await workbench.screenshot(`.cache/screenshots/no-access-${kind}.png`);
      await quickInput.escape();
      // What one key was told is not shown under the next.
      await signInWith(otherKey.BFF_ACCESS_KEY);
      for (const name of ['sandbox', 'production, protected'])
        await page.getByRole('treeitem', { name, exact: true }).first().waitFor();

      // Nobody listens: how to start it, and where.
      await bff.stop();
      await runCommand('Pearsana: Check Everything');
      await quickInput.step(/Check Everything · .* · 0 ok, 1 failed/);
      const [problem] = await quickInput.options();
      assert.match(problem ?? '', /^BFF, Failed: The BFF at .*, Run “npm start”/);
      await quickInput.escape();
      await runCommand('Pearsana: Refresh');
      const down = view.getByText(/The BFF at \S+ doesn’t answer\. Is it running\?/);
      await down.waitFor();
      // Said once; the other views lead there.
      // The status item still has the focus, so what it says in a hover covers the right of it.
      await page.getByRole('button', { name: 'Imports Section' }).click({ position: { x: 30, y: 8 } });
      await page
        .getByText('Nothing can be imported right now. The Environments view above shows the reason.')
        .waitFor();
      await assertAccessible(workbench, '.part.sidebar');
      assert.equal(
        await page
          .locator('.sidebar')
          .getByText(/doesn’t answer/)
          .count(),
        1,
      );
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
      bff = await startTestBff({ variables: { PORT: String(bffPort), ...otherKey }, production: {} });
      await runCommand('Pearsana: Refresh');
      if (kind === 'web') await down.waitFor();
      else
        await treeItem(/^sandbox/)
          .first()
          .waitFor();
    });
  }
});
