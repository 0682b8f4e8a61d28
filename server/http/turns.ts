import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';

/** For smaller bodies, parsing, checking and serialising take less time than giving them turns of their own. */
const largeBytes = 128 * 1024;
/** How long other requests have the event loop between two turns: enough for a ping to Pearsana and back. */
const othersMs = 5;

/** The time in which one large body may be processed. It ends when disposed, and then the next body gets its own. */
export type Turns = Disposable & {
  /** Ends a turn of the event loop, and resolves after other calls have had theirs. */
  next(): Promise<void>;
};

let last: Promise<void> = Promise.resolve();

/**
 * Waits until a body of this size may be processed. Large bodies are processed one after another, since each is in memory
 * several times meanwhile; and in several turns, since everybody else waits during a turn.
 */
export async function takeTurns(bytes: number): Promise<Turns> {
  if (bytes < largeBytes) return { async next() {}, [Symbol.dispose]() {} };
  const { promise, resolve } = Promise.withResolvers<void>();
  const before = last;
  last = promise;
  await before;
  await letOthers();
  return { next: letOthers, [Symbol.dispose]: resolve };
}

async function letOthers(): Promise<void> {
  // First end this turn: the time counts from there.
  await nextTurn();
  await delay(othersMs);
}
