import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { DatabaseSync } from '../../../server/files/sqlite.ts';
import { runJournalCommand } from '../../../server/journal/journal-command.ts';
import { backUpJournal } from '../../../server/store/local/back-up-journal.ts';
import { createSqliteStore } from '../../../server/store/local/sqlite-store.ts';
import { activityAnswer } from '../../../shared/activity.ts';
import { addKeys } from '../../support/bff/add-keys.ts';
import { runServerCommand } from '../../support/bff/server-command.ts';
import { startBffWith } from '../../support/bff/test-bff.ts';
import { isInPostgres, journalPlaceOf } from '../../support/bff/test-store.ts';
import { invited, startFaultServer } from '../../support/partner/fault-server.ts';
import { samples } from '../../support/requests/write-samples.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { until } from '../../support/until.ts';
import { intent, sent } from './store-suite.ts';
import { shortly, write } from './write-with-key.ts';

/** The command at a data directory. */
function commandAt(directory: string) {
  return async (line: string | readonly string[]) => {
    const output: string[] = [];
    const words: string[] = [];
    const ok = await runJournalCommand({
      args: typeof line === 'string' ? line.split(' ').filter(Boolean) : line,
      place: await journalPlaceOf(directory),
      operator: 'operator (root)',
      toOutput: (text) => output.push(text),
      say: (text) => words.push(text),
    });
    return { ok, output: output.join('\n'), words: words.join('\n') };
  };
}

