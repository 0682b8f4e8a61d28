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
    // Whatever is asked of VS Code's API, there is something.
    const anything = new Proxy(function () {}, {
      get: (_target, name) =>
        name === 'then' ? undefined
        : name === Symbol.toPrimitive ? () => ''
        : name === Symbol.iterator ? function* () {}
        : anything,
      apply: () => anything,
      construct: () => anything,
      set: () => true,
    });
    const withValues = (values) =>
      new Proxy(values, { get: (target, name) => (name in target ? target[name] : anything) });
    const vscode = withValues({ ExtensionMode: { Test: 3 } });
    const context = withValues({
      subscriptions: [],
      extension: { id: 'publisher.name', extensionKind: 2, packageJSON: { version: '0.1.0' } },
      extensionMode: 1,
    });
    Module._load = (name, ...rest) => (name === 'vscode' ? vscode : load(name, ...rest));
    const started = performance.now();
    const extension = require(${JSON.stringify(bundle)});
    const loaded = performance.now();
    extension.activate(context);
    const activated = performance.now();
    // Only now: the first look at stdout makes Node open it, which takes as long as the activation.
    process.stdout.write(JSON.stringify({ loadMs: loaded - started, activateMs: activated - loaded }));
    process.exit();`;
  const runs: ExtensionTimes[] = Array.from({ length: 5 }, () =>
    JSON.parse(execFileSync(process.execPath, ['-e', program], { encoding: 'utf8' })),
  );
  return {
    loadMs: median(runs.map(({ loadMs }) => loadMs)),
    activateMs: median(runs.map(({ activateMs }) => activateMs)),
  };
}
