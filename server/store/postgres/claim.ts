import { withoutKeys } from '../../callers/key-format.ts';
import type { Digests } from '../../journal/digests.ts';
import { JournalFault } from '../../journal/journal-fault.ts';
import type { Claim, Intent } from '../../journal/journal-store.ts';
import { mostCallerBytes } from '../../journal/kept.ts';
import { bytesBeside, bytesOf, partnerOf } from '../stored-write.ts';
import type { Query } from './database.ts';
import { type At, refusalOf } from './import-rows.ts';
import { anotherJournal } from './journal-identity.ts';
import { lockOf } from './lock-of.ts';
import {
  type AddedWrite,
  bytesOfCaller,
  insertWrite,
  type SeenWrite,
  seenWrites,
  shown,
} from './write-rows.ts';

/** What a claim needs to know of a write, computed before its transaction begins. */
type PreparedClaim = {
  intent: Intent;
  key: Uint8Array | null;
  fingerprint: Uint8Array;
  persons: readonly Uint8Array[];
  references: string;
  bytes: number;
  /** Sorted, so that no two claims can wait for each other. */
  locks: readonly bigint[];
  /** Names the key; undefined if there is none. */
  keyLock: bigint | undefined;
  /** Claims with the same one take turns. */
  turn: bigint | undefined;
};

export function prepareClaim(intent: Intent, digests: Digests): PreparedClaim {
  const { caller, environment, operation, requestId, idempotencyKey } = intent;
  const key = idempotencyKey === undefined ? null : digests.ofKey(idempotencyKey);
  const fingerprint = digests.ofRequest(intent.digest);
  const persons = intent.references.map((reference) => digests.ofPerson(intent, reference));
  // References are text from callers. An access key that somebody pasted must not be kept.
  const references = withoutKeys(JSON.stringify(intent.references));
  const texts = bytesOf(caller, environment, operation, requestId, references);
  const keyLock = key === null ? undefined : lockOf('key', caller, environment, operation, key);
  const pace = intent.import && lockOf('pace', caller, environment);
  const locks = new Set([
    ...(keyLock === undefined ? [] : [keyLock]),
    ...persons.map((person) => lockOf('person', person)),
    ...(operation === 'submitDocument' ? [lockOf('document', environment, fingerprint)] : []),
    ...(intent.import && pace !== undefined ? [lockOf('import', intent.import.id), pace] : []),
  ]);
  return {
    ...{ intent, key, fingerprint, persons, references, keyLock, turn: pace ?? keyLock },
    bytes: texts + bytesBeside(intent.references.length),
    locks: [...locks].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)),
  };
}

/** Takes the key and adds the row, in a transaction that has taken the claim's locks. */
export async function claimIn(
  query: Query,
  prepared: PreparedClaim,
  { owner, journal, now, ran }: At & { owner: string; journal: string },
): Promise<Exclude<Claim, { id: string }> | AddedWrite> {
  const { intent, key, fingerprint } = prepared;
  const { caller, environment, operation } = intent;
  const [known] = await query<Partial<SeenWrite> & { journal: string; kept: number }>(
    `SELECT journal.id AS journal, ${bytesOfCaller} AS kept, w.* FROM pearsana_bff.journal
       LEFT JOIN ${seenWrites} w ON w.caller = $1 AND w.environment = $2 AND w.operation = $3 AND w.key_digest = $4`,
    [caller, environment, operation, key],
  );
  if (known?.journal !== journal) throw anotherJournal();
  if (isWrite(known)) {
    const sameRequest = Buffer.compare(fingerprint, known.fingerprint) === 0;
    return { earlier: shown(known), partner: partnerOf(known), sameRequest };
  }
  const refusal = await refusalOf(query, prepared, { now, ran });
  if (refusal) return refusal;
  if (known.kept + prepared.bytes > mostCallerBytes) return { full: 'caller' };
  const added = await insertWrite(query, { ...prepared, owner, now, ran });
  if (!added) throw new JournalFault('a key was taken meanwhile', 'Two writes took one key at once.');
  return added;
}

const isWrite = (row: Partial<SeenWrite>): row is SeenWrite => typeof row.id === 'number';
