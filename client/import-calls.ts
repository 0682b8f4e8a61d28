import {
  createImportCalls as createCalls,
  type ImportTarget,
  type SendableRow,
} from '../shared/imports/client-calls.ts';
import { type ImportCalls, type ImportClient, importMethods } from '../shared/imports/import-calls.ts';
import type { Client } from './create-client.ts';

/** Makes the calls of an import through a client of the BFF. None is tried again here: `runImport` does that for all rows. */
export function createImportCalls<Row extends SendableRow>(
  client: Pick<Client, keyof ImportClient>,
  target: ImportTarget<Row>,
): ImportCalls<Row> {
  const once = importMethods.map((name) => {
    const method = client[name] as (options: object) => Promise<unknown>;
    return [name, (options?: object) => method({ ...options, maxRetries: 0 })];
  });
  return createCalls<Row>(Object.fromEntries(once), target);
}
