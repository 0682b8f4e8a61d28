import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { freePort } from '../../scripts/free-port.ts';
import { startTestBff, type TestBff } from '../support/bff/test-bff.ts';
import { startLoginProvider } from '../support/sign-in/login-provider.ts';
import { buildExtension, chooseInMenu, noBrowser, vsix } from './person.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

const wayIn = /Sign in to the Pearsana BFF at/;

/** From the welcome view to the page that VS Code opens in the browser. */
async function openBrowser(workbench: Workbench): Promise<Page> {
  await workbench.page.getByRole('button', { name: 'Sign In', exact: true }).first().click();
  return chooseBrowser(workbench);
}

async function chooseBrowser({ page, quickInput }: Workbench): Promise<Page> {
  await quickInput.step(wayIn);
  const opening = page.context().waitForEvent('page');
  await quickInput.pick('In the browser');
  return opening;
}

/** What the page of the BFF asks; leaves the browser where VS Code takes over. */
async function answer(popup: Page, words: 'Allow' | 'Don’t allow'): Promise<void> {
  await popup.getByRole('button', { name: words, exact: true }).click();
  await popup.getByText('You can close this page now').waitFor();
}

/** POST requests that the BFF answered: a person's answers, codes that were redeemed, and keys that were given back. */
function posts({ logLines }: TestBff): { status: number; code?: string; caller?: string }[] {
  return logLines.map((line) => JSON.parse(line)).filter(({ method }) => method === 'POST');
}

for (const kind of ['node', 'web'] as const) {
  describe(`signing in through the browser, in the ${kind} host`, { skip: noBrowser }, () => {
    before(buildExtension);

    test('ends as its user wants it, in every window', { timeout: 240_000 }, async (t) => {
      const [bffPort, port] = [await freePort(), await freePort()];
      const url = `http://127.0.0.1:${bffPort}`;
      await using provider = await startLoginProvider(`${url}/auth/callback`);
      await using bff = await startTestBff({
        variables: {
          PORT: String(bffPort),
          BFF_PUBLIC_URL: url,
          BFF_ALLOWED_ORIGINS: `http://127.0.0.1:${port}`,
          BFF_VSCODE_ORIGINS: `http://127.0.0.1:${port}`,
          BFF_OIDC_ISSUER: provider.issuer,
          BFF_OIDC_CLIENT_ID: provider.clientId,
          BFF_OIDC_CLIENT_SECRET: provider.clientSecret,
          BFF_OIDC_GRANTS: 'groups:registrars=sandbox:*',
          BFF_OIDC_SCOPES: 'openid',
        },
      });
      const userSettings = { 'pearsana.backendUrl': url };
      await using workbench = await openWorkbench({
        name: 'sign-in',
        t,
        vsix,
        kind,
        port,
        opens: url,
        userSettings,
      });
      const { page, quickInput, notification, treeItem, screenshot } = workbench;
      const statuses = () => posts(bff).map(({ status }) => status);
      await workbench.openContainer('Pearsana');

      await t.test('cancelled by Escape: a code that comes later is nobody’s', async () => {
        const popup = await openBrowser(workbench);
        await popup.locator('[name=login]').fill('ada');
        await popup.locator('[name=password]').fill('any');
        for (const step of ['Sign-in', 'Continue']) await popup.getByRole('button', { name: step }).click();
        await popup.getByRole('heading', { name: 'Let VS Code act for you?' }).waitFor();
        await popup.getByText(`VS Code in the browser, at http://127.0.0.1:${port}`).waitFor();
        await popup.screenshot({ path: '.cache/screenshots/consent.png' });
        await quickInput.step(wayIn);
        await quickInput.escape();
        await answer(popup, 'Allow');
        await notification(/This window is not waiting for a sign-in/).waitFor();
        assert.deepEqual(statuses(), [303]);
        await popup.close();
      });

      await t.test('not allowed: said in words, with the way to try again', async () => {
        const popup = await openBrowser(workbench);
        await answer(popup, 'Don’t allow');
        await popup.close();
        const told = notification(/You did not allow VS Code to sign in\. Nothing was changed/).first();
        await told.waitFor();
        await told.getByRole('button', { name: 'Sign In' }).click();
        await quickInput.step(wayIn);
        assert.deepEqual(statuses(), [303, 303]);
      });

      await t.test('allowed: a key of that person’s, and an account', async () => {
        const popup = await chooseBrowser(workbench);
        const link = popup.url();
        await answer(popup, 'Allow');
        for (const address of [link, popup.url()]) assert.doesNotMatch(address, /pbff_/);
        await popup.close();
        await notification(/Signed in to http:\S+ \(user:ada, until .*\d.*\)/).waitFor();
        await treeItem(/^sandbox/)
          .first()
          .waitFor();
        assert.deepEqual(
          posts(bff).map(({ status, caller }) => [status, caller]),
          [
            [303, 'user:ada'],
            [303, 'user:ada'],
            [303, 'user:ada'],
            [200, 'user:ada'],
          ],
        );
        await page.locator('.activitybar').getByRole('button', { name: 'Accounts' }).click();
        await page.getByRole('menuitem', { name: `user:ada (127.0.0.1:${bffPort})` }).waitFor();
        await screenshot(`.cache/screenshots/accounts-${kind}.png`);
        await page.keyboard.press('Escape');
      });

      await t.test(
        'another window is signed in too; when it signs out, the key is of no use anywhere',
        async () => {
          const other = await workbench.anotherWindow();
          await other.openContainer('Pearsana');
          await other
            .treeItem(/^sandbox/)
            .first()
            .waitFor();
          await other.runCommand('Pearsana: Sign Out');
          await other.notification(/Signed out of http/).waitFor();
          assert.deepEqual(statuses().slice(4), [200]);
          await other.page.close();
          // A desktop's windows tell each other; pages of this server learn it from the BFF.
          await chooseInMenu(workbench, 'sandbox', 'Ping');
          await notification(/doesn’t accept your access key.*Sign in/s).waitFor();
          assert.equal(bff.pearsana.arrivals.length, 0);
        },
      );
    });
  });
}
