// Stands in for the desktop's `code`: it takes the arguments that `runTests` of @vscode/test-electron passes, runs the
// tests in a VS Code server's workbench in a headless browser, and exits with the tests' code.
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { launchChromium } from '../support/browser/chromium.ts';
import { cacheFolder } from '../support/processes/cache-folder.ts';
import { startVSCodeServer } from '../support/vscode/vscode-server.ts';
import { extensionId, workerHostSetting } from '../support/vscode/worker-host.ts';
import { newWorkbenchPage, workbenchUrl } from './workbench-page.ts';

const deadlineMs = 120_000;

const extensionDevelopmentPath = argument('extensionDevelopmentPath');
const extensionTestsPath = argument('extensionTestsPath');
const extensionDevelopmentKind = argument('extensionDevelopmentKind');
const userDataDir = argument('user-data-dir');

const interrupted = new AbortController();
const interrupt = (by: string) => interrupted.abort(new Error(`Interrupted by ${by}.`));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupt(signal));
// Our parent holds the other end.
process.stdin.resume().once('close', () => interrupt('its parent’s end'));
// Even if nobody reads the output any more, the browser must be ended.
for (const output of [process.stdout, process.stderr]) output.on('error', () => interrupt('a closed output'));

process.exitCode = await runTests();
process.stdin.destroy();

async function runTests(): Promise<number> {
  await using server = await startVSCodeServer({
    userSettings: await userSettings(),
    forTests: true,
    port: Number(argument('port') ?? 0),
  });
  await using browser = await launchChromium();
  const page = await newWorkbenchPage(browser);
  // Suites read what our commands copied.
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  return await testsCode(page, workbenchUrl(server, { extensionDevelopmentPath, extensionTestsPath }));
}

/** Resolves with the tests' exit code; 1 with a message and a screenshot if they never end. */
async function testsCode(page: Page, url: string): Promise<number> {
  const exit = Promise.withResolvers<number>();
  await page.exposeFunction('codeAutomationLog', (_type: string, words: unknown[]) => {
    process.stdout.write(`${words.map(asText).join(' ')}\n`);
  });
  await page.exposeFunction('codeAutomationExit', (code: number) => exit.resolve(code));
  page.once('crash', () => exit.reject(new Error('The page of the workbench crashed.')));
  const timer = setTimeout(
    () => exit.reject(new Error(`The suite did not end within ${deadlineMs / 1000} s.`)),
    deadlineMs,
  );
  interrupted.signal.addEventListener('abort', () => exit.reject(interrupted.signal.reason));
  try {
    interrupted.signal.throwIfAborted();
    await page.goto(url);
    return await exit.promise;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${message} ${await saveScreenshot(page)}\n`);
    return 1;
  } finally {
    clearTimeout(timer);
  }
}

async function saveScreenshot(page: Page): Promise<string> {
  const folder = join(cacheFolder, 'screenshots');
  const file = join(folder, `suite-${extensionDevelopmentKind || 'node'}-${process.pid}.png`);
  await mkdir(folder, { recursive: true });
  try {
    await page.screenshot({ path: file, timeout: 5000 });
    return `What it showed last: ${file}`;
  } catch {
    return 'No screenshot could be taken.';
  }
}

/** The desktop reads the same file, so that a suite's settings are written in one way for every host. */
async function userSettings(): Promise<Record<string, unknown>> {
  const file = join(userDataDir, 'User/settings.json');
  const settings = existsSync(file) ? JSON.parse(await readFile(file, 'utf8')) : {};
  if (extensionDevelopmentKind !== 'web') return settings;
  return { ...settings, ...workerHostSetting([await extensionId(extensionDevelopmentPath)]) };
}

/** Most of the arguments concern only the desktop, so we pick ours. */
function argument(name: string): string {
  const start = `--${name}=`;
  return process.argv.find((each) => each.startsWith(start))?.slice(start.length) ?? '';
}

function asText(word: unknown): string {
  return typeof word === 'string' ? word : JSON.stringify(word);
}
