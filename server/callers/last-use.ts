import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { errorCodeOf } from '../error-code.ts';
import { writeJson } from '../files/write-whole.ts';

/** When each key was last used (ISO 8601), by key id. A separate file, since only people change the access file. */
const lastUseFile = z.object({ version: z.literal(1), lastUse: z.record(z.string(), z.string()) });
type LastUse = z.infer<typeof lastUseFile>['lastUse'];

const writeEveryMs = 60_000;

/** Reads the file. A missing or damaged file counts as empty: the times are for information only. */
export function readLastUse(dataDirectory: string): LastUse {
  try {
    return lastUseFile.parse(JSON.parse(readFileSync(pathIn(dataDirectory), 'utf8'))).lastUse;
  } catch {
    return {};
  }
}

/** Records when keys are used: at once, but at most once a minute, and at the end. Removed keys are dropped. */
export function createLastUse(
  dataDirectory: string,
  { isKnown, log }: { isKnown: (keyId: string) => boolean; log: { lastUseNotWritten(code: string): void } },
) {
  const unwritten = new Map<string, string>();
  let timer: NodeJS.Timeout | undefined;
  let nextWrite = 0;
  let written = Promise.resolve();

  async function write(): Promise<void> {
    if (unwritten.size === 0) return;
    const known = { ...readLastUse(dataDirectory), ...Object.fromEntries(unwritten) };
    unwritten.clear();
    const lastUse = Object.fromEntries(Object.entries(known).filter(([id]) => isKnown(id)));
    const content: z.infer<typeof lastUseFile> = { version: 1, lastUse };
    await writeJson(pathIn(dataDirectory), content).catch((error: unknown) => {
      log.lastUseNotWritten(errorCodeOf(error));
    });
  }

  /** Writes one after another, so that the program does not end while a write is in progress. */
  function writeInTurn(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    nextWrite = performance.now() + writeEveryMs;
    written = written.then(write);
    return written;
  }

  return {
    note(keyId: string): void {
      unwritten.set(keyId, new Date().toISOString());
      timer ??= setTimeout(writeInTurn, Math.max(0, nextWrite - performance.now())).unref();
    },
    stop: writeInTurn,
  };
}

function pathIn(dataDirectory: string): string {
  return join(dataDirectory, 'access-last-use.json');
}
