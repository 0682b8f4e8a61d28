/** Where a suite runs, and what it must know of the world outside, such as a backend's address. */
export type SuiteParameters = {
  host: 'node' | 'web' | 'desktop';
  env?: Record<string, string>;
};

// Compiled in, since a web worker has no environment variables.
declare const SUITE_PARAMETERS: Required<SuiteParameters>;

/** This run's parameters. */
export const parameters = SUITE_PARAMETERS;
