// Claims keys as one of several processes that share a journal, each key at the moment at which the others do it too;
// prints those that it was given. Arguments: the data directory, when to begin, and an intent.
import { type Claim, createLedger, type Intent } from '../../../server/journal/ledger.ts';
import { openDatabase } from '../../../server/journal/open-database.ts';

const [directory = '', startAt = '', text = '{}'] = process.argv.slice(2);
const facts: Omit<Intent, 'digest'> = JSON.parse(text);
const intent: Intent = { ...facts, digest: Buffer.from('the digest of a request') };
const keys = 200;
const stepMs = 4;

const ledger = createLedger(openDatabase(directory));

/** As a caller who is told `JOURNAL_UNAVAILABLE` does: on a slow disk, the other may hold the lock for too long. */
function claim(idempotencyKey: string): Claim {
  for (;;) {
    try {
      return ledger.claim({ ...intent, idempotencyKey });
    } catch (error) {
      if (!(error instanceof Error && error.message === 'database is locked')) throw error;
    }
  }
}

const taken: string[] = [];
for (let number = 0; number < keys; number += 1) {
  const moment = Number(startAt) + number * stepMs;
  // Nothing else would wait this exactly.
  while (performance.timeOrigin + performance.now() < moment);
  if ('id' in claim(`key-${number}`)) taken.push(`key-${number}`);
}
ledger.close();
process.stdout.write(JSON.stringify(taken));
