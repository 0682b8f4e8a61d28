import { newKey } from '../../../server/callers/access-keys.ts';
import { changeKeys } from './test-store.ts';

/** Adds a key for each name, as an operator does, and returns the keys by name. */
export async function addKeys<const Name extends string>(
  dataDirectory: string,
  grantsOf: Readonly<Record<Name, readonly string[]>>,
): Promise<Record<Name, string>> {
  const made = (Object.keys(grantsOf) as Name[]).map((name) => ({
    name,
    ...newKey({ name, grants: grantsOf[name], origin: 'cli', lifetimeMs: null }),
  }));
  await changeKeys(dataDirectory, (keys) => [...keys, ...made.map(({ entry }) => entry)]);
  return Object.fromEntries(made.map(({ name, key }) => [name, key.reveal()])) as Record<Name, string>;
}
