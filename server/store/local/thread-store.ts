import { Worker } from 'node:worker_threads';
import { JournalFailure, JournalFault } from '../../journal/journal-fault.ts';
import type { JournalStore } from '../../journal/journal-store.ts';
import { type CheckedJournal, checkJournal } from './check-journal.ts';
import type { ThreadAnswer, ThreadCall, ThreadData, ThreadFailure } from './journal-thread.ts';
import { journalFailureOf } from './open-database.ts';

/** In the one file of the bundle, the program is in this URL itself (see scripts/build.ts). */
const program = new URL('./journal-thread.ts', import.meta.url);

type Call = { resolve(result: unknown): void; reject(error: JournalFailure): void };

/** By then, the thread begins in any case: it removes old rows. */
const longestWithoutMs = 3_600_000;

/**
 * The SQLite store of a data directory, in a thread of its own. The thread takes a fifth of the memory and much of the start,
 * so it begins with the first call, and the journal is opened, and so checked, without it.
 * @param onFailure is called when something failed that nobody waits for.
 */
export function createThreadStore(
  directory: string,
  onFailure: (step: 'clean', code: string) => void,
): JournalStore {
  const calls = new Map<number, Call>();
  let calledSoFar = 0;
  let hasEnded = false;
  let checked: CheckedJournal | undefined;
  let thread: Worker | undefined;
  let later: NodeJS.Timeout | undefined;

  function begin(): Worker {
    clearTimeout(later);
    const known = checked && { mark: checked.mark, lock: checked.lock };
    const workerData: ThreadData = { directory, checked: known };
    const begun = new Worker(program, { workerData, execArgv: [] });
    thread = begun;
    let hasAnswered = false;
    let why: unknown;
    // A waiting call keeps the program alive, but the thread alone does not.
    begun.unref();
    begun.on('message', (answer: ThreadAnswer) => {
      hasAnswered = true;
      if ('step' in answer) return onFailure(answer.step, answer.code);
      const call = calls.get(answer.number);
      calls.delete(answer.number);
      if (calls.size === 0) begun.unref();
      if ('failure' in answer) call?.reject(failureOf(answer.failure));
      else call?.resolve(answer.result);
    });
    begun.on('error', (error) => {
      why = error;
    });
    begun.on('exit', () => {
      // An unexpected error. From then on writes are refused, as with any journal that cannot be used. But a thread that
      // could not even begin, for lack of file descriptors or memory, has nothing open, and the next call tries again.
      if (hasAnswered) end();
      else thread = undefined;
      const failure = hasAnswered || why === undefined ? ended() : journalFailureOf(why);
      for (const { reject } of calls.values()) reject(failure);
      calls.clear();
    });
    return begun;
  }

  function end(): void {
    hasEnded = true;
    clearTimeout(later);
    checked?.owner.release();
    checked = undefined;
  }

  /** @throws JournalFailure like the store itself. */
  function ask<Result>(name: ThreadCall['name'], ...args: unknown[]): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    if (hasEnded) {
      reject(ended());
      return promise;
    }
    const number = calledSoFar++;
    calls.set(number, { resolve: (result) => resolve(result as Result), reject });
    try {
      const asked = thread ?? begin();
      asked.ref();
      asked.postMessage({ number, name, args } satisfies ThreadCall);
    } catch (error) {
      // The system gives no further thread for now. The next call tries again.
      calls.delete(number);
      reject(journalFailureOf(error));
    }
    return promise;
  }

  return {
    async open() {
      // Somebody asks again. This thread would hold everybody up, and lock the directory once more.
      if (later) return ask('open');
      later = setTimeout(() => ask('name').catch(() => {}), longestWithoutMs).unref();
      checked = checkJournal(directory);
    },
    claim: (intent) => ask('claim', intent),
    end: (id, ending) => ask('end', id, ending),
    activity: (whose, length, before, wanted) => ask('activity', whose, length, before, wanted),
    resolve: (whose, id, found) => ask('resolve', whose, id, found),
    announce: (announcement) => ask('announce', announcement),
    imports: (whose, length) => ask('imports', whose, length),
    importOf: (whose, id) => ask('importOf', whose, id),
    stopImport: (whose, id) => ask('stopImport', whose, id),
    lookUp: (asked) => ask('lookUp', asked),
    name: () => ask('name'),
    async close() {
      try {
        return thread && !hasEnded ? await ask<number>('close') : 0;
      } finally {
        end();
      }
    },
  };
}

const ended = () => new JournalFailure('the thread of the journal has ended');

function failureOf({ code, message, isFault }: ThreadFailure): JournalFailure {
  return isFault ? new JournalFault(code, message) : new JournalFailure(code, message);
}
