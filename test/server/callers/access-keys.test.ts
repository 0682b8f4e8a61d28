import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  type AccessKeyLog,
  type AccessKeys,
  createAccessKeys,
  newKey,
} from '../../../server/callers/access-keys.ts';
import { hashOf, keyPattern, makeKey } from '../../../server/callers/key-format.ts';
import type { KeyPlace, KeyStore } from '../../../server/callers/key-store.ts';
import { Secret } from '../../../server/secret.ts';
import { createKeyFile, localKeys } from '../../../server/store/local/key-file.ts';
import { createDatabase } from '../../../server/store/postgres/database.ts';
import { createKeyRows, postgresKeys } from '../../../server/store/postgres/key-rows.ts';
import { newDatabase, noPostgres } from '../../support/postgres/new-database.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { until } from '../../support/until.ts';

/** Where the keys of some BFFs are. */
type Keys = {
  place: KeyPlace;
  open(log: AccessKeyLog): KeyStore;
  /** The access file, if they are in one. */
  file: string;
  dataDirectory: string;
};

const makes: Record<string, (kept: AsyncDisposableStack) => Promise<Keys>> = {
  async 'the access file'(kept) {
    const dataDirectory = kept.use(temporaryFolder()).path;
    return {
      ...{ place: localKeys(dataDirectory), dataDirectory, file: join(dataDirectory, 'access.json') },
      open: (log) => createKeyFile(dataDirectory, log),
    };
  },
  async PostgreSQL(kept) {
    const { database, url } = kept.use(await newDatabase());
    return {
      ...{ place: postgresKeys(database), dataDirectory: '', file: '' },
      // Each BFF has its own connections.
      open: (log) =>
        createKeyRows(
          kept.adopt(createDatabase(url), (each) => each.close()),
          log,
        ),
    };
  },
};

