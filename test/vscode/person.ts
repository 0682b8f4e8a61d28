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
  await node.click({ button: 'right' });
  await chooseMenuItem(workbench, command);
}

/** Clicks a button of a message's details, where all that don't fit beside it are. */
export async function clickInDetails({ page }: Workbench, told: Locator, name: string): Promise<void> {
  await told.getByRole('button', { name: 'Details' }).click();
  await page.locator('.monaco-dialog-box').getByRole('button', { name }).click();
}

/** Selects files in the explorer, and begins to submit them by their menu. */
export async function submitFromExplorer(workbench: Workbench, files: readonly string[]): Promise<void> {
  const { openContainer, treeItem } = workbench;
  await openContainer('Explorer');
  for (const [index, file] of files.entries()) {
    await treeItem(file)
      .first()
      .click({ modifiers: index === 0 ? [] : ['ControlOrMeta'] });
  }
  await submitSelected(workbench, files);
}

/** The same with all of these files, which follow one another there. */
export async function submitRangeFromExplorer(workbench: Workbench, files: readonly string[]): Promise<void> {
  const { openContainer, treeItem } = workbench;
  await openContainer('Explorer');
  await treeItem(files[0] ?? '')
    .first()
    .click();
  await treeItem(files.at(-1) ?? '')
    .first()
    .click({ modifiers: ['Shift'] });
  await submitSelected(workbench, files);
}

/** Right-clicks a file in the explorer, and begins to import it. */
export async function importFromExplorer(workbench: Workbench, file: string): Promise<void> {
  await workbench.openContainer('Explorer');
  await chooseInExplorer(workbench, file, 'Import from File…');
  await workbench.quickInput.step(`Import ${file}`);
}

async function submitSelected(workbench: Workbench, files: readonly string[]): Promise<void> {
  const selected = workbench.page.locator('.explorer-folders-view [role=treeitem][aria-selected=true]');
  await until('the files are selected', async () => (await selected.count()) === files.length);
  await chooseInExplorer(workbench, files.at(-1) ?? '', 'Submit Documents…');
  await workbench.quickInput.step(/Submit \d+ documents?/);
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
  await workbench.treeItem(file).first().click({ button: 'right' });
  await chooseMenuItem(workbench, 'Pearsana');
  await chooseMenuItem(workbench, command);
}

/** By the keyboard: a menu takes no click in its first moments, so as not to be hit by the one that opened it. */
async function chooseMenuItem({ page }: Workbench, name: string): Promise<void> {
  await page.getByRole('menuitem', { name, exact: true }).hover();
  await page.keyboard.press('Enter');
}
