import { type KnownWrite, mostLookups } from '../activity.ts';
import type { Client } from '../client.ts';
import type { ExternalReference } from '../fields.ts';
import type { ImportOperation } from '../import-record.ts';
import type { ImportCalls } from './import-calls.ts';
import { requestDigest, rowKey } from './row-key.ts';

/** A row as the calls need it. */
export type SendableRow = { references: readonly ExternalReference[] };

/** What the calls need of a client. */
export type ImportClient = Pick<
  Client,
  'session' | 'lookUp' | 'announceImport' | 'imports' | 'stopImport' | ImportOperation
>;

export type ImportTarget<Row> = {
  environment: string;
  operation: ImportOperation;
  /** Of the file, as `fileDigest` makes it. */
  digest: string;
  again: boolean;
  /** A protected environment's name, once a person has typed it. */
  confirm?: string | undefined;
  /** The whole request of a row. A document's file is read for it, each time. */
  requestOf: (row: Row) => Promise<unknown>;
};

/** The calls of an import, as a client of the BFF makes them. */
export function createImportCalls<Row extends SendableRow>(
  client: ImportClient,
  { environment, operation, digest, again, confirm, requestOf }: ImportTarget<Row>,
): ImportCalls<Row> {
  const isDocument = operation === 'submitDocument';

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
        const digests: string[] = [];
        for (const row of rows) digests.push(await requestDigest(await requestOf(row)));
        const { journal, results } = await client.lookUp({ environment, operation, digests });
        return { journal, known: results };
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
        digest: isDocument ? await requestDigest(request) : undefined,
      });
      return client[operation]({ environment, request: request as never, idempotencyKey, importId: id });
    },
  };
}

const order = ['in_flight', 'unknown', 'succeeded'];

/** Of two writes about one person, the one that stands in the way of a third. */
function inTheWay(one: KnownWrite | null, other: KnownWrite | null): KnownWrite | null {
  if (!one || !other) return one ?? other;
  const place = ({ state }: KnownWrite) => (order.includes(state) ? order.indexOf(state) : order.length);
  if (place(one) !== place(other)) return place(one) < place(other) ? one : other;
  return one.startedAt > other.startedAt ? one : other;
}
