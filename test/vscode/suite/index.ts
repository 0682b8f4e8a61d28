import './mocha-globals.ts';
import './host.suite.ts';
import './ping.suite.ts';
import './write.suite.ts';
import { reportByLine } from './line-reporter.ts';

/** Called by VS Code inside the extension host; a rejection is what it takes for failure. */
export function run(): Promise<void> {
  return new Promise((resolve, reject) => {
    // The browser build's own `run` asks the page's address for filters, and Node's host has none.
    const runner = Mocha.prototype.run.call(mocha, (failures: number) => {
      if (failures === 0) resolve();
      else reject(new Error(`${failures} tests failed.`));
    });
    reportByLine(runner);
  });
}
