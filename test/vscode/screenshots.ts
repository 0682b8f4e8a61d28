// `npm run screenshots`: the README's pictures, taken from the packaged extension in a real VS Code.
import { fileURLToPath } from 'node:url';
import { startTestBff } from '../support/bff/test-bff.ts';
import { buildExtension, clickBeside, signIn, vsix } from './person.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pictures = `${root}extension/pictures`;

buildExtension();
const bff = await startTestBff({ production: {} });
await using workbench = await openWorkbench({
  vsix,
  userSettings: {
    'pearsana.backendUrl': bff.url,
    'window.commandCenter': false,
    'workbench.tips.enabled': false,
  },
});
await begin(workbench);
await environments(workbench);
await invitation(workbench);
await bff.stop();
await stopped(workbench);

async function begin(workbench: Workbench): Promise<void> {
  const { page } = workbench;
  await page.setViewportSize({ width: 1040, height: 600 });
  await signIn(workbench, bff.accessKey);
  // A side bar wide enough for its content.
  const sash = page.locator('.monaco-sash.vertical:not(.disabled)').first();
  const box = await sash.boundingBox();
  if (!box) return;
  await page.mouse.move(box.x + box.width / 2, box.y + 200);
  await page.mouse.down();
  await page.mouse.move(470, box.y + 200, { steps: 5 });
  await page.mouse.up();
}

async function environments(workbench: Workbench): Promise<void> {
  const { page, treeItem, screenshot } = workbench;
  for (const environment of ['production', 'sandbox']) {
    await clickBeside(workbench, environment, 'Ping');
    await treeItem(new RegExp(`^${environment}.*ok`))
      .first()
      .waitFor();
  }
  await treeItem(/^sandbox/)
    .first()
    .click();
  await treeItem(/Last ping/)
    .first()
    .waitFor();
  await page.mouse.move(700, 100);
  await screenshot(`${pictures}/environments.png`);
}

async function invitation(workbench: Workbench): Promise<void> {
  const { page, quickInput, runCommand, screenshot } = workbench;
  await runCommand('Notifications: Clear All Notifications');
  await clickBeside(workbench, 'production', 'Invite');
  const answers = ['ada@example.edu', 'Ada', 'Lovelace', 'SIS', '20261234', undefined, 'Welcome!', 'student'];
  for (const [index, answer] of answers.entries()) {
    await quickInput.step(new RegExp(`\\(${index + 1}/`));
    if (answer !== undefined) await quickInput.type(answer);
    await quickInput.accept();
  }
  await quickInput.step(/\(9\//);
  await quickInput.options();
  await page.mouse.move(900, 440);
  await screenshot(`${pictures}/invitation.png`);
  await quickInput.escape();
}

async function stopped({ page, runCommand, screenshot }: Workbench): Promise<void> {
  await runCommand('Pearsana: Refresh');
  await page.getByText(/doesn’t answer/).waitFor();
  await page.mouse.move(700, 100);
  await screenshot(`${pictures}/not-running.png`);
}
