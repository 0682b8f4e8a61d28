// Processes that share a data directory, as during a restart without a gap.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createSqliteStore } from '../../../../server/journal/sqlite/sqlite-store.ts';
import { execute } from '../../../support/processes/execute.ts';
import { intent } from '../store-suite.ts';

describe('a journal that processes share', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'shared-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  async function open() {
    const store = createSqliteStore({ directory });
    await store.open();
    return store;
  }

  it('gives each key to one of two that ask for it at the same moment', async () => {
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
    await (await open()).close();
    const store = await open();
    const locks = readdirSync(directory).filter((name) => name.endsWith('.lock'));
    assert.equal(locks.length, 1);
    await store.close();
    assert.deepEqual(readdirSync(directory).sort(), ['journal-key', 'journal.sqlite']);
  });
});
