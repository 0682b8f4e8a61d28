import { randomUUID } from 'node:crypto';
import type { Outcome } from '../../shared/errors.ts';
import type { ExternalReference } from '../../shared/fields.ts';
import type { OperationName } from '../../shared/operations.ts';
import { BffError } from '../bff-error.ts';
import { withoutKeys } from '../callers/key-format.ts';
import { networkErrorCode } from '../network-error-code.ts';

/** A write that is about to be sent: who, where, what and about whom, without a name, an address or anything else of its body. */
export type Intent = {
  /** Ours; the partner is sent it too. */
  requestId: string;
  /** The caller's id. */
  caller: string;
  environment: string;
  operation: OperationName;
  /** The names of the person in other systems, which the partner's answers and lists can be searched for. */
  references: readonly ExternalReference[];
};

/** What became of it. */
export type Ending = {
  outcome: 'succeeded' | Outcome;
  /** The HTTP status that the caller was answered with. */
  status: number;
  /** Where it failed: the answer's code. */
  code?: string;
  /** What the partner's answer said of itself; null where none came. */
  partner: { status: number; requestId: string | null } | null;
  /** The partner's id of what was made, where the table says where it stands. */
  resultId?: string;
};

/** The row of one write, which has begun and will end. */
export type Entry = {
  /** Never fails: the write has happened, or not, and its caller is told in any case. */
  end(ending: Ending): Promise<void>;
};

/** Who did what: of each write, its intent before it is sent and its outcome after, under one row's id. */
export type Journal = {
  /** Writes the intent down. Fails with `JOURNAL_UNAVAILABLE` where it can't, and then nothing may be sent. */
  begin(intent: Intent): Promise<Entry>;
  /** Waits for the rows that have begun and not ended, but not for ever. */
  settle(): Promise<void>;
};

/** Puts one line, with its line break, where it lasts. Fails with the system's error. */
export type AppendLine = (line: string) => Promise<void>;

export type JournalLog = {
  /** `code` is the system's, such as `ENOSPC`; without its outcome, a row counts as unknown. */
  journalFailed(facts: { record: 'intent' | 'outcome'; row: string; requestId: string; code: string }): void;
};

/** As long as the BFF waits for its callers when it ends. */
const longestSettleMs = 20_000;

/** Two JSON lines a write: `record` is `intent` or `outcome`, and `row` joins the two. */
export function createJournal(append: AppendLine, log: JournalLog): Journal {
  const open = new Set<Promise<void>>();

  /** Gives the code of what went wrong, if anything did. */
  async function put(record: 'intent' | 'outcome', row: string, facts: object, requestId: string) {
    const line = { record, time: new Date().toISOString(), row, ...facts };
    try {
      // A reference is the caller's own text, and whoever pastes a key into the wrong field must not find it here.
      await append(`${withoutKeys(JSON.stringify(line))}\n`);
      return undefined;
    } catch (error) {
      const code = networkErrorCode(error);
      log.journalFailed({ record, row, requestId, code });
      return code;
    }
  }

  return {
    async begin({ requestId, caller, environment, operation, references }) {
      const row = randomUUID();
      const facts = { caller, environment, operation, requestId, references };
      const fault = await put('intent', row, facts, requestId);
      if (fault !== undefined) throw unavailable(fault);
      const ended = Promise.withResolvers<void>();
      open.add(ended.promise);
      return {
        async end({ outcome, status, code, partner, resultId }) {
          await put('outcome', row, { outcome, status, code, partner, resultId }, requestId);
          open.delete(ended.promise);
          ended.resolve();
        },
      };
    },

    async settle() {
      const { promise, resolve } = Promise.withResolvers<void>();
      const limit = setTimeout(resolve, longestSettleMs);
      await Promise.race([promise, Promise.all(open)]);
      clearTimeout(limit);
    },
  };
}

function unavailable(code: string): BffError {
  return BffError.of(
    'JOURNAL_UNAVAILABLE',
    `The BFF keeps a record of every write, and could not write this one down (${code}), so it was not sent. Whoever runs the BFF finds the record in its data directory, or where BFF_JOURNAL says.`,
  );
}
