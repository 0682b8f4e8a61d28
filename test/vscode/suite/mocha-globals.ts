// Imported before the suites, whose `describe` and `it` are mocha's globals. `run-suite.ts` puts mocha itself, in its
// browser build, before the bundle.
import type {} from 'mocha';

// The base reporter prints nothing. `index.ts` listens to the runner instead.
mocha.setup({ ui: 'bdd', reporter: 'base', timeout: 20_000 });
