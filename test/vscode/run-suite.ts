import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { downloadAndUnzipVSCode, runTests, TestRunFailedError } from '@vscode/test-electron';
import { build } from 'esbuild';
import { cacheFolder } from '../support/processes/cache-folder.ts';
import { ensureVSCodeServer, type VSCodeVersion } from '../support/vscode/vscode-server.ts';
import { quietSettings } from './quiet-settings.ts';
import { notePrefix, resultPrefix, type SuiteResult } from './suite/line-reporter.ts';
import type { SuiteParameters } from './suite/parameters.ts';

/** What a run of the suite is given; see `runSuite`. */
export type SuiteRun = SuiteParameters & {
  /** The extension's folder with its manifest and its built bundle; by default this repository's. */
  extension?: string;
  /** Which VS Code; by default the newest, or the one that `VSCODE_OLDEST` asks for. */
  vscode?: VSCodeVersion;
  userSettings?: Record<string, unknown>;
  /** The workbench's port, where somebody must know its origin beforehand. */
  port?: number;
};

const suites = join(cacheFolder, 'suite');

/**
 * Runs `suite/` inside a real VS Code: in Node's extension host (`node`), in the browser's worker host (`web`), or in
 * a VS Code downloaded for the purpose (`desktop`). Failing tests are in the result; it throws if the suite gave none.
 */
export async function runSuite(run: SuiteRun): Promise<SuiteResult & { notes: string[] }> {
  const {
    host,
    env = {},
    userSettings,
    port = 0,
    vscode,
    extension = join(import.meta.dirname, '../../extension'),
  } = run;
  // Outside the suite's deadline, since a first set-up takes longer than the tests.
  if (host !== 'desktop') await ensureVSCodeServer(vscode);
  const userData = await mkdtemp(join(tmpdir(), 'vscode-user-'));
  const output = collector();
  try {
    await mkdir(join(userData, 'User'));
    await writeFile(
      join(userData, 'User/settings.json'),
      JSON.stringify({ ...quietSettings, ...userSettings }),
    );
    const copy = await copyExtension(extension, host);
    const extensionTestsPath = join(copy, 'suite.js');
    await bundleSuite({ host, env }, extensionTestsPath);
    await runTests({
      vscodeExecutablePath: host === 'desktop' ? await downloadAndUnzipVSCode() : await writeLauncher(),
      extensionDevelopmentPath: copy,
      extensionTestsPath,
      launchArgs: [
        `--user-data-dir=${userData}`,
        `--extensions-dir=${join(userData, 'extensions')}`,
        ...(host === 'web' ? ['--extensionDevelopmentKind=web'] : []),
        // For our own executable alone; the desktop has no such port.
        ...(host === 'desktop' ? [] : [`--port=${port}`]),
      ],
      // Our own executable starts the server.
      ...(vscode && { extensionTestsEnv: { VSCODE_OLDEST: vscode === 'oldest' ? '1' : '' } }),
      stdout: output.stream,
      stderr: output.stream,
    });
  } catch (error) {
    // Failing tests make the exit code; what failed is in the output.
    if (!(error instanceof TestRunFailedError)) throw error;
  } finally {
    await rm(userData, { recursive: true, force: true, maxRetries: 5 });
  }
  return resultIn(output.text());
}

/** The suite must lie inside the extension's folder: VS Code runs any other in Node's host, whatever host was asked for. */
async function copyExtension(extension: string, host: string): Promise<string> {
  const copy = join(suites, host);
  await rm(copy, { recursive: true, force: true });
  const unwanted = [join(extension, 'src'), join(extension, 'node_modules')];
  await cp(extension, copy, { recursive: true, filter: (source) => !unwanted.includes(source) });
  return copy;
}

async function bundleSuite(parameters: SuiteParameters, outfile: string): Promise<void> {
  await build({
    entryPoints: [join(import.meta.dirname, 'suite/index.ts')],
    outfile,
    bundle: true,
    format: 'cjs',
    // The same for every host: who imports from `node:` in a suite is told so at once.
    platform: 'browser',
    external: ['vscode'],
    banner: { js: await mochaGlobals() },
    define: { SUITE_PARAMETERS: JSON.stringify(parameters) },
    sourcemap: 'inline',
    logLevel: 'error',
  });
}

/**
 * Mocha's browser build, which runs in every extension host. It would take the bundle's `module` for its own, so it is
 * put in front of the bundle, where it finds none and makes globals.
 */
async function mochaGlobals(): Promise<string> {
  const source = await readFile(new URL(import.meta.resolve('mocha/mocha.js')), 'utf8');
  return `(() => { let module, exports, define;\n${source}\n})();`;
}

/** `runTests` starts a program, not a module, and a module's own `#!` line would depend on which Node is on the path. */
async function writeLauncher(): Promise<string> {
  const windows = process.platform === 'win32';
  const file = join(suites, windows ? 'vscode-executable.cmd' : 'vscode-executable');
  const command = `"${process.execPath}" "${join(import.meta.dirname, 'vscode-executable.ts')}"`;
  await mkdir(suites, { recursive: true });
  await writeFile(file, windows ? `@${command} %*\r\n` : `#!/bin/sh\nexec ${command} "$@"\n`, {
    mode: 0o755,
  });
  return file;
}

function collector() {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  return { stream, text: () => text };
}

function resultIn(output: string): SuiteResult & { notes: string[] } {
  const lines = output.split('\n');
  const notes = lines
    .filter((each) => each.startsWith(notePrefix))
    .map((each) => each.slice(notePrefix.length));
  const line = lines.find((each) => each.startsWith(resultPrefix));
  if (line === undefined)
    throw new Error(`The suite ended without a result. Its last words:\n${output.slice(-2000)}`);
  return { ...JSON.parse(line.slice(resultPrefix.length)), notes };
}
