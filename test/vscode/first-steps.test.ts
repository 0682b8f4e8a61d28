import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { freePort } from '../support/bff/test-bff.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';
import { buildExtension, clickBeside, noBrowser, vsix } from './person.ts';
import { openWorkbench } from './workbench.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));

const isListening = (url: string) =>
  fetch(`${url}/livez`).then(
    ({ ok }) => ok,
    () => false,
  );

describe('the first steps', { skip: noBrowser }, () => {
  before(buildExtension);

  test('node host: the BFF is started in a terminal, and signed in to', { timeout: 240_000 }, async () => {
    using data = temporaryFolder();
    const url = `http://127.0.0.1:${await freePort()}`;
    await using workbench = await openWorkbench({
      ...{ name: 'first-steps', vsix, folder: repository },
      userSettings: { 'pearsana.backendUrl': url },
      variables: { BFF_DATA_DIR: data.path },
    });
    const { page, treeItem, notification, runCommand } = workbench;
    await workbench.openContainer('Pearsana');
    await page.getByRole('button', { name: 'Start the BFF' }).click();
    await notification(/The BFF is running, and you are signed in\./).waitFor({ timeout: 120_000 });
    await treeItem(/^local/)
      .first()
      .waitFor();
    await page.locator('.terminal-wrapper.active').waitFor();
    await workbench.screenshot('.cache/screenshots/start-backend.png');
    await clickBeside(workbench, 'local', 'Ping');
    await treeItem(/^local.*ok/)
      .first()
      .waitFor();

    await runCommand('Pearsana: Start the BFF');
    await notification(`A BFF is already running at ${url}.`).waitFor();

    await runCommand('Terminal: Kill All Terminals');
    await until('the BFF ended with its terminal', async () => !(await isListening(url)));
  });

  test('web host: a browser starts no programs, and says what to do', { timeout: 240_000 }, async () => {
    await using workbench = await openWorkbench({ name: 'first-steps', vsix, kind: 'web' });
    await workbench.openContainer('Pearsana');
    await workbench.page.getByRole('button', { name: 'Start the BFF' }).click();
    const told = workbench.notification(/VS Code in a browser cannot start programs\. Run “npm start”/);
    await told.waitFor();
    assert.ok(await told.getByRole('button', { name: 'Sign In' }).isVisible());
  });
});
