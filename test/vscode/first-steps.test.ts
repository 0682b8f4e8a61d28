import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../scripts/free-port.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';
import { assertAccessible } from './accessibility.ts';
import { buildExtension, chooseInMenu, invitationEntries, noBrowser, passSteps, vsix } from './person.ts';
import { openWorkbench } from './workbench.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));

const isListening = (url: string) =>
  fetch(`${url}/livez`).then(
    ({ ok }) => ok,
    () => false,
  );

describe('the first steps', { skip: noBrowser }, () => {
  before(buildExtension);

  test('node host: a walkthrough that starts the BFF in a terminal, and ticks what was done', {
    timeout: 240_000,
  }, async (t) => {
    using data = temporaryFolder();
    const url = `http://127.0.0.1:${await freePort()}`;
    await using workbench = await openWorkbench({
      ...{ name: 'first-steps', t, vsix, folder: repository },
      userSettings: { 'pearsana.backendUrl': url },
      variables: { BFF_DATA_DIR: data.path },
    });
    const { page, quickInput, treeItem, notification, runCommand } = workbench;
    await workbench.openContainer('Pearsana');
    await page.getByText('Take the first steps', { exact: true }).click();
    const steps = page.locator('.gettingStartedContainer');
    const completed = (name: string) => steps.getByRole('checkbox', { name: `${name}: Completed` }).waitFor();
    await steps.getByRole('button', { name: 'Start the BFF', exact: true }).click();
    await notification(/The BFF is running, and you are signed in\./).waitFor({ timeout: 120_000 });
    await treeItem(/^local/)
      .first()
      .waitFor();
    await page.locator('.terminal-wrapper.active').waitFor();
    await chooseInMenu(workbench, 'local', 'Ping');
    await treeItem(/^local.*ok/)
      .first()
      .waitFor();
    for (const name of ['Start the BFF', 'Sign in', 'Ping Pearsana']) await completed(name);

    const step = async (name: string, button: string) => {
      await steps.getByRole('button', { name: new RegExp(`^${name}`) }).click();
      await steps.getByRole('button', { name: button, exact: true }).click();
    };
    await step('Send your first invitation', 'Invite in local…');
    await passSteps(workbench, invitationEntries('ada@example.edu', 'SIS A-1'));
    await quickInput.accept();
    await notification(/Invited ada@example\.edu/).waitFor();
    await completed('Send your first invitation');

    // A robot has to slow down: VS Code shows no more than three messages within 800 ms.
    await page.waitForTimeout(1_000);
    await step('Import many people from a file', 'New Import File…');
    await quickInput.pick('Invite people');
    await page.getByRole('tab', { name: /invitations\.csv/ }).waitFor();
    await page.locator('.view-line', { hasText: 'ada@example.edu' }).waitFor();
    await page.locator('.editor-actions').getByRole('button', { name: 'Import from File…' }).click();
    await quickInput.step('Import invitations.csv');
    await quickInput.pick('Invite people');
    await quickInput.step(/Invite people · local/);
    await quickInput.options();
    await quickInput.accept();
    await notification(/Imported invitations\.csv into local: 1 done\./).waitFor();
    await page.getByRole('tab', { name: /^Welcome|^Walkthrough/ }).click();
    await completed('Import many people from a file');
    await assertAccessible(workbench, '.getting-started-step.expanded');
    await workbench.screenshot('.cache/screenshots/steps-done.png');

    await runCommand('Pearsana: Check Everything');
    await quickInput.step(/Check Everything · .* · 8 ok/);
    await workbench.screenshot('.cache/screenshots/check-everything.png');
    const checked = (await quickInput.options()).join('\n');
    for (const words of ['BFF, answers', 'Clock', 'local, ping', 'local, scopes', 'local, journal'])
      assert.ok(checked.includes(words), checked);
    await quickInput.escape();

    await runCommand('Pearsana: Start the BFF');
    await notification(`A BFF is already running at ${url}.`).waitFor();

    await runCommand('Terminal: Kill All Terminals');
    await until('the BFF ended with its terminal', async () => !(await isListening(url)));
  });
});
