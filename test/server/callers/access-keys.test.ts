import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { changeAccessFile } from '../../../server/callers/access-file.ts';
import { type AccessKeys, createAccessKeys, newKey } from '../../../server/callers/access-keys.ts';
import { hashOf, keyPattern, makeKey } from '../../../server/callers/key-format.ts';
import { Secret } from '../../../server/secret.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { until } from '../../support/until.ts';

/** A data directory with keys in it, and the BFFs that read them. */
function startCallers() {
  const kept = new AsyncDisposableStack();
  const dataDirectory = kept.use(temporaryFolder()).path;
  const file = join(dataDirectory, 'access.json');
  const log: string[] = [];

  function start(ownKey?: string): AccessKeys {
    const keys = createAccessKeys({
      dataDirectory,
      ownKey: ownKey === undefined ? undefined : new Secret(ownKey),
      log: {
        accessKeysRead: (count) => log.push(`read ${count}`),
        ownKeyReplaced: () => log.push('owner key replaced'),
        accessFileUnreadable: (why) => log.push(why),
        lastUseNotWritten: (code) => log.push(`last use: ${code}`),
      },
    });
    return kept.adopt(keys, (each) => each.stop());
  }

  /** A key that an operator adds. It is valid as soon as the BFF has read the file again. */
  async function add(name: string, grants = ['sandbox:ping'], lifetimeMs: number | null = null) {
    const { key, entry } = newKey({ name, grants, origin: 'cli', lifetimeMs });
    await changeAccessFile(dataDirectory, (keys) => [...keys, entry]);
    return { header: `Bearer ${key.reveal()}`, entry, key };
  }

  return { dataDirectory, file, log, start, add, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

describe('the access keys', () => {
  describe('the key that has every grant', () => {
    for (const authorization of ['Bearer the-right-key', 'bearer the-right-key', 'BEARER  the-right-key']) {
      it(`is known in “${authorization}”`, async () => {
        await using callers = startCallers();
        const { start } = callers;
        assert.deepEqual(start('the-right-key').identify(authorization), {
          id: 'access-key',
          kind: 'access-key',
          grants: ['*:*'],
        });
      });
    }

    for (const authorization of [
      '',
      'Bearer',
      'Bearer ',
      'the-right-key',
      'Basic the-right-key',
      'Bearer the-right-ke',
      'Bearer the-right-key2',
      'Bearer The-right-key',
      'Bearer the-right-key the-right-key',
      'Bearer the-right-key ',
      'Bearer the-right-key, Bearer x',
      'Bearer\tthe-right-key',
      'Bearer [redacted]',
      `Bearer ${'x'.repeat(100_000)}`,
    ]) {
      it(`is not known in “${authorization.slice(0, 40)}”`, async () => {
        await using callers = startCallers();
        assert.equal(callers.start('the-right-key').identify(authorization), undefined);
      });
    }

    it('is nobody’s where there is none', async () => {
      await using callers = startCallers();
      const { start } = callers;
      assert.equal(start().identify('Bearer undefined'), undefined);
    });
  });

  describe('a key of the access file', () => {
    it('is known by its digest alone, with its own name and grants', async () => {
      await using callers = startCallers();
      const { file, start, add } = callers;
      const ada = await add('ada-laptop', ['sandbox:*', 'production:ping']);
      const keys = start('the-right-key');
      assert.deepEqual(keys.identify(ada.header), {
        id: 'ada-laptop',
        kind: 'access-key',
        grants: ['sandbox:*', 'production:ping'],
        keyId: ada.entry.id,
      });
      assert.equal(keys.identify('Bearer the-right-key')?.id, 'access-key');
      assert(!readFileSync(file, 'utf8').includes(ada.key.reveal()));
      assert.equal(statSync(file).mode & 0o777, 0o600);
    });

    it('is refused by its checksum before anybody looks for it', async () => {
      await using callers = startCallers();
      const { dataDirectory, start, add } = callers;
      const ada = await add('ada');
      const wrong = ada.key.reveal().slice(0, -1) + (ada.key.reveal().endsWith('0') ? '1' : '0');
      // Even where the file holds the digest of just that.
      await changeAccessFile(dataDirectory, (all) => all.map((each) => ({ ...each, hash: hashOf(wrong) })));
      assert.equal(start().identify(`Bearer ${wrong}`), undefined);
      await changeAccessFile(dataDirectory, (all) => all.map((each) => ({ ...each, hash: ada.entry.hash })));
      assert.equal(start().identify(ada.header)?.id, 'ada');
    });

    it('comes into force and goes out of it without a restart', async () => {
      await using callers = startCallers();
      const { dataDirectory, log, start, add } = callers;
      const keys = start();
      const ada = await add('ada');
      await until('the added key is known', () => keys.identify(ada.header) !== undefined);
      const bob = await add('bob');
      await until('another is known', () => keys.identify(bob.header) !== undefined);
      await changeAccessFile(dataDirectory, (all) => all.filter(({ name }) => name !== 'ada'));
      await until('the removed key is refused', () => keys.identify(ada.header) === undefined);
      assert.equal(keys.identify(bob.header)?.id, 'bob');
      assert.deepEqual(log, ['read 1', 'read 2', 'read 1']);
    });

    it('is refused from its last moment on, while nothing else happens', async (t) => {
      await using callers = startCallers();
      const { log, start, add } = callers;
      t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
      const brief = await add('brief', ['*:*'], 150);
      const keys = start();
      t.mock.timers.tick(149);
      assert.equal(keys.identify(brief.header)?.id, 'brief');
      t.mock.timers.tick(1);
      assert.equal(keys.identify(brief.header), undefined);
      assert.equal(Date.now(), Date.parse(String(brief.entry.expiresAt)));
      assert.deepEqual(log, []);
    });

    it('is not known where the file names no such key', async () => {
      await using callers = startCallers();
      const { start, add } = callers;
      await add('ada');
      assert.equal(start().identify(`Bearer ${makeKey().reveal()}`), undefined);
    });
  });

  describe('a damaged access file', () => {
    const good = (changed: object) => ({
      ...{ id: 'key_00000000', name: 'a', hash: '0'.repeat(64), grants: ['*:*'], origin: 'cli' },
      ...{ createdAt: '2026-01-30T00:00:00.000Z', expiresAt: null },
      ...changed,
    });
    const damages: [what: string, content: string, fault: RegExp][] = [
      ['is empty', '', /is damaged: it is not JSON/],
      ['is cut off', '{"version":1,"keys":[{"id":"canary', /is damaged: it is not JSON/],
      ['is a list', '[]', /wrong at the file itself/],
      ['is of another version', '{"version":2,"keys":[]}', /from another version \(wrong at version\)/],
      ['has a field more', '{"version":1,"keys":[],"canary":1}', /wrong at the file itself/],
      ...(
        [
          ['a name of other letters', { name: 'canary\n' }, /wrong at keys\[0\]\.name/],
          ['a key for a digest', { hash: 'canary' }, /wrong at keys\[0\]\.hash/],
          ['a grant that is none', { grants: ['*:*', 'canary'] }, /wrong at keys\[0\]\.grants\[1\]/],
          ['no end that is a time', { expiresAt: 'canary' }, /wrong at keys\[0\]\.expiresAt/],
          ['no word about an end', { expiresAt: undefined }, /wrong at keys\[0\]\.expiresAt/],
        ] as const
      ).map(([what, changed, fault]): [string, string, RegExp] => [
        `has ${what}`,
        JSON.stringify({ version: 1, keys: [good(changed)] }),
        fault,
      ]),
    ];
    for (const [what, content, fault] of damages) {
      it(`that ${what} stops the start, and is named without a word of it`, async () => {
        await using callers = startCallers();
        const { file, start } = callers;
        writeFileSync(file, content);
        assert.throws(
          () => start(),
          ({ message }: Error) => {
            assert(message.startsWith(`The access file ${file} `));
            assert.match(message, fault);
            assert.doesNotMatch(message, /canary/);
            return true;
          },
        );
      });

      it(`that ${what} is not changed any further`, async () => {
        await using callers = startCallers();
        const { file, add } = callers;
        writeFileSync(file, content);
        await assert.rejects(add('ada'), fault);
        assert.equal(readFileSync(file, 'utf8'), content);
        assert(!existsSync(`${file}.lock`));
      });
    }

    it('that is in another encoding than UTF-8 or UTF-16 is told as such', async () => {
      await using callers = startCallers();
      const { file, start } = callers;
      writeFileSync(file, Buffer.from('{"version":1,"keys":[],"who":"J\u00fcrgen"}', 'latin1'));
      assert.throws(() => start(), /access\.json is damaged: it is not in UTF-8\. Repair it/);
    });

    it('that cannot be read is told as such, with the system’s code', async () => {
      await using callers = startCallers();
      const { file, start } = callers;
      mkdirSync(file);
      assert.throws(() => start(), /^Error: The access file .*access\.json cannot be read \(EISDIR\)\.$/);
    });

    it('leaves the last good keys in force while the BFF runs, and says so once', async () => {
      await using callers = startCallers();
      const { file, log, start, add } = callers;
      const ada = await add('ada');
      const keys = start();
      writeFileSync(file, '{"version":1,"keys":[');
      await until('the damage is noted', () => log.length > 0);
      assert.match(log.join(), /^The access file .* is damaged: it is not JSON/);
      assert.equal(keys.identify(ada.header)?.id, 'ada');
      assert.equal(keys.identify('Bearer anything'), undefined);
      rmSync(file);
      await until('the loss is noted', () => log.length > 1);
      assert.match(log[1] ?? '', /^The access file .* is missing/);
      assert.equal(keys.identify(ada.header)?.id, 'ada');
      writeFileSync(file, '{"version":1,"keys":[]}');
      await until('it is mended', () => log.length > 2);
      assert.equal(keys.identify(ada.header), undefined);
    });
  });

  describe('a key for somebody who signed in', () => {
    it('is in force at once, for a time, and gone at once when it is taken away', async () => {
      await using callers = startCallers();
      const { start } = callers;
      const keys = start();
      const before = Date.now();
      const issued = await keys.issue({
        name: 'ada@example.edu',
        grants: ['sandbox:ping'],
        lifetimeSeconds: 60,
        origin: 'sign-in',
      });
      assert.match(issued.key.reveal(), keyPattern);
      const ends = Date.parse(issued.expiresAt);
      assert(ends >= before + 60_000 && ends <= Date.now() + 60_000);
      const header = `Bearer ${issued.key.reveal()}`;
      assert.deepEqual(keys.identify(header), issued.caller);
      assert.deepEqual([issued.caller.id, issued.caller.grants], ['ada@example.edu', ['sandbox:ping']]);
      assert.equal(await keys.revoke(String(issued.caller.keyId)), true);
      assert.equal(keys.identify(header), undefined);
      assert.equal(await keys.revoke(String(issued.caller.keyId)), false);
    });

    it('is the only kind that can be given back: an operator’s key stays', async () => {
      await using callers = startCallers();
      const { start, add } = callers;
      const { entry, header } = await add('ada');
      const keys = start();
      assert.equal(await keys.revoke(entry.id), false);
      assert.equal(keys.identify(header)?.id, 'ada');
    });

    it('outlives the BFF, and goes from the file when its time is over', async () => {
      await using callers = startCallers();
      const { file, start, add } = callers;
      const order = { name: 'ada', grants: ['*:ping'], lifetimeSeconds: 60, origin: 'sign-in' } as const;
      const [first, brief] = [
        await start().issue(order),
        await start().issue({ ...order, lifetimeSeconds: 0 }),
      ];
      const kept = await add('kept', ['*:*'], 0);
      const keys = start();
      assert.equal(keys.identify(`Bearer ${first.key.reveal()}`)?.id, 'ada');
      assert.equal(keys.identify(`Bearer ${brief.key.reveal()}`), undefined);
      const next = await keys.issue(order);
      const ids = JSON.parse(readFileSync(file, 'utf8')).keys.map(({ id }: { id: string }) => id);
      // An operator's key stays in the list until the operator removes it.
      assert.deepEqual(ids, [first.caller.keyId, kept.entry.id, next.caller.keyId]);
    });

    it('is one of twenty that a person may have: then the oldest goes, and nobody else’s', async () => {
      await using callers = startCallers();
      const { file, start, add } = callers;
      const order = { grants: ['*:ping'], lifetimeSeconds: 60, origin: 'sign-in' } as const;
      const { header } = await add('ada');
      const keys = start();
      const bobs = await keys.issue({ ...order, name: 'bob' });
      const adas = await Promise.all(
        Array.from({ length: 120 }, () => keys.issue({ ...order, name: 'ada' })),
      );
      const known = adas.map(({ key }) => keys.identify(`Bearer ${key.reveal()}`) !== undefined);
      assert.deepEqual(known, [...Array(100).fill(false), ...Array(20).fill(true)]);
      assert.equal(keys.identify(`Bearer ${bobs.key.reveal()}`)?.id, 'bob');
      assert.equal(keys.identify(header)?.id, 'ada');
      assert.equal(JSON.parse(readFileSync(file, 'utf8')).keys.length, 22);
    });

    it('is lost to nobody when many are made at once', async () => {
      await using callers = startCallers();
      const { start } = callers;
      const order = { grants: ['*:ping'], lifetimeSeconds: 60, origin: 'sign-in' } as const;
      const [one, other] = [start(), start()];
      const issued = await Promise.all(
        Array.from({ length: 20 }, (_, each) =>
          (each % 2 ? one : other).issue({ ...order, name: `n${each}` }),
        ),
      );
      const keys = start();
      for (const { key, caller } of issued)
        assert.equal(keys.identify(`Bearer ${key.reveal()}`)?.id, caller.id);
    });
  });

  describe('the last use of a key', () => {
    it('is written down, by the key’s id and for keys that there are', async () => {
      await using callers = startCallers();
      const { dataDirectory, start, add } = callers;
      const lastUse = () =>
        JSON.parse(readFileSync(join(dataDirectory, 'access-last-use.json'), 'utf8')).lastUse;
      const [ada, bob] = [await add('ada'), await add('bob')];
      const keys = start();
      const before = new Date().toISOString();
      keys.identify(ada.header);
      keys.identify(`Bearer ${makeKey().reveal()}`);
      await until('it is written down', () => existsSync(join(dataDirectory, 'access-last-use.json')));
      assert.deepEqual(Object.keys(lastUse()), [ada.entry.id]);
      keys.identify(bob.header);
      await keys.stop();
      assert.deepEqual(Object.keys(lastUse()), [ada.entry.id, bob.entry.id]);
      assert(lastUse()[ada.entry.id] >= before);

      await changeAccessFile(dataDirectory, (all) => all.filter(({ name }) => name !== 'ada'));
      const again = start();
      again.identify(bob.header);
      await again.stop();
      assert.deepEqual(Object.keys(lastUse()), [bob.entry.id]);
    });

    it('that cannot be written down is said, and refuses nobody', async () => {
      await using callers = startCallers();
      const { dataDirectory, log, start, add } = callers;
      const ada = await add('ada');
      const keys = start();
      mkdirSync(join(dataDirectory, 'access-last-use.json'));
      assert.equal(keys.identify(ada.header)?.id, 'ada');
      await keys.stop();
      assert.deepEqual(log, ['last use: EISDIR']);
      assert.deepEqual(readdirSync(dataDirectory).sort(), ['access-last-use.json', 'access.json']);
    });
  });
});
