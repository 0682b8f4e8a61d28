// The journal's thread begins with the first call. What holds while it runs must hold before.
import assert from 'node:assert/strict';
import { copyFileSync, cpSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import workerThreads from 'node:worker_threads';
import { createThreadStore } from '../../../../server/store/local/thread-store.ts';
import { execute } from '../../../support/processes/execute.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { intent, sent } from '../../journal/store-suite.ts';

const storeModule = import.meta.resolve('../../../../server/store/local/thread-store.ts');
const ownerModule = new URL('../../../../server/store/local/owner.ts', import.meta.url).href;

/** A journal with one write, opened again, and not asked for anything yet. */
async function openedPlace() {
  const folder = temporaryFolder();
  const { path: directory } = folder;
  const before = createThreadStore(directory, () => {});
  await before.open();
  cpSync(directory, `${directory}-copy`, { recursive: true });
  await before.end(sent(await before.claim(intent)), { state: 'succeeded' });
  await before.close();
  const store = createThreadStore(directory, () => {});
  await store.open();
  return {
    directory,
    copy: `${directory}-copy`,
    store,
    async [Symbol.asyncDispose]() {
      await store.close();
      rmSync(`${directory}-copy`, { recursive: true, force: true });
      folder[Symbol.dispose]();
    },
  };
}

/** What another process finds out about the owners of a data directory. */
function isAlone(directory: string): Promise<string> {
  const program = `const { sameOwner } = await import(${JSON.stringify(ownerModule)});
    process.stdout.write(String(sameOwner(${JSON.stringify(directory)}, 'another').isAlone()));`;
  return execute(process.execPath, ['--input-type=module', '--eval', program]);
}

describe('a journal that was opened and not asked for anything', () => {
  it('has no thread until the first call', async () => {
    let threads = 0;
    const count = () => {
      threads += 1;
    };
    process.on('worker', count);
    try {
      await using place = await openedPlace();
      // Node tells of a new thread a moment later.
      await nextTurn();
      // The one with which its write was made.
      assert.equal(threads, 1);
      await place.store.name();
      await place.store.name();
      assert.equal(threads, 2);
    } finally {
      process.off('worker', count);
    }
  });

  it('refuses a write while the system gives it no thread, and takes the next one', async (t) => {
    await using place = await openedPlace();
    const { claim } = place.store;
    const none = t.mock.method(workerThreads, 'Worker', function Worker() {
      throw Object.assign(new Error('no thread'), { code: 'ERR_WORKER_INIT_FAILED' });
    });
    syncBuiltinESMExports();
    const next = { ...intent, idempotencyKey: 'another' };
    await assert.rejects(claim(next), { name: 'JournalFailure', code: 'ERR_WORKER_INIT_FAILED' });
    none.mock.restore();
    syncBuiltinESMExports();
    sent(await claim(next));
  });

  it('refuses a write while there are no file descriptors for its thread, and takes the next one', async () => {
    await using place = await openedPlace();
    await place.store.close();
    const program = `
      import { closeSync, openSync } from 'node:fs';
      const { createThreadStore } = await import(${JSON.stringify(storeModule)});
      const store = createThreadStore(${JSON.stringify(place.directory)}, () => {});
      await store.open();
      const intent = { ...${JSON.stringify(intent)}, digest: Buffer.alloc(32) };
      const files = [];
      try { for (;;) files.push(openSync('/dev/null')); } catch {}
      const first = await store.claim({ ...intent, idempotencyKey: 'first' }).catch(({ code }) => code);
      for (const file of files) closeSync(file);
      const next = await store.claim({ ...intent, idempotencyKey: 'next' });
      await store.close();
      process.stdout.write(JSON.stringify([first, typeof next.id]));`;
    const node = [process.execPath, '--input-type=module', '--eval', program];
    const told = await execute('sh', ['-c', 'ulimit -n 64; exec "$@"', 'sh', ...node]);
    assert.deepEqual(JSON.parse(told), ['ERR_WORKER_INIT_FAILED', 'string']);
    assert.deepEqual(readdirSync(place.directory).sort(), ['journal-key', 'journal.sqlite']);
  });

  it('belongs to this process for all others, and to nobody after its end', async () => {
    await using place = await openedPlace();
    assert.equal(await isAlone(place.directory), 'false');
    await place.store.name();
    assert.equal(await isAlone(place.directory), 'false');
    await place.store.close();
    assert.equal(await isAlone(place.directory), 'true');
    assert.deepEqual(readdirSync(place.directory).sort(), ['journal-key', 'journal.sqlite']);
  });

  it('keeps one lock, and its thread looks, when it is asked again and again whether it can be used', async () => {
    await using place = await openedPlace();
    const { directory, store } = place;
    const locks = () => readdirSync(directory).filter((name) => name.endsWith('.lock'));
    const before = locks();
    await store.open();
    await store.open();
    assert.deepEqual(locks(), before);
    assert.equal(await isAlone(directory), 'false');
    rmSync(join(directory, 'journal.sqlite'));
    await assert.rejects(store.open(), { code: /missing|removed/ });
    await store.close();
    assert.deepEqual(locks(), []);
  });

  for (const [what, isLeftOut] of [
    ['a whole copy of its directory stands in its place', () => false],
    ['a copy without the lock stands in its place', (name) => name.endsWith('.lock')],
  ] as [string, (name: string) => boolean][]) {
    it(`belongs to this process for all others once it is written to, even if ${what}`, async () => {
      await using place = await openedPlace();
      const { directory, store } = place;
      rmSync(place.copy, { recursive: true });
      cpSync(directory, place.copy, { recursive: true, filter: (name) => !isLeftOut(name) });
      rmSync(directory, { recursive: true });
      renameSync(place.copy, directory);
      const id = sent(await store.claim({ ...intent, idempotencyKey: 'another' }));
      assert.equal(await isAlone(directory), 'false');
      await store.end(id, { state: 'succeeded' });
      await store.close();
      assert.deepEqual(readdirSync(directory).sort(), ['journal-key', 'journal.sqlite']);
    });
  }

  for (const [what, change, why] of [
    [
      'an older copy stands in its place',
      ({ directory, copy }) => copyFileSync(join(copy, 'journal.sqlite'), join(directory, 'journal.sqlite')),
      /another or lacks rows/,
    ],
    [
      'another journal stands in its place',
      async ({ directory, copy }) => {
        rmSync(copy, { recursive: true });
        const other = createThreadStore(copy, () => {});
        await other.open();
        await other.close();
        cpSync(copy, directory, { recursive: true });
      },
      /another or lacks rows/,
    ],
    ['it is removed', ({ directory }) => rmSync(join(directory, 'journal.sqlite')), /missing/],
    [
      'all its files are removed',
      ({ directory }) => {
        for (const name of ['journal.sqlite', 'journal-key']) rmSync(join(directory, name));
      },
      /missing/,
    ],
  ] as [string, (place: { directory: string; copy: string }) => void | Promise<void>, RegExp][]) {
    it(`refuses writes if ${what}`, async () => {
      await using place = await openedPlace();
      await change(place);
      const { claim } = place.store;
      await assert.rejects(claim({ ...intent, idempotencyKey: 'another' }), { code: why });
    });
  }
});
