import type { KnownWrite } from '../activity.ts';
import type { ImportRecord } from '../import-record.ts';

/** The calls that an import makes, each for its environment and operation. All of them fail with a {@link ClientError}. */
export type ImportCalls<Row> = {
  /** What is known of so many rows, in their order. */
  lookUp: (rows: readonly Row[]) => Promise<{ journal: string; known: (KnownWrite | null)[] }>;
  announce: (rows: number) => Promise<{ journal: string; import: ImportRecord }>;
  /** Sends a row under the key that it has in this import. */
  send: (
    row: Row,
    announced: ImportRecord,
  ) => Promise<{ requestId: string; result: unknown; replayed: boolean }>;
  whoAnswers: () => Promise<{ caller: string; journal: string }>;
};
