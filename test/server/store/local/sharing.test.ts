// Processes that share a data directory, as during a restart without a gap.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createSqliteStore } from '../../../../server/store/local/sqlite-store.ts';
import { execute } from '../../../support/processes/execute.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { intent } from '../../journal/store-suite.ts';

/** A data directory, and stores in it. */
function sharedPlace() {
  const folder = temporaryFolder();
  const directory = folder.path;
  return {
    directory,
    async open() {
      const store = createSqliteStore({ directory });
      await store.open();
      return store;
    },
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

describe('a journal that processes share', () => {
  it('gives each key to one of two that ask for it at the same moment', async () => {
    using place = sharedPlace();
    const { directory, open } = place;
    const store = await open();
    const program = fileURLToPath(new URL('../../../support/processes/claim-in-step.ts', import.meta.url));
    const startAt = String(Date.now() + 1_000);
    const taken = await Promise.all(
      [0, 1].map(async (): Promise<string[]> => {
        const args = [program, directory, startAt, JSON.stringify(intent)];
        return JSON.parse(await execute(process.execPath, args));
      }),
    );
    await store.close();
    const all = taken.flat();
    assert.equal(all.length, new Set(all).size, 'Both took the same key.');
    assert.equal(all.length, 200);
  });

  it('holds no file of a process that has ended', async () => {
    using place = sharedPlace();
    const { directory, open } = place;
    await (await open()).close();
    const store = await open();
    const locks = readdirSync(directory).filter((name) => name.endsWith('.lock'));
    assert.equal(locks.length, 1);
    await store.close();
    assert.deepEqual(readdirSync(directory).sort(), ['journal-key', 'journal.sqlite']);
  });
});
