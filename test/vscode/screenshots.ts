// `npm run screenshots`: the README's pictures, taken from the packaged extension in a real VS Code.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startTestBff } from '../support/bff/test-bff.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { buildExtension, chooseInMenu, importFromExplorer, resizeSideBar, signIn, vsix } from './person.ts';
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
await importing();

async function begin(workbench: Workbench): Promise<void> {
  await workbench.page.setViewportSize({ width: 1040, height: 600 });
  await signIn(workbench, bff.accessKey);
  // Wide enough for its content.
  await resizeSideBar(workbench, 422);
}

async function environments(workbench: Workbench): Promise<void> {
  const { page, treeItem, screenshot } = workbench;
  for (const environment of ['production', 'sandbox']) {
    await chooseInMenu(workbench, environment, 'Ping');
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
  await chooseInMenu(workbench, 'production', 'Invite…');
  for (const [index, answer] of ['ada@example.edu', 'Ada', 'Lovelace', 'SIS 20261234'].entries()) {
    await quickInput.step(new RegExp(`\\(${index + 1}/`));
    await quickInput.type(answer);
    await quickInput.accept();
  }
  await quickInput.step(/Review/);
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

/** Tomorrow's longer roster while it is imported: what was done before, what is new, and how far it is. */
async function importing(): Promise<void> {
  await using bff = await startTestBff();
  using temporary = temporaryFolder();
  const folder = temporary.path;
  const names = [
    'Ada,Lovelace',
    'Alan,Turing',
    'Grace,Hopper',
    'Mary,Jackson',
    'Annie,Easley',
    'Radia,Perlman',
  ];
  const line = (index: number) => {
    const name = names[index % names.length] ?? '';
    return `s${index + 1}@example.edu,${name},${20261001 + index}`;
  };
  const roster = (rows: number) =>
    ['E-mail,First name,Last name,Student ID', ...Array.from({ length: rows }, (_, row) => line(row))].join(
      '\n',
    );
  await writeFile(join(folder, 'roster.csv'), roster(9));
  await using workbench = await openWorkbench({
    ...{ vsix, folder },
    userSettings: {
      ...{ 'pearsana.backendUrl': bff.url, 'window.commandCenter': false },
      ...{ 'editor.minimap.enabled': false, 'editor.fontSize': 13, 'breadcrumbs.enabled': false },
    },
  });
  const { page, quickInput, notification, treeItem, runCommand, screenshot } = workbench;
  await page.setViewportSize({ width: 1120, height: 600 });
  await signIn(workbench, bff.accessKey);
  await resizeSideBar(workbench, 402);
  for (const rows of [9, 300]) {
    await writeFile(join(folder, 'roster.csv'), roster(rows));
    await importFromExplorer(workbench, 'roster.csv');
    await quickInput.pick('Invite people');
    if (rows === 9) {
      await quickInput.message(/The namespace of these people’s external IDs/);
      await quickInput.type('SIS');
      await quickInput.accept();
    } else await quickInput.pick('Use Them as Before');
    await quickInput.step(/Invite people · sandbox/);
    await quickInput.accept();
    if (rows === 9) {
      await notification(/9 done\./)
        .first()
        .waitFor();
      await runCommand('Notifications: Clear All Notifications');
      await workbench.openContainer('Explorer');
      await treeItem('roster.csv').first().dblclick();
    }
  }
  // The view has opened by itself.
  await page.mouse.move(250, 250);
  await treeItem(/^roster\.csv, ([7-9]|1\d) of 291/)
    .first()
    .waitFor();
  // The name of the container is shown for a while where it was clicked.
  await page.waitForTimeout(1_000);
  await screenshot(`${pictures}/import.png`);
}
