// The journal's own thread. Waiting for the disk or for a lock here does not make anybody else wait.
import { parentPort, workerData } from 'node:worker_threads';
import { JournalFailure, JournalFault } from '../../journal/journal-fault.ts';
import type { JournalStore } from '../../journal/journal-store.ts';
import { createSqliteStore, type SqliteStoreOptions } from './sqlite-store.ts';

/** What the thread begins with. */
export type ThreadData = Pick<SqliteStoreOptions, 'directory' | 'checked'>;
/** A message to the thread: a call of one of the store's functions. The answer has the same number. */
export type ThreadCall = { number: number; name: keyof JournalStore; args: unknown[] };
/** A message from the thread. Without a number, something failed that nobody waits for. */
export type ThreadAnswer =
  | { number: number; result: unknown }
  | { number: number; failure: ThreadFailure }
  | { step: 'clean'; code: string };
/** Errors lose their fields between threads, so they are sent as plain objects. */
export type ThreadFailure = { code: string; message: string; isFault: boolean };

if (!parentPort) throw new Error('This runs as a thread alone.');
const port = parentPort;
const answer = (message: ThreadAnswer) => port.postMessage(message);
const given: ThreadData = workerData;
const store = createSqliteStore({ ...given, onFailure: (step, code) => answer({ step, code }) });
// Begins to clean. If it cannot be opened, whoever calls learns that.
store.open().catch(() => {});
port.on('message', async ({ number, name, args }: ThreadCall) => {
  try {
    const run = store[name] as (...args: unknown[]) => Promise<unknown>;
    answer({ number, result: await run(...args) });
  } catch (error) {
    if (!(error instanceof JournalFailure)) throw error;
    const { code, message } = error;
    answer({ number, failure: { code, message, isFault: error instanceof JournalFault } });
  }
  // Without a listener, the thread ends.
  if (name === 'close') port.close();
});
