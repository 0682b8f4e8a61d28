import assert from 'node:assert/strict';
import { type Config, readConfig } from '../../../server/config/read-config.ts';
import type { Variables } from '../../../server/config/settings.ts';

/** The configuration that these variables make; fails unless they make one, and without a warning. */
export function configOf(variables: Variables): Config {
  const { config, faults, warnings } = readConfig(variables);
  assert(config, faults?.join('\n'));
  assert.deepEqual(warnings, []);
  return config;
}

/** What is wrong with these variables; fails if nothing is. */
export function faultsOf(variables: Variables): string[] {
  const { faults } = readConfig(variables);
  assert(faults, 'The configuration was accepted.');
  return faults;
}
