import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { median } from './median.ts';

export type ExtensionTimes = { loadMs: number; activateMs: number };

/**
 * How long VS Code waits, measured in a new process each time, where only the file is cached. The `vscode` module is a
 * stand-in, so these are the times of our own code.
 */
export function extensionTimes(): ExtensionTimes {
  const bundle = createRequire(import.meta.url).resolve('../../extension/dist/extension.js');
  const program = `
    const Module = require('node:module');
    const load = Module._load;
    const disposable = { dispose() {} };
    const listen = () => disposable;
    const vscode = {
      window: {
        createOutputChannel: () => ({ info() {}, warn() {}, show() {}, dispose() {} }),
        createTreeView: () => ({ visible: false, onDidChangeVisibility: listen, dispose() {} }),
        registerUriHandler: listen,
      },
      workspace: { getConfiguration: () => ({ get: () => '' }), onDidChangeConfiguration: listen },
      commands: { registerCommand: listen },
      authentication: { registerAuthenticationProvider: listen },
      env: {},
      Uri: { parse: () => ({}) },
      EventEmitter: class { event = listen; },
      ExtensionMode: { Test: 3 },
      ExtensionKind: { Workspace: 2 },
    };
    const context = {
      subscriptions: [],
      secrets: { onDidChange: listen },
      extension: { id: 'publisher.name', extensionKind: 2 },
      extensionMode: 1,
    };
    Module._load = (name, ...rest) => (name === 'vscode' ? vscode : load(name, ...rest));
    const started = performance.now();
    const extension = require(${JSON.stringify(bundle)});
    const loaded = performance.now();
    extension.activate(context);
    process.stdout.write(JSON.stringify({ loadMs: loaded - started, activateMs: performance.now() - loaded }));
    process.exit();`;
  const runs: ExtensionTimes[] = Array.from({ length: 5 }, () =>
    JSON.parse(execFileSync(process.execPath, ['-e', program], { encoding: 'utf8' })),
  );
  return {
    loadMs: median(runs.map(({ loadMs }) => loadMs)),
    activateMs: median(runs.map(({ activateMs }) => activateMs)),
  };
}
