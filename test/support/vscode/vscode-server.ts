// The npm package `code-server` carries a complete VS Code server and workbench, so a real VS Code can be tested where
// only the npm registry is reachable. Its version 4.139.1 is VS Code 1.139.1.
// `VSCODE_OLDEST=1` takes the oldest VS Code that the extension's manifest names instead of the newest one.
import type { ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareOnce, unpackFromNpm } from '../processes/cache-folder.ts';
import { execute, npm } from '../processes/execute.ts';
import { startProcessGroup } from '../processes/process-group.ts';
import { installedExtensionIds, workerHostSetting } from './worker-host.ts';

export type VSCodeVersion = 'newest' | 'oldest';

/** The newest VS Code that npm has, and the oldest that the extension's manifest names. */
export const vscodeVersions: Record<VSCodeVersion, { version: string; integrity: string; node?: string }> = {
  newest: {
    version: '4.139.1',
    integrity:
      'sha512-fUYvJVdz4ZoVJfakGiGWXFMpF8K1ObsrpGvX17ZxNpKOzdNHs7lANT670JTr4ZhA8DnWqyvvmFG/d3HV9Yy6ew==',
  },
  oldest: {
    version: '4.100.3',
    // It comes with this Node, which knows less of JavaScript than ours.
    node: '20.20.2',
    integrity:
      'sha512-q/Fh2DOxCRNhC/WiG/6sAhSKnj7ZACTVBaeeZ+rWjol//0FCbl/qg1ln5ecZ99jYcfqMxZZAyWcN+YBIo0DgpA==',
  },
};

/** The one that the servers of this process are. */
const ours: VSCodeVersion = process.env.VSCODE_OLDEST ? 'oldest' : 'newest';

const readyTimeoutMs = 30_000;

/** A running VS Code server. Its disposal ends its whole process group and removes its data. */
export type VSCodeServer = AsyncDisposable & { url: string; port: number };

/** What a server starts with; see `startVSCodeServer`. */
export type VSCodeServerOptions = {
  userSettings?: Record<string, unknown>;
  /** VSIX files. */
  extensionsToInstall?: string[];
  /** Where the installed extensions run: Node's extension host (default) or the browser's worker host. */
  extensionHost?: 'node' | 'web';
  /**
   * Whether a page may bring an unpacked extension and tests in its `payload`. VS Code calls that the smoke test
   * driver, and shows no notifications with it, so it is not for driving the workbench as a person would.
   */
  forTests?: boolean;
  /**
   * The one address on loopback that its pages open in the browser. Left to itself, code-server opens each through a
   * proxy of its own, which is not part of this server.
   */
  opens?: string;
  /** Further environment variables, which its terminals have too. */
  variables?: Record<string, string>;
  /** By default a free one. Pass one where the page's origin must be known beforehand, as for a CORS list. */
  port?: number;
};

/** Puts the VS Code server into the cache, and returns its folder. The first time takes under a minute. */
export function ensureVSCodeServer(which = ours): Promise<string> {
  const codeServer = { name: 'code-server', folder: 'lib/vscode', ...vscodeVersions[which] };
  return prepareOnce(`vscode-server-${codeServer.version}`, async (folder) => {
    process.stderr.write('Fetching the VS Code server from npm (once, some 460 MB on disk) …\n');
    await unpackFromNpm(codeServer, folder);
    // Its shrinkwrap pins what is installed, but omits enough of the rest that `npm ci` refuses it. Without its native
    // modules the server only complains in its log.
    const { node } = vscodeVersions[which];
    const more = node === undefined ? [] : ['--no-save', `${nodePackage}@${node}`];
    await npm(['install', '--omit=dev', '--omit=optional', '--ignore-scripts', ...more], folder);
  });
}

/** Of npm's package `node`, the part that is the program. */
const nodePackage = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;

