import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { KnownWrite } from '../../../shared/activity.ts';
import { valueDigest } from '../../../shared/digest.ts';
import type { ImportRecord } from '../../../shared/import-record.ts';
import { createImportCalls } from '../../../shared/imports/client-calls.ts';
import type { ImportClient } from '../../../shared/imports/import-calls.ts';

const announced = { id: 'imp_1' } as ImportRecord;
const write: KnownWrite = { id: '7', state: 'succeeded', startedAt: '', requestId: 'r', mine: true };

/** Documents by name: their contents, or undefined for a file that is gone. A BFF that knows these digests. */
function callsFor(files: Record<string, string | undefined>, knownDigests: readonly string[] = []) {
  const seen = { digests: [] as string[][], sent: [] as { request: unknown; idempotencyKey: string }[] };
  const client = {
    lookUp: async ({ digests }: { digests: string[] }) => {
      seen.digests.push(digests);
      return {
        journal: 'jrn_1',
        results: digests.map((each) => (knownDigests.includes(each) ? write : null)),
      };
    },
    submitDocument: async (sent: (typeof seen.sent)[number]) => {
      seen.sent.push(sent);
      return { requestId: 'r', result: {}, replayed: false };
    },
  } as unknown as ImportClient;
  const calls = createImportCalls<{ name: string; references: [] }>(client, {
    ...{ environment: 'sandbox', operation: 'submitDocument', digest: 'd', again: false },
    requestOf: async ({ name }) => {
      const file = files[name];
      if (file === undefined) throw new Error(`${name} cannot be read any more.`);
      return { file };
    },
  });
  return { calls, seen };
}
const row = (name: string) => ({ name, references: [] as [] });

describe('the calls of an import of documents', () => {
  it('look up the documents that can be read, and keep the order of the rows', async () => {
    const { calls, seen } = callsFor({ a: 'A', c: 'C' }, [await valueDigest({ file: 'C' })]);
    const { known } = await calls.lookUp([row('a'), row('gone'), row('c')]);
    assert.deepEqual(known, [null, null, write]);
    assert.equal(seen.digests[0]?.length, 2);
    await assert.rejects(calls.send(row('gone'), announced), /gone cannot be read any more/);
  });

  it('send what the file contains by then, under the key of that content', async () => {
    const files: Record<string, string> = { a: 'A' };
    const { calls, seen } = callsFor(files);
    await calls.lookUp([row('a')]);
    await calls.send(row('a'), announced);
    await calls.send(row('a'), announced);
    files.a = 'A, corrected';
    await calls.send(row('a'), announced);
    assert.deepEqual(
      seen.sent.map(({ request }) => request),
      [{ file: 'A' }, { file: 'A' }, { file: 'A, corrected' }],
    );
    const [first, again, corrected] = seen.sent.map(({ idempotencyKey }) => idempotencyKey);
    assert.equal(again, first);
    assert.notEqual(corrected, first);
  });
});