/** Keys in one of these places, and the BFFs that read them. */
async function startCallers(make = 'the access file') {
  const kept = new AsyncDisposableStack();
  const { place, open, file, dataDirectory } = (await makes[make]?.(kept)) ?? assert.fail();
  const log: string[] = [];

  async function start(ownKey?: string): Promise<AccessKeys> {
    const told: AccessKeyLog = {
      accessKeysRead: (count) => log.push(`read ${count}`),
      ownKeyReplaced: () => log.push('owner key replaced'),
      accessFileUnreadable: (why) => log.push(why),
      lastUseNotWritten: (code) => log.push(`last use: ${code}`),
    };
    const keys = createAccessKeys({
      store: open(told),
      ownKey: ownKey === undefined ? undefined : new Secret(ownKey),
      log: told,
    });
    await until('the keys are read', () => keys.areRead());
    return kept.adopt(keys, (each) => each.stop());
  }

  /** A key that an operator adds. It is valid as soon as the BFF has read the keys again. */
  async function add(name: string, grants = ['sandbox:ping'], lifetimeMs: number | null = null) {
    const { key, entry } = newKey({ name, grants, origin: 'cli', lifetimeMs });
    await place.change((keys) => [...keys, entry]);
    return { header: `Bearer ${key.reveal()}`, entry, key };
  }
  const ids = async () => (await place.read()).keys.map(({ id }) => id);

  return {
    place,
    dataDirectory,
    file,
    log,
    start,
    add,
    ids,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

describe('the access keys', () => {
  describe('the key that has every grant', () => {
    for (const authorization of ['Bearer the-right-key', 'bearer the-right-key', 'BEARER  the-right-key']) {
      it(`is known in “${authorization}”`, async () => {
        await using callers = await startCallers();
        const { start } = callers;
        assert.deepEqual((await start('the-right-key')).identify(authorization), {
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
        await using callers = await startCallers();
        assert.equal((await callers.start('the-right-key')).identify(authorization), undefined);
      });
    }

    it('is nobody’s where there is none', async () => {
      await using callers = await startCallers();
      const { start } = callers;
      assert.equal((await start()).identify('Bearer undefined'), undefined);
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
        await using callers = await startCallers();
        const { file, start } = callers;
        writeFileSync(file, content);
        await assert.rejects(start(), ({ message }: Error) => {
          assert(message.startsWith(`The access file ${file} `));
          assert.match(message, fault);
          assert.doesNotMatch(message, /canary/);
          return true;
        });
      });

      it(`that ${what} is not changed any further`, async () => {
        await using callers = await startCallers();
        const { file, add } = callers;
        writeFileSync(file, content);
        await assert.rejects(add('ada'), fault);
        assert.equal(readFileSync(file, 'utf8'), content);
        assert(!existsSync(`${file}.lock`));
      });
    }

    it('that is in another encoding than UTF-8 or UTF-16 is told as such', async () => {
      await using callers = await startCallers();
      const { file, start } = callers;
      writeFileSync(file, Buffer.from('{"version":1,"keys":[],"who":"J\u00fcrgen"}', 'latin1'));
      await assert.rejects(start(), /access\.json is damaged: it is not in UTF-8\. Repair it/);
    });

    it('that cannot be read is told as such, with the system’s code', async () => {
      await using callers = await startCallers();
      const { file, start } = callers;
      mkdirSync(file);
      await assert.rejects(start(), /^Error: The access file .*access\.json cannot be read \(EISDIR\)\.$/);
    });

    it('leaves the last good keys in force while the BFF runs, and says so once', async () => {
      await using callers = await startCallers();
      const { file, log, start, add } = callers;
      const ada = await add('ada');
      const keys = await start();
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

  describe('the last use of a key in the access file', () => {
    it('that cannot be written down is said, and refuses nobody', async () => {
      await using callers = await startCallers();
      const { dataDirectory, log, start, add } = callers;
      const ada = await add('ada');
      const keys = await start();
      mkdirSync(join(dataDirectory, 'access-last-use.json'));
      assert.equal(keys.identify(ada.header)?.id, 'ada');
      await keys.stop();
      assert.deepEqual(log, ['last use: EISDIR']);
      assert.deepEqual(readdirSync(dataDirectory).sort(), ['access-last-use.json', 'access.json']);
    });
  });
});

for (const make of Object.keys(makes))
  describe('each of the access keys', { skip: make === 'PostgreSQL' && noPostgres }, () => {
    describe(`a key in ${make}`, () => {
      it('is known by its digest alone, with its own name and grants', async () => {
        await using callers = await startCallers(make);
        const { place, file, start, add } = callers;
        const ada = await add('ada-laptop', ['sandbox:*', 'production:ping']);
        const keys = await start('the-right-key');
        assert.deepEqual(keys.identify(ada.header), {
          id: 'ada-laptop',
          kind: 'access-key',
          grants: ['sandbox:*', 'production:ping'],
          keyId: ada.entry.id,
        });
        assert.equal(keys.identify('Bearer the-right-key')?.id, 'access-key');
        assert(!JSON.stringify(await place.read()).includes(ada.key.reveal()));
        if (file) {
          assert(!readFileSync(file, 'utf8').includes(ada.key.reveal()));
          assert.equal(statSync(file).mode & 0o777, 0o600);
        }
      });

      it('is refused by its checksum before anybody looks for it', async () => {
        await using callers = await startCallers(make);
        const { place, start, add } = callers;
        const ada = await add('ada');
        const wrong = ada.key.reveal().slice(0, -1) + (ada.key.reveal().endsWith('0') ? '1' : '0');
        // Even where the digest of just that is kept.
        await place.change((all) => all.map((each) => ({ ...each, hash: hashOf(wrong) })));
        assert.equal((await start()).identify(`Bearer ${wrong}`), undefined);
        await place.change((all) => all.map((each) => ({ ...each, hash: ada.entry.hash })));
        assert.equal((await start()).identify(ada.header)?.id, 'ada');
      });

      it('comes into force and goes out of it without a restart', async () => {
        await using callers = await startCallers(make);
        const { place, log, start, add } = callers;
        const keys = await start();
        const ada = await add('ada');
        await until('the added key is known', () => keys.identify(ada.header) !== undefined);
        const bob = await add('bob');
        await until('another is known', () => keys.identify(bob.header) !== undefined);
        await place.change((all) => all.filter(({ name }) => name !== 'ada'));
        await until('the removed key is refused', () => keys.identify(ada.header) === undefined);
        assert.equal(keys.identify(bob.header)?.id, 'bob');
        assert.deepEqual(log, ['read 1', 'read 2', 'read 1']);
      });

      it('is refused from its last moment on, while nothing else happens', async (t) => {
        await using callers = await startCallers(make);
        const { log, start, add } = callers;
        t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
        const brief = await add('brief', ['*:*'], 150);
        const keys = await start();
        t.mock.timers.tick(149);
        assert.equal(keys.identify(brief.header)?.id, 'brief');
        t.mock.timers.tick(1);
        assert.equal(keys.identify(brief.header), undefined);
        assert.equal(Date.now(), Date.parse(String(brief.entry.expiresAt)));
        assert.deepEqual(log, []);
      });

      it('is not known where nobody has made it', async () => {
        await using callers = await startCallers(make);
        const { start, add } = callers;
        await add('ada');
        assert.equal((await start()).identify(`Bearer ${makeKey().reveal()}`), undefined);
      });
    });

    describe(`a key in ${make} for somebody who signed in`, () => {
      it('is in force at once, for a time, and gone at once when it is taken away', async () => {
        await using callers = await startCallers(make);
        const { start } = callers;
        const keys = await start();
        const before = Date.now();
        const issued = await keys.issue({
          name: 'ada@example.edu',
          grants: ['sandbox:ping'],
          lifetimeSeconds: 60,
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
        await using callers = await startCallers(make);
        const { start, add } = callers;
        const { entry, header } = await add('ada');
        const keys = await start();
        assert.equal(await keys.revoke(entry.id), false);
        assert.equal(keys.identify(header)?.id, 'ada');
      });

      it('outlives the BFF, and goes when its time is over', async () => {
        await using callers = await startCallers(make);
        const { ids, start, add } = callers;
        const order = { name: 'ada', grants: ['*:ping'], lifetimeSeconds: 60 };
        const [first, brief] = [
          await (await start()).issue(order),
          await (await start()).issue({ ...order, lifetimeSeconds: 0 }),
        ];
        const kept = await add('kept', ['*:*'], 0);
        const keys = await start();
        assert.equal(keys.identify(`Bearer ${first.key.reveal()}`)?.id, 'ada');
        assert.equal(keys.identify(`Bearer ${brief.key.reveal()}`), undefined);
        const next = await keys.issue(order);
        // An operator's key stays in the list until the operator removes it.
        assert.deepEqual(await ids(), [first.caller.keyId, kept.entry.id, next.caller.keyId]);
      });

      it('is one of twenty that a person may have: then the oldest goes, and nobody else’s', async () => {
        await using callers = await startCallers(make);
        const { ids, start, add } = callers;
        const order = { grants: ['*:ping'], lifetimeSeconds: 60 };
        const { header } = await add('ada');
        const keys = await start();
        const bobs = await keys.issue({ ...order, name: 'bob' });
        const adas = await Promise.all(
          Array.from({ length: 120 }, () => keys.issue({ ...order, name: 'ada' })),
        );
        const known = adas.map(({ key }) => keys.identify(`Bearer ${key.reveal()}`) !== undefined);
        assert.deepEqual(known, [...Array(100).fill(false), ...Array(20).fill(true)]);
        assert.equal(keys.identify(`Bearer ${bobs.key.reveal()}`)?.id, 'bob');
        assert.equal(keys.identify(header)?.id, 'ada');
        assert.equal((await ids()).length, 22);
      });

      it('is lost to nobody when many are made at once', async () => {
        await using callers = await startCallers(make);
        const { start } = callers;
        const order = { grants: ['*:ping'], lifetimeSeconds: 60 };
        const [one, other] = [await start(), await start()];
        const issued = await Promise.all(
          Array.from({ length: 20 }, (_, each) =>
            (each % 2 ? one : other).issue({ ...order, name: `n${each}` }),
          ),
        );
        const keys = await start();
        for (const { key, caller } of issued)
          assert.equal(keys.identify(`Bearer ${key.reveal()}`)?.id, caller.id);
      });
    });

    describe(`the last use of a key in ${make}`, () => {
      it('is written down, by the key’s id and for keys that there are', async () => {
        await using callers = await startCallers(make);
        const { place, start, add } = callers;
        const lastUse = async () => (await place.read()).lastUse;
        const [ada, bob] = [await add('ada'), await add('bob')];
        const keys = await start();
        const before = new Date().toISOString();
        keys.identify(ada.header);
        keys.identify(`Bearer ${makeKey().reveal()}`);
        await until('it is written down', async () => Object.keys(await lastUse()).length > 0);
        assert.deepEqual(Object.keys(await lastUse()), [ada.entry.id]);
        keys.identify(bob.header);
        await keys.stop();
        assert.deepEqual(Object.keys(await lastUse()), [ada.entry.id, bob.entry.id]);
        assert(String((await lastUse())[ada.entry.id]) >= before);

        await place.change((all) => all.filter(({ name }) => name !== 'ada'));
        const again = await start();
        again.identify(bob.header);
        await again.stop();
        assert.deepEqual(Object.keys(await lastUse()), [bob.entry.id]);
      });
    });
  });

describe('a key that another BFF has just made, in PostgreSQL', { skip: noPostgres }, () => {
  it('is found before it is called wrong, and a removed one is not found', async () => {
    await using callers = await startCallers('PostgreSQL');
    const { place, start, add } = callers;
    const keys = await start();
    const ada = await add('ada');
    assert.equal(keys.identify(ada.header), undefined);
    assert.equal((await keys.seek?.(ada.header))?.id, 'ada');
    await place.change(() => []);
    assert.equal(await keys.seek?.(ada.header), undefined);
    const many = Array.from({ length: 50 }, () => keys.seek?.(`Bearer ${makeKey().reveal()}`));
    assert.deepEqual(new Set(await Promise.all(many)), new Set([undefined]));
  });
});
