import { Worker } from 'node:worker_threads';
import { JournalFailure, JournalFault } from '../../journal/journal-fault.ts';
import type { JournalStore } from '../../journal/journal-store.ts';
import type { ThreadAnswer, ThreadCall, ThreadFailure } from './journal-thread.ts';

/** In the one file of the bundle, the program is in this URL itself (see scripts/build.ts). */
const program = new URL('./journal-thread.ts', import.meta.url);

type Call = { resolve(result: unknown): void; reject(error: JournalFailure): void };

/**
 * The SQLite store of a data directory, in a thread of its own.
 * @param onFailure is called when something failed that nobody waits for.
 */
export function createThreadStore(
  directory: string,
  onFailure: (step: 'clean', code: string) => void,
): JournalStore {
  const calls = new Map<number, Call>();
  let calledSoFar = 0;
  let hasEnded = false;
  const thread = new Worker(program, { workerData: { directory }, execArgv: [] });
  // A waiting call keeps the program alive, but the thread alone does not.
  thread.unref();
  thread.on('message', (answer: ThreadAnswer) => {
    if ('step' in answer) return onFailure(answer.step, answer.code);
    const call = calls.get(answer.number);
    calls.delete(answer.number);
    if (calls.size === 0) thread.unref();
    if ('failure' in answer) call?.reject(failureOf(answer.failure));
    else call?.resolve(answer.result);
  });
  // An unexpected error. From then on writes are refused, as with any journal that cannot be used.
  thread.on('error', () => {});
  thread.on('exit', () => {
    hasEnded = true;
    for (const { reject } of calls.values()) reject(ended());
    calls.clear();
  });

  /** @throws JournalFailure like the store itself. */
  function ask<Result>(name: ThreadCall['name'], ...args: unknown[]): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    if (hasEnded) {
      reject(ended());
      return promise;
    }
    const number = calledSoFar++;
    calls.set(number, { resolve: (result) => resolve(result as Result), reject });
    thread.ref();
    thread.postMessage({ number, name, args } satisfies ThreadCall);
    return promise;
  }

  return {
    open: () => ask('open'),
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
    close: async () => (hasEnded ? 0 : await ask('close')),
  };
}

const ended = () => new JournalFailure('the thread of the journal has ended');

function failureOf({ code, message, isFault }: ThreadFailure): JournalFailure {
  return isFault ? new JournalFault(code, message) : new JournalFailure(code, message);
}
