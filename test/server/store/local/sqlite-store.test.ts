import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSqliteStore } from '../../../../server/store/local/sqlite-store.ts';
import { createThreadStore } from '../../../../server/store/local/thread-store.ts';
import { testImports } from '../../journal/import-suite.ts';
import { testAges, testBounds, testRules } from '../../journal/store-suite.ts';

async function makePlace() {
  const directory = mkdtempSync(join(tmpdir(), 'sqlite-store-'));
  return { directory, remove: async () => rmSync(directory, { recursive: true }) };
}

for (const test of [testRules, testBounds, testAges, testImports])
  test('a store in SQLite', async () => {
    const { directory, remove } = await makePlace();
    return { open: async (clock) => createSqliteStore({ directory, clock }), remove };
  });
testRules('a store in SQLite, in its own thread', async () => {
  const { directory, remove } = await makePlace();
  return { open: async () => createThreadStore(directory, () => {}), remove };
});
