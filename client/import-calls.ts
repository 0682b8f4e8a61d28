import {
  createImportCalls as createCalls,
  type ImportTarget,
  type SendableRow,
} from '../shared/imports/client-calls.ts';
import type { ImportCalls } from '../shared/imports/import-calls.ts';
import type { Client } from './create-client.ts';

const methods = [
  ...['session', 'lookUp', 'announceImport', 'imports', 'stopImport'],
  ...['createUser', 'createInvitation', 'submitDocument'],
] as const satisfies readonly (keyof Client)[];

/** Makes the calls of an import through a client of the BFF. None is tried again here: `runImport` does that for all rows. */
export function createImportCalls<Row extends SendableRow>(
  client: Pick<Client, (typeof methods)[number]>,
  target: ImportTarget<Row>,
): ImportCalls<Row> {
  const once = methods.map((name) => {
    const method = client[name] as (options: object) => Promise<unknown>;
    return [name, (options?: object) => method({ ...options, maxRetries: 0 })];
  });
  return createCalls<Row>(Object.fromEntries(once), target);
}
