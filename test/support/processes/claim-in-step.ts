// Claims keys as one of several processes that share a journal, each key at the same moment as the others;
// prints the keys that it was given. Arguments: the data directory, when to begin, and an intent.
import { JournalFailure } from '../../../server/journal/journal-fault.ts';
import type { Claim, Intent } from '../../../server/journal/journal-store.ts';
import { createSqliteStore } from '../../../server/store/local/sqlite-store.ts';

const [directory = '', startAt = '', text = '{}'] = process.argv.slice(2);
const facts: Omit<Intent, 'digest'> = JSON.parse(text);
const intent: Intent = { ...facts, digest: Buffer.from('the digest of a request') };
const keys = 200;
const stepMs = 4;

const store = createSqliteStore({ directory });

/** As a caller who is told `JOURNAL_UNAVAILABLE` does: on a slow disk, the other may hold the lock for too long. */
async function claim(idempotencyKey: string): Promise<Claim> {
  for (;;) {
    try {
      return await store.claim({ ...intent, idempotencyKey });
    } catch (error) {
      if (!(error instanceof JournalFailure && error.code === 'database is locked')) throw error;
    }
  }
}

const taken: string[] = [];
for (let number = 0; number < keys; number += 1) {
  const moment = Number(startAt) + number * stepMs;
  // No timer waits this exactly.
  while (performance.timeOrigin + performance.now() < moment);
  if ('id' in (await claim(`key-${number}`))) taken.push(`key-${number}`);
}
await store.close();
process.stdout.write(JSON.stringify(taken));
