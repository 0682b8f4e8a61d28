import { type KnownWrite, mostLookups } from '../activity.ts';
import { valueDigest } from '../digest.ts';
import type { ExternalReference } from '../fields.ts';
import type { ImportOperation } from '../import-record.ts';
import type { ImportCalls, ImportClient } from './import-calls.ts';
import { rowKey } from './row-key.ts';

/** The part of a row that the calls need. */
export type SendableRow = { references: readonly ExternalReference[] };

export type ImportTarget<Row> = {
  environment: string;
  operation: ImportOperation;
  /** The file's digest, from `fileDigest`. */
  digest: string;
  again: boolean;
  /** The name of the protected environment, which a person has typed to confirm. */
  confirm?: string | undefined;
  /**
   * Gives the whole request of a row. For a document, it reads the file each time: once to look it up, and once to send it.
   * Thousands of documents do not fit in memory, and only the content that is sent may decide the row's key.
   */
  requestOf: (row: Row) => Promise<unknown>;
};

/** Makes the calls of an import through a client of the BFF. */
export function createImportCalls<Row extends SendableRow>(
  client: ImportClient,
  { environment, operation, digest, again, confirm, requestOf }: ImportTarget<Row>,
): ImportCalls<Row> {
  const isDocument = operation === 'submitDocument';

  /** Undefined if the document cannot be read. Then sending the row fails too, and says why. */
  async function digestOf(row: Row): Promise<string | undefined> {
    try {
      return await valueDigest(await requestOf(row));
    } catch {
      return undefined;
    }
  }

  return {
    async whoAnswers() {
      const [{ caller }, { journal }] = await Promise.all([
        client.session(),
        client.imports({ environment }),
      ]);
      return { caller: caller.id, journal };
    },
    async lookUp(rows) {
      if (isDocument) {
        const digests: (string | undefined)[] = [];
        for (const row of rows) digests.push(await digestOf(row));
        const readable = digests.filter((each) => each !== undefined);
        const { journal, results } = await client.lookUp({ environment, operation, digests: readable });
        let next = 0;
        return { journal, known: digests.map((each) => (each ? (results[next++] ?? null) : null)) };
      }
      const references = rows.flatMap((row) => row.references);
      const found: (KnownWrite | null)[] = [];
      let journal = '';
      for (let at = 0; at < references.length; at += mostLookups) {
        const some = references.slice(at, at + mostLookups);
        const answer = await client.lookUp({ environment, operation, references: some });
        found.push(...answer.results);
        journal = answer.journal;
      }
      let next = 0;
      const known = rows.map((row) => {
        const own = found.slice(next, next + row.references.length);
        next += row.references.length;
        return own.reduce(inTheWay, null);
      });
      return { journal, known };
    },
    announce: (rows) =>
      client.announceImport({
        ...{ environment, operation, rows, digest },
        ...(again && { again }),
        ...(confirm !== undefined && { confirm }),
      }),
    async send(row, { id }) {
      const request = await requestOf(row);
      const idempotencyKey = await rowKey({
        ...{ importId: id, environment, operation, references: row.references },
        digest: isDocument ? await valueDigest(request) : undefined,
      });
      return client[operation]({ environment, request: request as never, idempotencyKey, importId: id });
    },
  };
}

const order = ['in_flight', 'unknown', 'succeeded'];

/** Picks the one of two writes about the same person that matters for the next write: in flight, unknown, succeeded, else the newer. */
function inTheWay(one: KnownWrite | null, other: KnownWrite | null): KnownWrite | null {
  if (!one || !other) return one ?? other;
  const place = ({ state }: KnownWrite) => (order.includes(state) ? order.indexOf(state) : order.length);
  if (place(one) !== place(other)) return place(one) < place(other) ? one : other;
  return one.startedAt > other.startedAt ? one : other;
}
