import { parentPort, workerData } from 'node:worker_threads';
import { JournalFailure, JournalFault } from '../journal-fault.ts';
import type { JournalStore } from '../journal-store.ts';
import { createSqliteStore } from './sqlite-store.ts';

/** What the thread is asked: one of the store's functions, answered under the same number. */
export type ThreadCall = { number: number; name: keyof JournalStore; args: unknown[] };
/** What it says; without a number, what nobody waited for has failed. */
export type ThreadAnswer =
  | { number: number; result: unknown }
  | { number: number; failure: ThreadFailure }
  | { step: 'clean'; code: string };
/** An error loses its fields between threads. */
export type ThreadFailure = { code: string; message: string; isFault: boolean };

/** The journal's own thread, where a wait for the disk or for a lock keeps no one else waiting. */
export function runJournalThread(): void {
  if (!parentPort) throw new Error('This runs as a thread alone.');
  const port = parentPort;
  const answer = (message: ThreadAnswer) => port.postMessage(message);
  const store = createSqliteStore({
    directory: workerData.directory,
    onFailure: (step, code) => answer({ step, code }),
  });
  port.on('message', async ({ number, name, args }: ThreadCall) => {
    try {
      const run = store[name] as (...args: unknown[]) => Promise<unknown>;
      answer({ number, result: await run(...args) });
    } catch (error) {
      if (!(error instanceof JournalFailure)) throw error;
      const { code, message } = error;
      answer({ number, failure: { code, message, isFault: error instanceof JournalFault } });
    }
    // With nothing to listen to, the thread ends.
    if (name === 'close') port.close();
  });
}
