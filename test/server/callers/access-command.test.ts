import assert from 'node:assert/strict';
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { runAccessCommand } from '../../../server/callers/access-command.ts';
import type { AccessKeyEntry } from '../../../server/callers/access-file.ts';
import { createAccessKeys } from '../../../server/callers/access-keys.ts';
import { firstKey } from '../../../server/callers/first-key.ts';
import { hashOf, isMisspelt, keyPattern } from '../../../server/callers/key-format.ts';
import { createKeyFile } from '../../../server/store/local/key-file.ts';
import { operationNames } from '../../../shared/operations.ts';
import { access } from '../../support/bff/server-command.ts';
import { isInPostgres, keyPlaceOf, openKeysOf } from '../../support/bff/test-store.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { until } from '../../support/until.ts';

const day = 86_400_000;

/** The command at a data directory of its own. */
function commandHere() {
  const folder = temporaryFolder();
  const dataDirectory = folder.path;

  async function run(line: string, environments: readonly string[] = ['sandbox', 'production']) {
    const output: string[] = [];
    const words: string[] = [];
    const ok = await runAccessCommand({
      args: line.split(' ').filter(Boolean),
      place: await keyPlaceOf(dataDirectory),
      dataDirectory,
      environments,
      toOutput: (text) => output.push(text),
      say: (text) => words.push(text),
    });
    return { ok, output, words: words.join('\n') };
  }

  const keys = async () => (await (await keyPlaceOf(dataDirectory)).read()).keys;

  return { dataDirectory, run, keys, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

describe('the command access', () => {
  describe('access add', () => {
    it('shows the key once, alone on standard output, and keeps its digest', async () => {
      using command = commandHere();
      const { dataDirectory, run, keys } = command;
      const { ok, output, words } = await run('add ada-laptop --grant sandbox:* --grant production:ping');
      assert(ok);
      const [key = '', ...more] = output;
      assert.deepEqual(more, []);
      assert.match(key, new RegExp(`^${keyPattern.source}$`));
      assert(!isMisspelt(key));
      assert(!words.includes(key));
      const [entry, ...others] = await keys();
      assert.deepEqual(others, []);
      assert.deepEqual(
        [entry?.name, entry?.hash, entry?.grants, entry?.expiresAt, entry?.origin],
        ['ada-laptop', hashOf(key), ['sandbox:*', 'production:ping'], null, 'cli'],
      );
      assert.match(
        words,
        new RegExp(`^Added ada-laptop \\(${entry?.id}\\) with grants sandbox:\\*, production:ping`),
      );
      if (isInPostgres) return;
      const file = join(dataDirectory, 'access.json');
      assert(!readFileSync(file, 'utf8').includes(key));
      assert.equal(statSync(file).mode & 0o777, 0o600);
      assert.deepEqual(readdirSync(dataDirectory), ['access.json']);
    });

    it('takes grants separated by commas, each once, and an end', async () => {
      using command = commandHere();
      const { run, keys } = command;
      const before = Date.now();
      await run('add tool --grant sandbox:ping,*:health --grant sandbox:ping --expires 90d');
      const [entry] = await keys();
      assert.deepEqual(entry?.grants, ['sandbox:ping', '*:health']);
      const ends = Date.parse(String(entry?.expiresAt)) - 90 * day;
      assert(ends >= before && ends <= Date.now());
    });

    it('says when the key expires, to the minute', async () => {
      using command = commandHere();
      const { run, keys } = command;
      const { words } = await run('add tool --grant *:ping --expires 90d');
      const [date, time] = String((await keys())[0]?.expiresAt).split('T');
      assert.match(words, new RegExp(`It expires on ${date} at ${time?.slice(0, 5)} UTC\\.`));
      assert.match((await run('add other --grant *:ping')).words, /It does not expire\./);
    });

    for (const [time, lengthMs] of [
      ['10s', 10_000],
      ['30m', 1_800_000],
      ['24h', day],
    ] as const) {
      it(`takes ${time} for a time`, async () => {
        using command = commandHere();
        const { run, keys } = command;
        await run(`add tool --grant *:ping --expires ${time}`);
        const { createdAt, expiresAt } = (await keys())[0] ?? {};
        assert.equal(Date.parse(String(expiresAt)) - Date.parse(String(createdAt)), lengthMs);
      });
    }

    it('adds no key for an environment that is not configured here, unless forced', async () => {
      using command = commandHere();
      const { run, keys } = command;
      const line = 'add tool --grant staging:ping --grant *:health --grant sandbox:ping';
      const { ok, words } = await run(line);
      assert.deepEqual([ok, await keys()], [false, []]);
      assert.match(
        words,
        /^The environment staging is not configured here\. Configured: sandbox, production\. .*add --force\.$/m,
      );
      assert((await run(`${line} --force`)).ok);
      assert.equal((await keys()).length, 1);
    });

    for (const [line, fault] of [
      ['add', /^A name is missing/],
      ['add --grant *:*', /^A name is missing/],
      ['add ada', /^A grant is missing, such as/],
      ['add ada --grant', /argument missing/],
      ['add ada bob --grant *:*', /^Too many arguments/],
      ['add a_b --grant *:*', /^A name has at most 63 letters/],
      ['add ada@example.edu --grant *:*', /^A name has at most 63 letters/],
      [`add ${'a'.repeat(64)} --grant *:*`, /^A name has at most 63 letters/],
      ['add access-key --grant *:*', /^The name access-key is reserved/],
      ['add ada --grant sandbox', /^A grant is environment:operation/],
      ['add ada --grant sandbox:ping:ping', /^A grant is/],
      ['add ada --grant Sandbox:ping', /^A grant is/],
      ['add ada --grant sand*:ping', /^A grant is/],
      ['add ada --grant :', /^A grant is/],
      [
        'add ada --grant sandbox:createUsr',
        new RegExp(`^There is no operation createUsr\\. Choose from: ${operationNames.join(', ')}, or `),
      ],
      ['add ada --grant *:* --expires tomorrow', /^--expires takes a duration such as 90d/],
      ['add ada --grant *:* --expires 0d', /^--expires takes/],
      ['add ada --grant *:* --expires 3651d', /^--expires takes/],
      ['add ada --grant *:* --expires -1d', /expires/],
      ['add ada --grant *:* --forever', /Unknown option '--forever'/],
      ['list ada', /^Too many arguments/],
      ['remove', /^A name is missing/],
      ['remove ada', /^No key has that name or id/],
      ['rotate ada', /^No key has that name or id/],
      ['rotate ada --keep soon', /^--keep takes a duration/],
      ['revoke ada', /^Unknown command\. Choose from: add, list, rotate, remove/],
    ] as const) {
      it(`“${line.slice(0, 60)}” changes nothing, and says why`, async () => {
        using command = commandHere();
        const { run, keys } = command;
        const { ok, output, words } = await run(line);
        assert.deepEqual([ok, output, await keys()], [false, [], []]);
        assert.match(words, fault);
      });
    }

    it('never repeats a key that was typed in the place of something else', async () => {
      using command = commandHere();
      const { run } = command;
      const key = (await run('add ada --grant *:*')).output[0] ?? '';
      for (const line of [`add ${key} --grant *:*`, `remove ${key}`, `rotate ${key}`, `list ${key}`, key]) {
        const { ok, output, words } = await run(line);
        assert(!ok && !`${output}${words}`.includes(key), line);
      }
    });

    it('gives no name to a second key', async () => {
      using command = commandHere();
      const { run, keys } = command;
      await run('add ada --grant *:ping');
      const { ok, output, words } = await run('add ada --grant *:*');
      assert.deepEqual([ok, output.length, (await keys()).length], [false, 0, 1]);
      assert.match(words, /^A key named ada exists already\. Rotate or remove/);
    });
  });

  describe('access list', () => {
    it('says where to begin when there is none', async () => {
      using command = commandHere();
      const { run } = command;
      const { ok, output, words } = await run('list');
      assert.deepEqual([ok, output], [true, []]);
      assert.match(words, /^No keys yet\. Add one: node \S+ access add/);
    });

    it('shows who has a key, what it may do, until when, when it was used, and no digest', async () => {
      using command = commandHere();
      const { dataDirectory, run, keys } = command;
      const key = (await run('add ada --grant sandbox:* --expires 1d')).output[0] ?? '';
      await run('add bob --grant *:ping');
      const log = {
        accessKeysRead() {},
        accessFileUnreadable() {},
        lastUseNotWritten() {},
        ownKeyReplaced() {},
      };
      const store = await openKeysOf(dataDirectory, log);
      const running = createAccessKeys({ store, ownKey: undefined, log });
      await until('the keys are read', running.areRead);
      running.identify(`Bearer ${key}`);
      await running.stop();
      const [ada, bob] = await keys();
      const { output } = await run('list');
      const [heading, ...rows] = output.join('\n').split('\n');
      assert.match(heading ?? '', /^NAME {2}ID +GRANTS +MADE +EXPIRES +LAST USED +MADE BY$/);
      const time = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d`;
      assert.match(
        rows[0] ?? '',
        new RegExp(`^ada +${ada?.id} +sandbox:\\* +${time} +${time} +${time} +operator$`),
      );
      assert.match(rows[1] ?? '', new RegExp(`^bob +${bob?.id} +\\*:ping +${time} +never +never +operator$`));
      assert(!output.join().includes(String(ada?.hash)));
    });
  });

  describe('access remove', () => {
    it('takes a key away by its name or its id', async () => {
      using command = commandHere();
      const { run, keys } = command;
      for (const name of ['ada', 'bob', 'eve']) await run(`add ${name} --grant *:ping`);
      assert.match((await run('remove ada')).words, /^Removed ada \(key_[0-9a-f]{8}\)/);
      await run(`remove ${(await keys())[0]?.id}`);
      assert.deepEqual(
        (await keys()).map(({ name }) => name),
        ['eve'],
      );
    });
  });

  it('gives a name that somebody had to nobody else, unless it is told that it is the same person', async () => {
    using command = commandHere();
    const { run, keys } = command;
    await run('add ada --grant *:*');
    await run('rotate ada');
    await run('remove ada');
    const refused = await run('add ada --grant *:ping');
    assert.deepEqual([refused.ok, await keys()], [false, []]);
    assert.match(refused.words, /^The name ada was removed less than 30 days ago/);
    assert.equal((await run('add bob --grant *:ping')).ok, true);
    assert.equal((await run('add ada --grant *:ping --again')).ok, true);
    // It is hers again: taken, and not removed.
    assert.match((await run('add ada --grant *:ping')).words, /^A key named ada exists already/);
  });

  describe('access rotate', () => {
    it('puts another key in the place of the old one', async () => {
      using command = commandHere();
      const { run, keys } = command;
      const old = (await run('add ada --grant sandbox:* --expires 7d')).output[0] ?? '';
      const [before] = await keys();
      const { output, words } = await run('rotate ada');
      const [entry, ...others] = await keys();
      assert.deepEqual(others, []);
      assert.deepEqual([entry?.name, entry?.grants], ['ada', ['sandbox:*']]);
      assert.notEqual(output[0], old);
      assert.equal(entry?.hash, hashOf(output[0] ?? ''));
      assert.notEqual(entry?.id, before?.id);
      // As long again as the old one was made for.
      assert.equal(Date.parse(String(entry?.expiresAt)) - Date.parse(String(entry?.createdAt)), 7 * day);
      assert.match(words, /The old key no longer works/);
    });

    it('leaves the old one in force for as long as it is told, and no longer than it had', async () => {
      using command = commandHere();
      const { run, keys } = command;
      await run('add ada --grant *:* --expires 2h');
      await run('rotate ada --keep 24h --expires 30d');
      const [old, entry] = await keys();
      const lengthOf = ({ createdAt, expiresAt }: AccessKeyEntry) =>
        Date.parse(String(expiresAt)) - Date.parse(createdAt);
      assert(old && entry);
      assert.equal(lengthOf(old), 7_200_000);
      assert.equal(lengthOf(entry), 30 * day);
      const { words } = await run('rotate ada --keep 1h');
      assert.match(words, new RegExp(`The old key \\(${entry.id}\\) still works`));
      assert.deepEqual(
        (await keys()).map(({ name }) => name),
        ['ada', 'ada', 'ada'],
      );
      await run('rotate ada');
      assert.equal((await keys()).length, 1);
    });
  });

  describe('access rotate access-key', () => {
    it('replaces the owner key, which a running BFF follows', async () => {
      using command = commandHere();
      const { dataDirectory, run } = command;
      const { accessKey: old, file } = firstKey(dataDirectory);
      const log = {
        ...{ accessKeysRead() {}, accessFileUnreadable() {}, lastUseNotWritten() {} },
        ownKeyReplaced() {},
      };
      const running = createAccessKeys({
        store: createKeyFile(dataDirectory, log),
        ownKey: old,
        ownKeyFile: file,
        log,
      });
      const { output, words } = await run('rotate access-key');
      const [key = ''] = output;
      assert.match(words, /^Rotated the owner key/);
      assert.equal(readFileSync(file, 'utf8').trim(), key);
      assert.equal(statSync(file).mode & 0o777, 0o600);
      await until('the new key is valid', () => running.identify(`Bearer ${key}`)?.id === 'access-key');
      assert.equal(running.identify(`Bearer ${old.reveal()}`), undefined);
      // A file without a key locks nobody out.
      writeFileSync(file, 'no key');
      await delay(1_500);
      assert.equal(running.identify(`Bearer ${key}`)?.id, 'access-key');
      await running.stop();
      assert.equal((await run('rotate access-key --keep 1h')).ok, false);
    });
  });

  describe('the owner key, while a BFF runs', () => {
    it('is not taken from a file that others may write', { skip: process.platform === 'win32' }, async () => {
      using command = commandHere();
      const { dataDirectory } = command;
      const { accessKey, file } = firstKey(dataDirectory);
      const faults: string[] = [];
      const log = {
        ...{ accessKeysRead() {}, lastUseNotWritten() {}, ownKeyReplaced() {} },
        accessFileUnreadable: (why: string) => faults.push(why),
      };
      const running = createAccessKeys({
        store: createKeyFile(dataDirectory, log),
        ownKey: accessKey,
        ownKeyFile: file,
        log,
      });
      chmodSync(file, 0o666);
      const theirs = 'a-key-that-somebody-else-wrote';
      writeFileSync(file, theirs);
      await delay(1_500);
      assert.equal(running.identify(`Bearer ${theirs}`), undefined);
      assert.equal(running.identify(`Bearer ${accessKey.reveal()}`)?.id, 'access-key');
      assert.match(faults[0] ?? '', /Other users of this machine may write to .*access-key/);
      await running.stop();
    });
  });

  // With a database, instances.test.ts runs them as programs.
  if (!isInPostgres)
    describe('access, as a program', { timeout: 60_000 }, () => {
      it('loses no key when several run at once', async () => {
        using command = commandHere();
        const { dataDirectory, keys } = command;
        const names = Array.from({ length: 6 }, (_, each) => `n${each}`);
        const runs = await Promise.all(
          names.map((name) => access(dataDirectory, 'add', name, '--grant', '*:ping')),
        );
        assert.deepEqual(
          runs.map(({ code }) => code),
          names.map(() => 0),
        );
        assert.deepEqual((await keys()).map(({ name }) => name).sort(), names);
        const digests = new Set((await keys()).map(({ hash }) => hash));
        for (const { output } of runs) assert(digests.has(hashOf(output.trim())));
        assert.deepEqual(readdirSync(dataDirectory), ['access.json']);
      });

      it('gives one name to one of two that want it at once', async () => {
        using command = commandHere();
        const { dataDirectory, keys } = command;
        const add = () => access(dataDirectory, 'add', 'ada', '--grant', '*:ping');
        const runs = await Promise.all([add(), add()]);
        assert.deepEqual(runs.map(({ code }) => code).sort(), [0, 1]);
        assert.equal((await keys()).length, 1);
      });

      it('tells what can be done, and ends with 1 where it cannot', async () => {
        using command = commandHere();
        const { dataDirectory } = command;
        const [help, wrong] = await Promise.all([access(dataDirectory), access(dataDirectory, 'add', 'ada')]);
        assert.deepEqual([help.code, help.output], [0, '']);
        assert.match(help.words, /add <name> --grant/);
        assert.deepEqual([wrong.code, wrong.output], [1, '']);
      });

      if (!isInPostgres)
        it('says what is wrong with a damaged file, and leaves it as it is', async () => {
          using command = commandHere();
          const { dataDirectory } = command;
          writeFileSync(join(dataDirectory, 'access.json'), '{');
          const { code, words } = await access(dataDirectory, 'add', 'ada', '--grant', '*:*');
          assert.equal(code, 1);
          assert.match(words, /^The access file .*access\.json is damaged: it is not JSON/);
          assert.equal(readFileSync(join(dataDirectory, 'access.json'), 'utf8'), '{');
        });
    });
});
