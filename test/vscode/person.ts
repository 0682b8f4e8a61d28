import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { hasChromium } from '../support/chromium.ts';
import type { Workbench } from './workbench.ts';

/** The packaged extension, once `buildExtension` has run. */
export const vsix = fileURLToPath(new URL('../../dist/pearsana-partner.vsix', import.meta.url));

/** Why nothing can be driven here; false where it can. */
export const noBrowser: string | false = (await hasChromium())
  ? false
  : 'there is no Chromium on this machine';

/** Makes the bundle and the VSIX, unless they are newer than their sources. */
export function buildExtension(): void {
  const built = spawnSync(process.execPath, ['build.ts', 'extension'], { encoding: 'utf8' });
  assert.equal(built.status, 0, built.stderr);
}

/** From the welcome view to the box where the key was entered. */
export async function enterKey(
  { page, quickInput, openContainer }: Workbench,
  accessKey: string,
): Promise<void> {
  await openContainer('Pearsana');
  await page.getByRole('button', { name: 'Sign In' }).click();
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
  await workbench.notification(/Signed in to the BFF/).waitFor();
  await workbench
    .treeItem(/^sandbox/)
    .first()
    .waitFor();
}

/** Clicks a command that stands beside an environment in the tree. */
export async function clickBeside(
  { treeItem }: Workbench,
  environment: string,
  command: string,
): Promise<void> {
  const node = treeItem(new RegExp(`^${environment}`)).first();
  await node.hover();
  await node.getByRole('button', { name: command }).click();
}
