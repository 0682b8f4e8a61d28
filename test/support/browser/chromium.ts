import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { packagedChromium } from './packaged-chromium.ts';

/** A browser's executable, and the environment variables that it needs in addition to ours. */
export type BrowserExecutable = { file: string; env?: Record<string, string> };

const quietArguments = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Starts a headless Chromium: an installed one where there is one (`CHROME_PATH` first), else, on 64-bit Intel Linux,
 * one from npm. Its web security stays on, because the tests check what a page may send to a backend.
 * Where there is none, it throws an error that says what to do.
 */
export async function launchChromium(): Promise<Browser> {
  const failures: string[] = [];
  for (const file of installedChromiums()) {
    try {
      return await launch({ file });
    } catch (error) {
      // Some installed browsers can't start here, such as a snap inside a container.
      failures.push(`${file}: ${firstLine(error)}`);
    }
  }
  const { CHROME_PATH } = process.env;
  if (CHROME_PATH)
    throw new Error(`CHROME_PATH does not start. ${failures.join('; ') || `${CHROME_PATH} is missing`}`);
  if (process.platform === 'linux' && process.arch === 'x64') return launch(await packagedChromium());
  const tried = failures.length > 0 ? ` Tried: ${failures.join('; ')}.` : '';
  throw new Error(`No Chromium here: install Chrome, or name its executable in CHROME_PATH.${tried}`);
}

/**
 * Says whether browser tests can run on this machine. If not, it prints why; under `CI` it throws instead, because
 * nobody reads the skips of a green run.
 */
export async function hasChromium(): Promise<boolean> {
  try {
    const browser = await launchChromium();
    await browser.close();
    return true;
  } catch (error) {
    if (process.env.CI) throw error;
    process.stderr.write(`Skipping what needs a browser. ${firstLine(error)}\n`);
    return false;
  }
}

function launch({ file, env }: BrowserExecutable): Promise<Browser> {
  return chromium.launch({
    executablePath: file,
    args: quietArguments,
    // Only our own pages on loopback are opened, and the sandbox works neither for root nor in most containers.
    chromiumSandbox: false,
    env: { ...definedOf(process.env), ...env },
  });
}

function installedChromiums(): string[] {
  const { CHROME_PATH } = process.env;
  return (CHROME_PATH ? [CHROME_PATH] : usualPlaces()).filter((file) => existsSync(file));
}

function usualPlaces(): string[] {
  const playwrightsOwn = chromium.executablePath();
  switch (process.platform) {
    case 'darwin':
      return [
        '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
        '/Applications/Chromium.app/Contents/MacOS/Chromium',
        '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
        playwrightsOwn,
      ];
    case 'win32': {
      const { PROGRAMFILES, LOCALAPPDATA } = process.env;
      const roots = [PROGRAMFILES, process.env['PROGRAMFILES(X86)'], LOCALAPPDATA].filter(
        (root) => root !== undefined,
      );
      const names = ['Google/Chrome/Application/chrome.exe', 'Microsoft/Edge/Application/msedge.exe'];
      return [...names.flatMap((name) => roots.map((root) => join(root, name))), playwrightsOwn];
    }
    default: {
      const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
      return ['/opt/google/chrome/chrome', ...names.map((name) => `/usr/bin/${name}`), playwrightsOwn];
    }
  }
}

function definedOf(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
}
