import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Locator } from 'playwright-core';
import { hasChromium } from '../support/browser/chromium.ts';
import { until } from '../support/until.ts';
import type { Workbench } from './workbench.ts';

/** The packaged extension, once `buildExtension` has run. */
export const vsix = fileURLToPath(new URL('../../dist/pearsana-partner.vsix', import.meta.url));

/** Why nothing can be driven here; false where it can. */
export const noBrowser: string | false = (await hasChromium())
  ? false
  : 'there is no Chromium on this machine';

/** Makes the bundle and the VSIX, unless they are newer than their sources. */
export function buildExtension(): void {
  const built = spawnSync(process.execPath, ['scripts/build.ts', 'extension'], { encoding: 'utf8' });
  assert.equal(built.status, 0, built.stderr);
}

/** From the welcome view to the box where the key was entered. */
export async function enterKey(
  { page, quickInput, openContainer }: Workbench,
  accessKey: string,
): Promise<void> {
  await openContainer('Pearsana');
  await page.getByRole('button', { name: 'Sign In', exact: true }).click();
  await quickInput.step(/Sign in to the Pearsana BFF/);
  await quickInput.type(accessKey);
  await quickInput.accept();
}

/**
 * The same, until the environments stand in the tree and are not read again: a node that is replaced while it is clicked
 * is no argument for its command.
 */
export async function signIn(workbench: Workbench, accessKey: string): Promise<void> {
  await enterKey(workbench, accessKey);
  await workbench.notification(/Signed in to http/).waitFor();
  await workbench
    .treeItem(/^sandbox/)
    .first()
    .waitFor();
}

/** Drags the side bar's edge until it is so many pixels wide. */
export async function resizeSideBar({ page }: Workbench, width: number): Promise<void> {
  const sash = page.locator('.monaco-sash.vertical:not(.disabled)').first();
  const sideBar = page.locator('.part.sidebar');
  const [edge, box] = [await sash.boundingBox(), await sideBar.boundingBox()];
  assert(edge && box);
  const [x, y] = [edge.x + edge.width / 2, edge.y + 200];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + width - box.width, y, { steps: 5 });
  await page.mouse.up();
}

/** Clicks a command beside an environment in the tree. */
export async function clickBeside(
  { treeItem }: Workbench,
  environment: string,
  command: string,
): Promise<void> {
  const node = treeItem(new RegExp(`^${environment}`)).first();
  await node.hover();
  await node.getByRole('button', { name: command }).click();
}

/** Runs a command of an environment from its menu in the tree. */
export async function chooseInMenu(
  workbench: Workbench,
  environment: string,
  command: string,
): Promise<void> {
  const node = workbench.treeItem(new RegExp(`^${environment}`)).first();
  await chooseInMenuOf(workbench, node, [command]);
}

/** Clicks a button of a message's details, where all that don't fit beside it are. */
export async function clickInDetails({ page }: Workbench, told: Locator, name: string): Promise<void> {
  await told.getByRole('button', { name: 'Details' }).click();
  await page.locator('.monaco-dialog-box').getByRole('button', { name }).click();
}

/** Selects files in the explorer, and begins to submit them by their menu. */
export function submitFromExplorer(workbench: Workbench, files: readonly string[]): Promise<void> {
  const [first = '', ...others] = files;
  return submitSelected(workbench, files, async (click) => {
    await click(first);
    for (const file of others) await click(file, 'ControlOrMeta');
  });
}

/** The same with all of these files, which follow one another there. */
export function submitRangeFromExplorer(workbench: Workbench, files: readonly string[]): Promise<void> {
  return submitSelected(workbench, files, async (click) => {
    await click(files[0] ?? '');
    await click(files.at(-1) ?? '', 'Shift');
  });
}

type Click = (file: string, modifier?: 'ControlOrMeta' | 'Shift') => Promise<void>;