describe('the command journal', () => {
  it('lists the unresolved writes of all callers and environments beside a running BFF, and resolves them', async () => {
    using folder = temporaryFolder();
    const run = commandAt(folder.path);
    const { ada, grace } = await addKeys(folder.path, { ada: ['*:*'], grace: ['sandbox:createInvitation'] });
    await using partner = await startFaultServer();
    await using bff = await startBffWith(
      { sandbox: partner, production: partner },
      { BFF_DATA_DIR: folder.path },
    );
    const send = (caller: string, key: string, environment: string) => {
      const headers = { authorization: `Bearer ${caller}`, 'x-confirm-environment': environment };
      return write(bff, { key, environment, headers, request: samples.createInvitation.least });
    };
    assert.deepEqual((await run('list')).words, 'No write has an unknown outcome.');
    for (const [caller, key, environment] of [
      [ada, 'first', 'sandbox'],
      [grace, 'second', 'sandbox'],
      [ada, 'third', 'production'],
    ] as const) {
      partner.api.next({ fault: 'reset-after-body' });
      await send(caller, key, environment);
    }
    partner.api.next({ status: 201, body: invited });
    await send(ada, 'known', 'sandbox');

    const rows = async (line = 'list') => {
      const { output } = await run(line);
      return output.split('\n').map((row) => row.split(/\s{2,}/));
    };
    const [head, ...listed] = await rows();
    assert.deepEqual(head?.slice(0, 5), ['ID', 'STARTED (UTC)', 'ENVIRONMENT', 'OPERATION', 'CALLER']);
    assert.deepEqual(
      listed.map((row) => [row[0], ...row.slice(2, 5), row[7]]),
      [
        ['3', 'production', 'createInvitation', 'ada', 'PARTNER_UNREACHABLE'],
        ['2', 'sandbox', 'createInvitation', 'grace', 'PARTNER_UNREACHABLE'],
        ['1', 'sandbox', 'createInvitation', 'ada', 'PARTNER_UNREACHABLE'],
      ],
    );
    assert.deepEqual(
      (await rows('list --environment production')).slice(1).map(([id]) => id),
      ['3'],
    );

    // Who did what, and what failed? Each filter alone, and all of them.
    const ids = async (line: string) => (await rows(line)).slice(1).map(([id]) => id);
    assert.deepEqual(await ids('list --state all'), ['3', '2', '1', '4']);
    assert.deepEqual(await ids('list --caller grace'), ['2']);
    assert.deepEqual(await ids('list --state succeeded --since 1h'), ['4']);
    assert.deepEqual(await ids('list --state succeeded --until 1h'), []);
    assert.deepEqual(
      await ids(`list --since ${new Date(Date.now() + 60_000).toISOString().slice(0, 16)}`),
      [],
    );
    const asJson = (await run('list --state succeeded --environment sandbox --json')).output.split('\n');
    const [{ id, caller, environment, state, startedAt } = {}, ...others] = asJson.map(
      (line): Record<string, unknown> => JSON.parse(line),
    );
    assert.deepEqual(
      [id, caller, environment, state, others.length],
      ['4', 'ada', 'sandbox', 'succeeded', 0],
    );
    const [entry] = activityAnswer.parse(
      (await bff.call('/api/environments/sandbox/activity')).body,
    ).activity;
    const [reference] = entry?.externalReferences ?? [];
    const person = `${reference?.namespace} ${reference?.externalId}`;
    const found = await run(['list', '--person', person, '--since', String(startedAt).slice(0, 16)]);
    assert.match(found.output, /^4 +/m);

    const happened = await run('resolve 2 --happened');
    assert(happened.ok);
    assert.match(happened.words, /createInvitation in sandbox, sent by grace, happened/);
    assert.equal(shortly(await send(grace, 'second', 'sandbox')), '409 OUTCOME_KNOWN');
    assert((await run('resolve 1 --did-not-happen')).ok);
    partner.api.next({ status: 201, body: invited });
    assert.equal(shortly(await send(ada, 'first', 'sandbox')), '201');
    const { body } = await bff.call('/api/environments/sandbox/activity');
    const resolved = activityAnswer.parse(body).activity.find(({ id }) => id === '2')?.resolved;
    assert.deepEqual([resolved?.happened, resolved?.by], [true, 'operator (root)']);
    assert.deepEqual(
      (await rows()).slice(1).map(([id]) => id),
      ['3'],
    );

    assert((await run('resolve 2 --happened')).ok);
    assert.match((await run('resolve 2 --did-not-happen')).words, /known already. It is succeeded/);
    partner.api.next({ status: 201, body: invited, delayMs: 300 });
    const before = partner.api.count('/v1/invitations');
    const flying = send(ada, 'flying', 'sandbox');
    await until('it arrives', () => partner.api.count('/v1/invitations') > before);
    assert.deepEqual(
      (await rows()).slice(1).map(([id]) => id),
      ['3'],
    );
    assert.match((await run('resolve 6 --happened')).words, /is being sent right now/);
    assert.equal(shortly(await flying), '201');
  });

  if (!isInPostgres)
    it('backs up all that was written, beside a running BFF, and a BFF goes on from the copy once somebody has looked', async () => {
      using folder = temporaryFolder();
      using other = temporaryFolder();
      const backup = join(other.path, 'backup');
      await using partner = await startFaultServer();
      const bff = await startBffWith({ sandbox: partner }, { BFF_DATA_DIR: folder.path });
      partner.api.next({ fault: 'reset-after-body' });
      await write(bff, { key: 'first', request: samples.createInvitation.least });
      const { ok, words } = await commandAt(folder.path)(`backup ${backup}`);
      assert(ok, words);
      assert.match((await commandAt(folder.path)(`backup ${backup}`)).words, /has files in it/);
      assert.match(
        (await commandAt(folder.path)('backup /dev/null/backup')).words,
        /cannot be made \(ENOTDIR\)\. Name one that the BFF’s user may write to/,
      );
      for (const name of readdirSync(backup))
        assert.equal(statSync(join(backup, name)).mode & 0o077, 0, name);
      await bff.stop();
      const start = () => startBffWith({ sandbox: partner }, { BFF_DATA_DIR: backup });
      const note = join(backup, 'journal-copied-at');
      const refused = /was restored from a backup of 20\S+Z\. .* Then remove .*journal-copied-at/;
      await assert.rejects(start(), refused);
      const checked = await runServerCommand(backup, ['--check'], {
        ...{ PEARSANA_SANDBOX_CLIENT_ID: 'x', PEARSANA_SANDBOX_CLIENT_SECRET: 'y' },
      });
      assert.deepEqual([checked.code, refused.test(checked.output)], [1, true], checked.output);
      // What it holds can be read all the same.
      assert.match((await commandAt(backup)('list')).output, /unknown/);
      rmSync(note);
      await using again = await start();
      const arrived = partner.api.count('/v1/invitations');
      assert.equal(
        shortly(await write(again, { key: 'first', request: samples.createInvitation.least })),
        '409 OUTCOME_UNKNOWN unknown',
      );
      assert.equal(partner.api.count('/v1/invitations'), arrived);
    });

  it('lets nobody else read a backup while it is written, or one that was cut short', async () => {
    using folder = temporaryFolder();
    using other = temporaryFolder();
    const path = join(folder.path, 'journal.sqlite');
    const database = new DatabaseSync(path);
    database.exec('CREATE TABLE pages (text)');
    const insert = database.prepare('INSERT INTO pages VALUES (?)');
    for (let row = 0; row < 50; row += 1) insert.run('x'.repeat(3_000));
    database.close();
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(255, 4_096 * 2, 4_096 * 10));
    assert.throws(() => backUpJournal(folder.path, other.path), /malformed/);
    assert.equal(statSync(join(other.path, 'journal.sqlite')).mode & 0o077, 0);
  });

  if (!isInPostgres)
    it('moves no cursor by what a caller has written', async () => {
      using folder = temporaryFolder();
      const store = createSqliteStore({ directory: folder.path });
      const references = [{ namespace: 'SIS', externalId: 'a\u001b[2Jb\nc' }];
      await store.end(sent(await store.claim({ ...intent, references })), { state: 'unknown' });
      await store.close();
      const { output } = await commandAt(folder.path)('list');
      assert.match(output, /SIS a\?\[2Jb\?c/);
    });

  for (const [line, words] of [
    ['resolve', /An id is missing/],
    ['resolve 1', /--happened or --did-not-happen/],
    ['resolve 1 --happened --did-not-happen', /--happened or --did-not-happen/],
    ['resolve x --happened', /An id is a number/],
    ['resolve 1 2 --happened', /Too many arguments/],
    ['resolve 77 --happened', /No write has the id 77/],
    ['list 1', /Too many arguments/],
    ['list --wrong', /--wrong/],
    ['list --state lost', /--state takes one of in_flight, succeeded/],
    ['list --person SIS', /--person takes a namespace and an external ID/],
    ['list --since yesterday', /--since takes a time in UTC/],
    ['list --until 2026-13-01', /--until takes a time in UTC/],
    ['backup', /Name a new folder/],
    ['other', /Use list, resolve or backup/],
  ] as const) {
    it(`says what is wrong with “${line}”`, async () => {
      using folder = temporaryFolder();
      const store = createSqliteStore({ directory: folder.path });
      await store.open();
      await store.close();
      const { ok, words: said } = await commandAt(folder.path)(line);
      assert.equal(ok, false);
      assert.match(said, words);
    });
  }

  if (!isInPostgres)
    it('makes no journal where there is none, and shows what can be done', async () => {
      using folder = temporaryFolder();
      const { code, output, words } = await runServerCommand(folder.path, ['journal', 'list']);
      assert.deepEqual([code, output], [1, '']);
      assert.match(words, /There is no journal in/);
      assert.deepEqual(readdirSync(folder.path), []);
      assert.match((await runServerCommand(folder.path, ['journal'])).words, /resolve <id> --happened/);
    });

  if (!isInPostgres)
    it('says what is wrong with a journal that cannot be used', async () => {
      using folder = temporaryFolder();
      mkdirSync(join(folder.path, 'data'));
      writeFileSync(join(folder.path, 'data', 'journal.sqlite'), 'something else '.repeat(1_000));
      const { ok, words } = await commandAt(join(folder.path, 'data'))('list');
      assert.equal(ok, false);
      assert.match(words, /journal\.sqlite is damaged/);
    });
});
