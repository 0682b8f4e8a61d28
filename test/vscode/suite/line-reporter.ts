/** What starts the line that carries a suite's `SuiteResult` as JSON. */
export const resultPrefix = 'SUITE_RESULT ';

/** How a suite ended; a failure is the test's full title with its error and stack. */
export type SuiteResult = { passed: number; failed: number; failures: string[] };

/** What starts a line that a suite wants to be told to whoever runs it, such as a figure. */
export const notePrefix = 'note ';

/** Reports to the console, the one way out of every extension host; the last line is one that a program can read. */
export function reportByLine(runner: Mocha.Runner): void {
  const result: SuiteResult = { passed: 0, failed: 0, failures: [] };
  runner.on('pass', (test) => {
    result.passed += 1;
    print(`ok ${test.fullTitle()} (${test.duration ?? 0} ms)`);
  });
  runner.on('pending', (test) => print(`skipped ${test.fullTitle()}`));
  runner.on('fail', (test, error: Error) => {
    result.failed += 1;
    // A stack starts with the message.
    const failure = `${test.fullTitle()}\n${error.stack ?? error.message}`;
    result.failures.push(failure);
    print(`not ok ${failure}`);
  });
  runner.once('end', () => print(`${resultPrefix}${JSON.stringify(result)}`));
}

function print(line: string): void {
  // biome-ignore lint/suspicious/noConsole: VS Code hands the console of a test run on to whoever started it.
  console.log(line);
}
