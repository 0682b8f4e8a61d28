import { DatabaseFailure } from './database.ts';

/** Waits for something, but not for longer than this. What it waited for goes on. @throws DatabaseFailure `TIMEOUT` */
export async function within<Result>(waited: Promise<Result>, longestMs: number): Promise<Result> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new DatabaseFailure('TIMEOUT')), longestMs);
  try {
    return await Promise.race([waited, late]);
  } finally {
    clearTimeout(timer);
  }
}
