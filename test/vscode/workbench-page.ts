import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import type { VSCodeServer } from '../support/vscode/vscode-server.ts';

/** What the workbench is to load besides what is installed; paths are absolute. */
export type WorkbenchContent = {
  /** The folder of an unpacked extension, loaded as under F5. */
  extensionDevelopmentPath?: string | undefined;
  /** A module whose `run` is called beside the extension. */
  extensionTestsPath?: string | undefined;
  /** The folder to open as workspace. */
  folder?: string | undefined;
};

/** Opens a page of the size that our screenshots have; the caller then navigates to `workbenchUrl`. */
export async function newWorkbenchPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  // Half of the key by which a page keeps secrets for the pages after it. code-server gives it; this server does not.
  await context.route('**/mint-key', (route) => route.fulfill({ body: Buffer.alloc(32, 7) }));
  return context.newPage();
}

/** The address of a server's workbench with this content. */
export function workbenchUrl(server: VSCodeServer, content: WorkbenchContent): string {
  const { extensionDevelopmentPath, extensionTestsPath, folder } = content;
  const remote = (path: string) => `vscode-remote://127.0.0.1:${server.port}${pathToFileURL(path).pathname}`;
  const payload = [['skipWelcome', 'true']];
  if (extensionDevelopmentPath) payload.push(['extensionDevelopmentPath', remote(extensionDevelopmentPath)]);
  if (extensionTestsPath) payload.push(['extensionTestsPath', remote(extensionTestsPath)]);
  const url = new URL(server.url);
  url.searchParams.set('payload', JSON.stringify(payload));
  if (folder) url.searchParams.set('folder', pathToFileURL(folder).pathname);
  else url.searchParams.set('ew', 'true');
  return url.href;
}
