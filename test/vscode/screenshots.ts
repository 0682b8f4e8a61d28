// `npm run screenshots`: the README's pictures, taken from the packaged extension in a real VS Code.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startTestBff } from '../support/test-bff.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pictures = `${root}extension/pictures`;

spawnSync(process.execPath, ['build.ts', 'extension'], { cwd: root, stdio: 'inherit' });
const bff = await startTestBff({ production: {} });
const workbench = await openWorkbench({
  vsix: `${root}dist/pearsana-partner.vsix`,
  userSettings: {
    'pearsana.backendUrl': bff.url,
    'window.commandCenter': false,
    'workbench.tips.enabled': false,
  },
});
try {
  await signIn(workbench);
  await environments(workbench);
  await invitation(workbench);
  await bff.stop();
  await stopped(workbench);
} finally {
  await workbench.close();
}

async function signIn({ page, quickInput, openContainer, treeItem }: Workbench): Promise<void> {
  await page.setViewportSize({ width: 1040, height: 480 });
  await openContainer('Pearsana');
  await page.getByRole('button', { name: 'Sign In' }).click();
  await quickInput.step(/Sign in/);
  await quickInput.type(bff.accessKey);
  await quickInput.accept();
  await treeItem(/^sandbox/)
    .first()
    .waitFor();
  // A side bar wide enough for what stands in it.
  const sash = page.locator('.monaco-sash.vertical:not(.disabled)').first();
  const box = await sash.boundingBox();
  if (!box) return;
  await page.mouse.move(box.x + box.width / 2, box.y + 200);
  await page.mouse.down();
  await page.mouse.move(470, box.y + 200, { steps: 5 });
  await page.mouse.up();
}

async function environments({ page, treeItem, notification, screenshot }: Workbench): Promise<void> {
  for (const environment of ['production', 'sandbox']) {
    const node = treeItem(new RegExp(`^${environment}`)).first();
    await node.hover();
    await node.getByRole('button', { name: 'Ping' }).click();
    await notification(new RegExp(`${environment} answered`)).waitFor();
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

async function invitation({ page, quickInput, treeItem, runCommand, screenshot }: Workbench): Promise<void> {
  await runCommand('Notifications: Clear All Notifications');
  const node = treeItem(/^production/).first();
  await node.hover();
  await node.getByRole('button', { name: 'Invite' }).click();
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

async function stopped({ page, treeItem, runCommand, screenshot }: Workbench): Promise<void> {
  await runCommand('Pearsana: Refresh');
  await treeItem(/doesn’t answer/)
    .first()
    .waitFor();
  await page.mouse.move(700, 100);
  await screenshot(`${pictures}/not-running.png`);
}
