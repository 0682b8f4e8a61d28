import type { KnownWrite } from '../activity.ts';
import type { Client } from '../client.ts';
import { type ImportRecord, importOperations } from '../import-record.ts';

/** The methods of a client that the calls need. */
export const importMethods = [
  ...['session', 'lookUp', 'announceImport', 'imports', 'stopImport'],
  ...importOperations,
] as const satisfies readonly (keyof Client)[];
export type ImportClient = Pick<Client, (typeof importMethods)[number]>;

/** The calls that an import makes to the BFF, for one environment and operation. They all fail with a {@link ClientError}. */
export type ImportCalls<Row> = {
  /** Looks up the earlier write of each row, in the order of the rows; null for a row without an earlier write. */
  lookUp: (rows: readonly Row[]) => Promise<{ journal: string; known: (KnownWrite | null)[] }>;
  announce: (rows: number) => Promise<{ journal: string; import: ImportRecord }>;
  /** Sends a row with the idempotency key that it has in this import. */
  send: (
    row: Row,
    announced: ImportRecord,
  ) => Promise<{ requestId: string; result: unknown; replayed: boolean }>;
  whoAnswers: () => Promise<{ caller: string; journal: string }>;
};