/** The Node that runs the server in this folder: its own, or ours. */
function nodeOf(home: string): string {
  const own = join(
    home,
    'node_modules',
    nodePackage,
    'bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  );
  return vscodeVersions[ours].node === undefined ? process.execPath : own;
}

/** Starts a server with fresh data on a free port of the loopback interface. */
export async function startVSCodeServer(options: VSCodeServerOptions = {}): Promise<VSCodeServer> {
  const home = await ensureVSCodeServer();
  const data = await mkdtemp(join(tmpdir(), 'vscode-server-'));
  const removeData = () => rmSync(data, { recursive: true, force: true });
  process.once('exit', removeData);
  try {
    const { extensionsToInstall: files = [] } = options;
    if (files.length > 0) await copyInstalled(files, data);
    await writeSettings(data, options);
    const preload = new URL('end-with-parent.mjs', import.meta.url).href;
    const { child, stop } = startProcessGroup(
      nodeOf(home),
      ['--import', preload, ...serverArguments(data, options)],
      {
        cwd: home,
        env: serverEnvironment(data, options),
      },
    );
    const port = await listening(child).catch(async (error: unknown) => {
      await stop();
      throw error;
    });
    return {
      url: `http://127.0.0.1:${port}/`,
      port,
      async [Symbol.asyncDispose]() {
        await stop();
        process.removeListener('exit', removeData);
        await rm(data, { recursive: true, force: true, maxRetries: 5 });
      },
    };
  } catch (error) {
    process.removeListener('exit', removeData);
    removeData();
    throw error;
  }
}

const installations = new Map<string, Promise<string>>();

/** Puts packaged extensions into the data folder of a server that is to start. */
async function copyInstalled(files: string[], data: string): Promise<void> {
  const times = await Promise.all(files.map(async (file) => (await stat(file)).mtimeMs));
  const key = JSON.stringify([files, times]);
  const made = installations.get(key) ?? makeInstallation(files);
  installations.set(key, made);
  const from = await made;
  await cp(join(from, 'extensions'), join(data, 'extensions'), { recursive: true });
  const list = join(data, 'extensions/extensions.json');
  await writeFile(list, (await readFile(list, 'utf8')).replaceAll(from, data));
}

/** A data folder to copy them from, made once in this process, since an installation takes seconds. */
async function makeInstallation(files: string[]): Promise<string> {
  const data = await mkdtemp(join(tmpdir(), 'vscode-installed-'));
  process.once('exit', () => rmSync(data, { recursive: true, force: true }));
  for (const file of files) await installVsix(file, data);
  return data;
}

async function installVsix(file: string, dataDir: string): Promise<void> {
  const home = await ensureVSCodeServer();
  const args = ['out/server-main.js', '--install-extension', file, '--server-data-dir', dataDir];
  await execute(nodeOf(home), [...args, '--accept-server-license-terms'], home);
}

function serverArguments(dataDir: string, { forTests, port = 0 }: VSCodeServerOptions): string[] {
  return [
    ...['out/server-main.js', '--host', '127.0.0.1', '--port', String(port), '--server-data-dir', dataDir],
    ...['--without-connection-token', '--accept-server-license-terms', '--disable-workspace-trust'],
    ...['--telemetry-level', 'off'],
    ...(forTests ? ['--enable-smoke-test-driver'] : []),
  ];
}

/** Our environment without what VS Code sets in its terminals, and (on Linux) with the sockets in the server's data. */
function serverEnvironment(dataDir: string, { opens, variables }: VSCodeServerOptions): NodeJS.ProcessEnv {
  const ours = Object.entries(process.env).filter(([name]) => !/^(VSCODE|ELECTRON)_/.test(name));
  return {
    ...Object.fromEntries(ours),
    ...(opens !== undefined && { VSCODE_PROXY_URI: opens }),
    XDG_RUNTIME_DIR: dataDir,
    ...variables,
  };
}

async function writeSettings(dataDir: string, options: VSCodeServerOptions): Promise<void> {
  const { userSettings, extensionsToInstall = [], extensionHost } = options;
  const inWorker = extensionHost === 'web' && extensionsToInstall.length > 0;
  const settings = {
    ...userSettings,
    ...(inWorker && workerHostSetting(await installedExtensionIds(dataDir))),
  };
  await mkdir(join(dataDir, 'data/User'), { recursive: true });
  await writeFile(join(dataDir, 'data/User/settings.json'), JSON.stringify(settings, undefined, 2));
}

/** The server says on which port it listens. We go on reading, or it would block on a full pipe. */
function listening(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = '';
    const timer = setTimeout(() => fail(`was not ready in ${readyTimeoutMs} ms`), readyTimeoutMs);
    const fail = (reason: string) => {
      clearTimeout(timer);
      reject(new Error(`The VS Code server ${reason}:\n${output.slice(-2000)}`));
    };
    const read = (text: string) => {
      output = (output + text).slice(-20_000);
      const port = /Extension host agent listening on (\d+)/.exec(output)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(Number(port));
    };
    child.stdout?.setEncoding('utf8').on('data', read);
    child.stderr?.setEncoding('utf8').on('data', read);
    child.once('error', (error) => fail(`did not start (${error.message})`));
    child.once('exit', (code, signal) => fail(`ended with ${signal ?? `code ${code}`}`));
  });
}