/** The explorer forgets its selection when it reads the folder again, so it is looked at once the menu is open. */
async function submitSelected(
  workbench: Workbench,
  files: readonly string[],
  select: (click: Click) => Promise<void>,
): Promise<void> {
  const { page, openContainer, treeItem, quickInput } = workbench;
  await openContainer('Explorer');
  const file = (name: string) => treeItem(name).first();
  const selected = page.locator('.explorer-folders-view [role=treeitem][aria-selected=true]');
  await chooseInMenuOf(workbench, file(files.at(-1) ?? ''), ['Pearsana', 'Submit Documents…'], {
    prepare: () => select((name, modifier) => file(name).click({ modifiers: modifier ? [modifier] : [] })),
    isReady: async () => (await selected.count()) === files.length,
  });
  await quickInput.step(/Submit \d+ documents?/);
}

/** Right-clicks a file in the explorer, and begins to import it. */
export async function importFromExplorer(workbench: Workbench, file: string): Promise<void> {
  await workbench.openContainer('Explorer');
  await chooseInExplorer(workbench, file, 'Import from File…');
  await workbench.quickInput.step(`Import ${file}`);
}

/** The title of a wizard's step: it ends with what is asked, and where it stands. */
export function titleOf(ask: string): RegExp {
  return new RegExp(` · ${ask.replaceAll('.', '\\.')}( \\(\\d+/\\d+\\))?$`);
}

/** What is entered, chosen or ticked in a step of a wizard. Without any, the step is accepted as it is. */
export type Entry = { ask: string; text?: string; pick?: string; tick?: readonly string[] };

/** Passes the steps of a wizard from its first one on, up to the review. */
export async function passSteps({ quickInput }: Workbench, entries: readonly Entry[]): Promise<void> {
  for (const { ask, text, pick, tick = [] } of entries) {
    await quickInput.step(titleOf(ask));
    if (pick !== undefined) await quickInput.pick(pick);
    if (text !== undefined) await quickInput.type(text);
    for (const label of tick) await quickInput.pick(label);
    if (pick === undefined) await quickInput.accept();
  }
  await quickInput.step(titleOf('Review'));
  // What is known of the person is looked up first.
  await quickInput.options();
}

/** The steps of an invitation. */
export const invitationEntries = (email: string, reference: string): Entry[] => [
  { ask: 'E-mail', text: email },
  { ask: 'First name', text: 'Ada' },
  { ask: 'Last name', text: 'Lovelace' },
  { ask: 'External reference', text: reference },
];

/** Runs one of our commands from the menu of a file or a folder. */
export async function chooseInExplorer(workbench: Workbench, file: string, command: string): Promise<void> {
  await chooseInMenuOf(workbench, workbench.treeItem(file).first(), ['Pearsana', command]);
}

/**
 * Runs a command from the menu of a node in a tree, by the names of its item and of the menus before it. By the keyboard: a
 * menu takes no click in its first moments, so as not to be hit by the one that opened it. When its tree is read again the
 * menu goes, so it is opened until the command was chosen.
 *
 * @param options.prepare what is done before it is opened, each time
 * @param options.isReady whether what was prepared is still so once the menu is open
 */
export async function chooseInMenuOf(
  { page }: Workbench,
  node: Locator,
  names: readonly string[],
  options: { prepare?(): Promise<void>; isReady?(): Promise<boolean> } = {},
): Promise<void> {
  const { prepare, isReady = () => true } = options;
  const menus = page.locator('.monaco-menu');
  const canHover = (name: string) =>
    menus
      .getByRole('menuitem')
      // By its text: its name to a screen reader also has its keys.
      .filter({ has: page.getByText(name, { exact: true }) })
      .hover({ timeout: 5_000 })
      .then(
        () => true,
        () => false,
      );
  await until(`${names.join(' › ')} is chosen`, async () => {
    await prepare?.();
    await node.click({ button: 'right' });
    for (const name of names) {
      if (!(await canHover(name)) || !(await isReady())) {
        while (await menus.first().isVisible()) await page.keyboard.press('Escape');
        return false;
      }
      await page.keyboard.press('Enter');
    }
    return true;
  });
}
