import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';

/** Below it, reading, checking and writing a body take less time than giving it turns of its own. */
const largeBytes = 128 * 1024;
/** What others have of the event loop between two turns: a ping goes to Pearsana and back in it. */
const othersMs = 5;

/** A large body’s time. It lasts until it is disposed of; the next one then has its own. */
export type Turns = Disposable & {
  /** Ends a turn of the event loop, and begins another after other calls have had theirs. */
  next(): Promise<void>;
};

let last: Promise<void> = Promise.resolve();

/**
 * Waits until a body of so many bytes may be worked on. Large ones go one after another, since each lies in memory
 * several times meanwhile, and in several turns, since all others wait as long as one takes.
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
  // First the end of this turn: the time counts from there.
  await nextTurn();
  await delay(othersMs);
}
