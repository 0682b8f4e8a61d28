import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { TestContext } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { launchChromium } from '../support/browser/chromium.ts';
import { startVSCodeServer } from '../support/vscode/vscode-server.ts';
import { createQuickInput, type QuickInput } from './quick-input.ts';
import { quietSettings } from './quiet-settings.ts';
import { shownWords } from './shown-words.ts';
import { newWorkbenchPage, workbenchUrl } from './workbench-page.ts';

/** What a workbench is opened with; see `openWorkbench`. */
export type WorkbenchOptions = {
  /** The packaged extension to install. */
  vsix?: string;
  /** Where it runs: Node's extension host (default) or the browser's worker host. */
  kind?: 'node' | 'web';
  userSettings?: Record<string, unknown>;
  /** The folder to open as workspace; none by default. */
  folder?: string;
  /** By default a free one. */
  port?: number;
  /** The one address on loopback that it opens in the browser. */
  opens?: string;
  /** Environment variables of its terminals. */
  variables?: Record<string, string>;
  /** Of the picture of its last moment, below `.cache/screenshots/`; none by default. */
  name?: string;
  /** The test that drives it: where it or a part of it fails, its output says what the workbench showed, with a picture. */
  t?: TestContext;
};

/** An open workbench; locators are Playwright's, so they wait and can be asked for more. */
export type Workbench = WorkbenchWindow & AsyncDisposable;

/** One window of it. */
export type WorkbenchWindow = {
  page: Page;
  quickInput: QuickInput;
  /** Runs the command with this title (with its category, as in `Pearsana: Ping`) from the command palette. */
  runCommand(title: string): Promise<void>;
  /** Shows the view container with this label in the side bar. */
  openContainer(label: string): Promise<void>;
  treeItem(name: string | RegExp): Locator;
  notification(text: string | RegExp): Locator;
  /** Writes a PNG. */
  screenshot(file: string): Promise<void>;
  /** Opens another window of the same VS Code, for the same person. */
  anotherWindow(): Promise<WorkbenchWindow>;
};

/** What a person would wait for: it is reached only on failure, so it also suits a busy machine. */
const seenTimeoutMs = 60_000;

/** Opens a workbench with the extension installed, as the first person on a new machine would see it. */
export async function openWorkbench(options: WorkbenchOptions): Promise<Workbench> {
  const { vsix, kind = 'node', userSettings, folder, port, opens, name, variables, t } = options;
  await using stack = new AsyncDisposableStack();
  const server = stack.use(
    await startVSCodeServer({
      userSettings: { ...quietSettings, ...userSettings },
      extensionsToInstall: vsix ? [vsix] : [],
      extensionHost: kind,
      ...(port !== undefined && { port }),
      ...(opens !== undefined && { opens }),
      ...(variables && { variables }),
    }),
  );
  async function openWindow(page: Page): Promise<WorkbenchWindow> {
    page.setDefaultTimeout(seenTimeoutMs);
    await page.goto(workbenchUrl(server, { folder }));
    await page.locator('.monaco-workbench .activitybar').waitFor();
    return {
      page,
      ...createDriver(page),
      anotherWindow: async () => openWindow(await page.context().newPage()),
    };
  }
  const browser = stack.use(await launchChromium());
  const window = await openWindow(await newWorkbenchPage(browser));
  if (name !== undefined) stack.defer(() => window.screenshot(`.cache/screenshots/${name}-${kind}.png`));
  if (t) tellFailures(t, window, { picture: `${name}-${kind}-failed`, stack });
  const kept = stack.move();
  return { ...window, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** A hook is given its test, which knows how it ended; the types do not say so yet. */
type Ended = TestContext & { passed: boolean };

/** Says of each part of a test that fails what the window showed then, and of the test itself what it showed last. */
function tellFailures(
  t: TestContext,
  { page, screenshot }: WorkbenchWindow,
  { picture, stack }: { picture: string; stack: AsyncDisposableStack },
): void {
  let failures = 0;
  let last = '';
  t.afterEach(async (context) => {
    const part = context as Ended;
    if (part.passed) return;
    failures += 1;
    const file = `.cache/screenshots/${picture}-${failures}.png`;
    part.diagnostic(`It showed then (${file}): ${await shownWords(page)}`);
    await screenshot(file);
  });
  stack.defer(async () => {
    last = await shownWords(page).catch(String);
  });
  t.after(() => {
    if (!(t as Ended).passed) t.diagnostic(`It showed last: ${last}`);
  });
}

function createDriver(page: Page): Omit<WorkbenchWindow, 'page' | 'anotherWindow'> {
  const quickInput = createQuickInput(page);
  return {
    quickInput,
    async runCommand(title) {
      const deadline = Date.now() + seenTimeoutMs;
      for (;;) {
        await page.keyboard.press('F1');
        await quickInput.type(`>${title}`);
        try {
          // By its label and not by Enter: until the list is filtered, its first entry is another command.
          await quickInput.pick(title, { timeout: 1000 });
          // The palette fills its list a second time, and a click that meets that moment is lost.
          if (!(await quickInput.holds(`>${title}`))) return;
          if (Date.now() > deadline) throw new Error(`The palette does not run ${title}.`);
        } catch (error) {
          if (Date.now() > deadline) throw error;
        }
        // An open palette never learns of the commands of an extension that registers later.
        await quickInput.escape();
      }
    },
    async openContainer(label) {
      const tab = page.locator('.activitybar').getByRole('tab', { name: label });
      // A click on the open container's tab would close the side bar.
      if ((await tab.getAttribute('aria-expanded')) !== 'true') await tab.click();
    },
    treeItem: (name) => page.getByRole('treeitem', { name }),
    notification: (text) => page.locator('.notification-list-item').filter({ hasText: text }),
    async screenshot(file) {
      await mkdir(dirname(file), { recursive: true });
      await page.screenshot({ path: file, animations: 'disabled' });
    },
  };
}
