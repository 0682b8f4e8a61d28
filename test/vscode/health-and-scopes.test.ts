import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { freePort } from '../../scripts/free-port.ts';
import { documentedScopes } from '../../server/local-pearsana/scopes.ts';
import { scope } from '../../shared/scopes.ts';
import { startTestBff } from '../support/bff/test-bff.ts';
import {
  buildExtension,
  chooseInMenu,
  clickInDetails,
  invitationEntries,
  noBrowser,
  passSteps,
  signIn,
  vsix,
} from './person.ts';
import { openWorkbench } from './workbench.ts';

const lacking = scope('partners.users:write');

for (const kind of ['node', 'web'] as const) {
  describe(`what can be checked, in the ${kind} host`, { skip: noBrowser }, () => {
    before(buildExtension);

    test('Pearsana’s health, and the scopes of the App Client', { timeout: 240_000 }, async (t) => {
      const port = await freePort();
      const variables = { BFF_ALLOWED_ORIGINS: `http://127.0.0.1:${port}` };
      const enabledScopes = documentedScopes.filter((each) => each !== lacking);
      await using bff = await startTestBff({ variables, pearsana: { enabledScopes } });
      const userSettings = { 'pearsana.backendUrl': bff.url };
      await using workbench = await openWorkbench({
        name: 'health-and-scopes',
        t,
        vsix,
        kind,
        userSettings,
        port,
      });
      const { page, quickInput, notification, treeItem, runCommand } = workbench;
      const statusBar = page.locator('.statusbar');
      const read = () => page.waitForTimeout(1_000);

      /** All eight scopes are shown, and one is not enabled. */
      async function seeScopes(): Promise<void> {
        await quickInput.step(/Scopes · sandbox · 7 of 8 enabled, at \d/);
        const options = await quickInput.options();
        assert.equal(options.length, documentedScopes.length);
        for (const each of documentedScopes) {
          const name = each.replace(/^.*\//, '');
          const words = each === lacking ? 'not enabled' : 'enabled';
          assert.ok(
            options.some((option) => option.startsWith(`${name}, ${words} · `)),
            `${name} in ${options.join(' | ')}`,
          );
        }
      }

      await signIn(workbench, bff.accessKey);
      await runCommand('Notifications: Clear All Notifications');

      await t.test('health: by the menu of an environment, without a token', async () => {
        await chooseInMenu(workbench, 'sandbox', 'Check Health');
        // Said in the status bar and in the tree, and by no message.
        await statusBar.getByText(/sandbox is healthy \(\d+ ms\)/).waitFor();
        await treeItem(/^sandbox/)
          .first()
          .click();
        await treeItem(/^Health, ok · \d+ ms · just now/).waitFor();
        assert.equal(await page.locator('.notification-list-item').count(), 0);
        assert.deepEqual(
          bff.pearsana.arrivals.map(({ path }) => path),
          ['/health'],
        );
      });

      await read();
      await t.test('scopes: a list in words, and one to copy', async () => {
        await chooseInMenu(workbench, 'sandbox', 'Show Scopes');
        await seeScopes();
        await workbench.screenshot(`.cache/screenshots/scopes-${kind}.png`);
        await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
        await quickInput.pick('partners.users:write');
        await assert.doesNotReject(
          page.waitForFunction(
            (name) => navigator.clipboard.readText().then((text) => text === name),
            lacking,
          ),
        );
      });

      await t.test('what is missing stays in the tree', async () => {
        await treeItem(/^Missing scopes, partners\.users:write/).waitFor();
      });

      await read();
      await t.test('a call that lacks a scope leads to them', async () => {
        await chooseInMenu(workbench, 'sandbox', 'Create User…');
        const [email, first, last, reference] = invitationEntries('ada@example.edu', 'SIS A-1');
        assert(email && first && last && reference);
        await passSteps(workbench, [email, first, last, { ask: 'Role', text: 'student' }, reference]);
        await quickInput.accept();
        const told = notification(/partners\.users:write is not enabled.*Nothing was sent/s).first();
        await told.waitFor();
        await read();
        await clickInDetails(workbench, told, 'Show Scopes');
        await seeScopes();
        await quickInput.escape();
      });
    });
  });
}
