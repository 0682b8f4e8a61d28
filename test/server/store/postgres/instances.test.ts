// Several BFFs that share a database, in this process.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { startPostgres } from '../../../../scripts/cluster/postgres-server.ts';
import { newKey } from '../../../../server/callers/access-keys.ts';
import { Secret } from '../../../../server/secret.ts';
import { moveToDatabase } from '../../../../server/store/move-to-database.ts';
import { createDatabase } from '../../../../server/store/postgres/database.ts';
import { postgresKeys } from '../../../../server/store/postgres/key-rows.ts';
import { migrate } from '../../../../server/store/postgres/migrate.ts';
import { activityAnswer } from '../../../../shared/activity.ts';
import { addKeys } from '../../../support/bff/add-keys.ts';
import { runServerCommand } from '../../../support/bff/server-command.ts';
import { pageHeaders, signIn, startSessionBff } from '../../../support/bff/session-bff.ts';
import { failureIn, startBffWith } from '../../../support/bff/test-bff.ts';
import { invited, startFaultServer } from '../../../support/partner/fault-server.ts';
import { newDatabase, noPostgres } from '../../../support/postgres/new-database.ts';
import { shareDatabase } from '../../../support/postgres/shared-bffs.ts';
import { samples } from '../../../support/requests/write-samples.ts';
import { findSecrets } from '../../../support/secrets/secret-search.ts';
import { startScriptedProvider } from '../../../support/sign-in/scripted-provider.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { until } from '../../../support/until.ts';
import { shortly, write } from '../../journal/write-with-key.ts';

const ping = '/api/environments/sandbox/ping';

describe('BFFs that share a database', { skip: noPostgres }, () => {
  it('send a write once, whichever of them is asked, and know what each of them sent', async () => {
    await using place = await newDatabase();
    await using shared = shareDatabase(place.url);
    await using partner = await startFaultServer();
    await using one = await startBffWith({ sandbox: partner }, shared.variables);
    await using other = await startBffWith({ sandbox: partner }, shared.variables);
    for (let round = 0; round < 5; round += 1) {
      partner.api.next({ status: 201, body: invited, delayMs: 50 });
      const before = partner.api.arrivals.length;
      const key = `round-${round}`;
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, number) => write(number % 2 ? one : other, { key })),
      );
      assert.equal(partner.api.arrivals.length, before + 1);
      const kinds = new Set(answers.map(shortly));
      assert.equal(answers.filter((answer) => shortly(answer) === '201').length, 1, [...kinds].join());
      assert.equal(shortly(await write(other, { key })), '201 replayed');
    }
    const seen = async (bff: typeof one) =>
      activityAnswer.parse((await bff.call('/api/environments/sandbox/activity')).body).activity;
    assert.deepEqual(await seen(one), await seen(other));
  });

  it('know a key that was just added, and refuse a removed one within two seconds', async () => {
    await using place = await newDatabase();
    await using shared = shareDatabase(place.url);
    await using partner = await startFaultServer();
    await using bff = await startBffWith({ sandbox: partner }, shared.variables);
    const keys = postgresKeys(place.database);
    const { key, entry } = newKey({ name: 'ada', grants: ['*:*'], origin: 'cli', lifetimeMs: null });
    const status = async () =>
      (await bff.call('/api/session', { headers: { authorization: `Bearer ${key.reveal()}` } })).status;
    assert.equal(await status(), 401);
    await keys.change((all) => [...all, entry]);
    assert.equal(await status(), 200);
    await keys.change(() => []);
    const end = performance.now() + 2_000;
    while ((await status()) === 200) assert(performance.now() < end, 'It is still let in.');
  });

  it('let a session go on at another one, and end it everywhere', async () => {
    await using place = await newDatabase();
    await using shared = shareDatabase(place.url);
    await using provider = await startScriptedProvider();
    await using partner = await startFaultServer();
    provider.token = { claims: { groups: ['registrars'] } };
    const first = await startSessionBff(provider, { sandbox: partner }, shared.variables);
    await using second = await startSessionBff(provider, { sandbox: partner }, shared.variables);
    const session = await signIn(first, provider);
    const status = async () => (await second.call(ping, { headers: pageHeaders(session) })).status;
    assert.equal(await status(), 200);
    await first.stop();
    assert.equal(await status(), 200, 'It did not survive the BFF that began it.');
    const out = { method: 'POST', headers: pageHeaders(session) };
    assert.equal((await second.call('/auth/logout', out)).status, 204);
    assert.equal(await status(), 401);
  });

  it('keep no secret, name or address in the database', async () => {
    await using place = await newDatabase();
    await using shared = shareDatabase(place.url);
    await using provider = await startScriptedProvider();
    await using partner = await startFaultServer();
    provider.token = { claims: { groups: ['registrars'], email: 'canary-ada@example.edu' } };
    await using bff = await startSessionBff(provider, { sandbox: partner }, shared.variables);
    const session = await signIn(bff, provider);
    const key = `key-${randomBytes(16).toString('hex')}`;
    partner.api.next({ status: 201, body: { user: { userId: 'usr_1', email: 'canary-grace@example.edu' } } });
    const { least } = samples.createUser;
    const person = { firstName: 'Canary-First', lastName: 'Canary-Last', email: 'canary-grace@example.edu' };
    const externalReferences = [{ namespace: 'SIS', externalId: 'S-1' }];
    const request = { ...least, identity: { ...least.identity, ...person }, externalReferences };
    const sentOnce = await write(bff, { name: 'createUser', key, request });
    assert(sentOnce.status < 300, sentOnce.text);
    const secrets = {
      'a session': session,
      'an idempotency key': key,
      'the key of the journal': shared.config.journalKey.reveal(),
      'the owner’s key': bff.accessKey,
      'the client secret': provider.clientSecret,
      'a first name': 'Canary-First',
      'a last name': 'Canary-Last',
      'an address': 'canary-grace@example.edu',
      'an address of who signed in': 'canary-ada@example.edu',
    };
    const tables = await place.database.query<{ name: string }>(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'pearsana_bff'",
    );
    assert(tables.length > 10);
    let all = '';
    for (const { name } of tables) {
      const rows = await place.database.query<{ text: string }>(
        `SELECT row_to_json(t)::text AS text FROM pearsana_bff.${name} t`,
      );
      all += rows.map(({ text }) => text).join('\n');
    }
    assert.match(all, /S-1/);
    assert.deepEqual(findSecrets(secrets, all), []);
  });
});

describe('a BFF whose database goes away', { skip: noPostgres }, () => {
  it('goes on with reads and known keys, refuses writes, never says 401, and heals', {
    timeout: 60_000,
  }, async () => {
    await using postgres = await startPostgres();
    await postgres.create('bff');
    const url = new Secret(postgres.url('bff'));
    await using shared = shareDatabase(url);
    const database = createDatabase(url);
    await migrate(database);
    const { key, entry } = newKey({ name: 'ada', grants: ['*:*'], origin: 'cli', lifetimeMs: null });
    const made = newKey({ name: 'grace', grants: ['*:*'], origin: 'cli', lifetimeMs: null });
    await postgresKeys(database).change(() => [entry, made.entry]);
    await database.close();
    await using partner = await startFaultServer();
    await using bff = await startBffWith({ sandbox: partner }, shared.variables);
    const headers = { authorization: `Bearer ${key.reveal()}` };
    const readiness = async (at = bff) => {
      const { status, body } = await at.call('/readyz', { headers: { authorization: '' } });
      return [status, body];
    };
    await until('it is ready', async () => (await readiness())[0] === 200);
    assert.equal((await bff.call(ping, { headers })).status, 200);

    await postgres.stop();
    assert.equal((await bff.call(ping, { headers })).status, 200);
    const begun = performance.now();
    assert.equal(shortly(await write(bff, { key: 'a' })), '503 JOURNAL_UNAVAILABLE not_sent retryable');
    assert(performance.now() - begun < 3_000);
    assert.equal(partner.api.arrivals.filter(({ method }) => method === 'POST').length, 0);
    await until('it says so', async () => {
      const [status, body] = await readiness();
      return status === 200 && JSON.stringify(body).includes('JOURNAL_UNAVAILABLE');
    });
    // Nobody can say that it is wrong.
    const unknown = newKey({ name: 'x', grants: ['*:*'], origin: 'cli', lifetimeMs: null }).key.reveal();
    const refused = await bff.call(ping, { headers: { authorization: `Bearer ${unknown}` } });
    assert.deepEqual([refused.status, failureIn(refused).code], [503, 'BUSY']);

    await using late = await startBffWith({ sandbox: partner }, shared.variables);
    assert.deepEqual(await readiness(late), [503, { status: 'starting' }]);
    const early = await late.call(ping, { headers });
    assert.deepEqual([early.status, failureIn(early).code], [503, 'BUSY']);

    await postgres.start();
    await until('writes go out', async () => {
      partner.api.next({ status: 201, body: invited });
      return (await write(bff, { key: 'b' })).status === 201;
    });
    await until(
      'the late one knows its callers',
      async () => (await late.call(ping, { headers })).status === 200,
    );
    await until('it is ready again', async () => JSON.stringify(await readiness()).includes('"ready"'));
  });

  it('does not start on a database without tables, nor with another key, and says what to do', async () => {
    await using place = await newDatabase();
    await using shared = shareDatabase(place.url);
    await using partner = await startFaultServer();
    await (await startBffWith({ sandbox: partner }, shared.variables)).stop();
    await using other = shareDatabase(place.url);
    await assert.rejects(
      startBffWith({ sandbox: partner }, other.variables),
      /BFF_JOURNAL_KEY_FILE does not belong/,
    );
    await using postgres = await startPostgres();
    await using fresh = shareDatabase(new Secret(postgres.url()));
    await assert.rejects(
      startBffWith({ sandbox: partner }, fresh.variables),
      /has no tables of the BFF yet\. Run .*migrate/,
    );
  });
});

describe('a BFF that starts again', { skip: noPostgres }, () => {
  it('notices that the database is another one, empty or not, until it is told to go on with that', async () => {
    await using place = await newDatabase();
    await using shared = shareDatabase(place.url);
    await using partner = await startFaultServer();
    using folder = temporaryFolder();
    const start = () =>
      startBffWith({ sandbox: partner }, { ...shared.variables, BFF_DATA_DIR: folder.path });
    const first = await start();
    partner.api.next({ status: 201, body: invited });
    assert.equal(shortly(await write(first, { key: 'a' })), '201');
    await first.stop();
    // As after a restart with the same database.
    await (await start()).stop();
    const known = readFileSync(join(folder.path, 'journal-name'), 'utf8').trim();
    assert.match(known, /^jrn_[0-9a-f]{32}$/);

    for (const table of ['writes', 'journal'])
      await place.database.query(`DELETE FROM pearsana_bff.${table}`);
    const refused = new RegExp(`has no journal yet, and not the one that this BFF has used \\(${known}\\)`);
    await assert.rejects(start(), refused);
    const check = ['--check'];
    const variables = {
      ...shared.variables,
      PEARSANA_SANDBOX_CLIENT_ID: 'x',
      PEARSANA_SANDBOX_CLIENT_SECRET: 'y',
    };
    const checked = await runServerCommand(folder.path, check, variables);
    assert.match(checked.output, refused);
    assert.equal(checked.code, 1);
    assert.match((await runServerCommand(folder.path, ['journal', 'list'], shared.variables)).words, refused);
    assert.deepEqual(await place.database.query('SELECT FROM pearsana_bff.journal'), []);

    // Another BFF, which has used none, goes on with it, and makes it another journal.
    await (await startBffWith({ sandbox: partner }, shared.variables)).stop();
    await assert.rejects(
      start(),
      /has another journal than the one that this BFF has used .* remove .*journal-name at every BFF/,
    );
    rmSync(join(folder.path, 'journal-name'));
    await using last = await start();
    partner.api.next({ status: 201, body: invited });
    assert.equal(shortly(await write(last, { key: 'a' })), '201');
    assert.notEqual(readFileSync(join(folder.path, 'journal-name'), 'utf8').trim(), known);
  });

  it('notices that the database was restored from a backup, until it is told to go on with that', async () => {
    await using place = await newDatabase();
    await using shared = shareDatabase(place.url);
    await using partner = await startFaultServer();
    partner.api.always({ status: 201, body: invited });
    using folder = temporaryFolder();
    using others = temporaryFolder();
    const startIn = (directory: string) =>
      startBffWith({ sandbox: partner }, { ...shared.variables, BFF_DATA_DIR: directory });
    const file = join(folder.path, 'journal-last-write');
    await using first = await startIn(folder.path);
    for (const key of ['kept', 'lost']) assert.equal(shortly(await write(first, { key })), '201');
    const [newest] = await place.database.query<{ id: number }>(
      'SELECT max(id) AS id FROM pearsana_bff.writes',
    );
    const last = newest?.id ?? 0;
    await until('it is noted', () => existsSync(file) && readFileSync(file, 'utf8').includes(` ${last} 20`));
    await first.stop();
    // As after any restart.
    await (await startIn(folder.path)).stop();

    await place.database.query('DELETE FROM pearsana_bff.writes WHERE id = $1', [last]);
    // As in a backup, which keeps the sequence too: the number is given again.
    await place.database.query("SELECT setval(pg_get_serial_sequence('pearsana_bff.writes', 'id'), $1)", [
      last - 1,
    ]);
    const refused =
      /lacks writes: it ends with a write of 20\S+Z, but this BFF made one at 20.* remove .*journal-name/;
    await assert.rejects(startIn(folder.path), refused);
    // Another BFF, which has made none, writes one with the same number meanwhile.
    await using other = await startIn(others.path);
    assert.equal(shortly(await write(other, { key: 'new' })), '201');
    await other.stop();
    await assert.rejects(startIn(folder.path), refused);
    const checked = await runServerCommand(folder.path, ['--check'], {
      ...{ ...shared.variables, PEARSANA_SANDBOX_CLIENT_ID: 'x', PEARSANA_SANDBOX_CLIENT_SECRET: 'y' },
    });
    assert.deepEqual([checked.code, refused.test(checked.output)], [1, true], checked.output);
    const listed = await runServerCommand(
      folder.path,
      ['journal', 'list', '--state', 'all'],
      shared.variables,
    );
    assert.equal(listed.output.match(/succeeded/g)?.length, 2, listed.words);

    rmSync(join(folder.path, 'journal-name'));
    await (await startIn(folder.path)).stop();
    await using again = await startIn(folder.path);
    assert.equal(shortly(await write(again, { key: 'kept' })), '201 replayed');
    assert.equal(shortly(await write(again, { key: 'lost' })), '201');
  });

  it('says so where it cannot keep which journal it uses, and works', async () => {
    await using place = await newDatabase();
    await using shared = shareDatabase(place.url);
    await using partner = await startFaultServer();
    using folder = temporaryFolder();
    const file = join(folder.path, 'a-file');
    writeFileSync(file, '');
    await using bff = await startBffWith(
      { sandbox: partner },
      { ...shared.variables, BFF_DATA_DIR: join(file, 'data') },
    );
    partner.api.next({ status: 201, body: invited });
    assert.equal(shortly(await write(bff, { key: 'a' })), '201');
    assert(bff.logLines.some((line) => line.includes('would not notice another database')));
  });
});

describe('a BFF whose database gets a new password', { skip: noPostgres, timeout: 60_000 }, () => {
  it('uses it for new connections within a second or so, without a restart', async () => {
    await using postgres = await startPostgres();
    await using stack = new AsyncDisposableStack();
    const admin = stack.adopt(createDatabase(new Secret(postgres.url())), (each) => each.close());
    const [settings] = await admin.query<{ hba_file: string }>(
      "SELECT current_setting('hba_file') AS hba_file",
    );
    const lines = ['host all app 127.0.0.1/32 scram-sha-256', 'host all all 127.0.0.1/32 trust'];
    await admin.query(`COPY (SELECT unnest(ARRAY['${lines.join("', '")}'])) TO '${settings?.hba_file}'`);
    await admin.query('SELECT pg_reload_conf()');
    await admin.query("CREATE ROLE app LOGIN PASSWORD 'canary-one'");
    await admin.query('CREATE DATABASE app OWNER app');
    const urlWith = (password: string) => `postgres://app:${password}@127.0.0.1:${postgres.port}/app`;
    await using shared = shareDatabase(new Secret(urlWith('canary-one')));
    using folder = temporaryFolder();
    const file = join(folder.path, 'database-url');
    writeFileSync(file, urlWith('canary-one'), { mode: 0o600 });
    const { BFF_DATABASE_URL: _, ...rest } = shared.variables;
    const variables = { ...rest, BFF_DATABASE_URL_FILE: file };
    assert.match((await runServerCommand(folder.path, ['migrate'], variables)).words, /^Made the tables/);
    await using partner = await startFaultServer();
    await using bff = await startBffWith({ sandbox: partner }, variables);
    partner.api.always({ status: 201, body: invited });
    assert.equal(shortly(await write(bff, { key: 'before' })), '201');

    await admin.query("ALTER ROLE app PASSWORD 'canary-two'");
    // While somebody writes the file, it is empty, or holds something else.
    writeFileSync(file, 'canary-nonsense');
    await until('it says so', () =>
      bff.logLines.some((line) => line.includes('the old URL is still in use')),
    );
    writeFileSync(file, urlWith('canary-two'));
    await until('it says so', () =>
      bff.logLines.some((line) => line.includes('URL of the database was replaced')),
    );
    await admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'");
    await until('it writes again', async () => (await write(bff, { key: 'after' })).status === 201);
    assert.doesNotMatch(bff.logLines.join('\n'), /canary/);
  });
});

describe('the commands, with a database', { skip: noPostgres, timeout: 60_000 }, () => {
  it('make the tables, manage keys, and list and resolve writes', async () => {
    await using postgres = await startPostgres();
    await using shared = shareDatabase(new Secret(postgres.url()));
    using folder = temporaryFolder();
    const run = (...args: string[]) => runServerCommand(folder.path, args, shared.variables);
    assert.match((await run('access', 'list')).words, /has no tables of the BFF yet/);
    assert.match((await run('migrate')).words, /^Made the tables/);
    assert.match((await run('migrate')).words, /has its tables already/);
    const added = await run('access', 'add', 'ada', '--grant', 'sandbox:*', '--force');
    assert.equal(added.code, 0, added.words);
    assert.match(added.words, /valid at every BFF that uses the database/);
    assert.match((await run('access', 'list')).output, /ada/);
    await using partner = await startFaultServer();
    await using bff = await startBffWith({ sandbox: partner }, shared.variables);
    partner.api.next({ fault: 'reset-after-body' });
    const headers = { authorization: `Bearer ${added.output.trim()}` };
    assert.equal(
      shortly(await write(bff, { key: 'a', headers })),
      '502 PARTNER_UNREACHABLE unknown retryable',
    );
    const listed = await run('journal', 'list', '--json');
    const [id] = [JSON.parse(listed.output).id];
    assert.match((await run('journal', 'resolve', String(id), '--happened')).words, /^Recorded/);
    assert.equal(shortly(await write(bff, { key: 'a', headers })), '409 OUTCOME_KNOWN');
    assert.match((await run('journal', 'backup', 'x')).words, /pg_dump/);
  });

  it('move a data directory into the database, once, with everything that it knows', async () => {
    await using place = await newDatabase();
    using folder = temporaryFolder();
    await using partner = await startFaultServer();
    const { ada } = await addKeys(folder.path, { ada: ['*:*'] });
    const headers = { authorization: `Bearer ${ada}` };
    const local = await startBffWith({ sandbox: partner }, { BFF_DATA_DIR: folder.path });
    partner.api.next({ status: 201, body: invited }, { fault: 'reset-after-body' });
    await write(local, { key: 'done', headers });
    await write(local, { key: 'unknown', headers });
    await using wrong = shareDatabase(place.url);
    await assert.rejects(moveToDatabase(folder.path, wrong.config), /is in use|uses .* at this moment/);
    await local.stop();
    await assert.rejects(moveToDatabase(folder.path, wrong.config), /must be a copy of .*journal-key/);
    await using shared = shareDatabase(place.url, readFileSync(join(folder.path, 'journal-key')));
    assert.match(
      await moveToDatabase(folder.path, shared.config),
      /^Moved 2 writes, 0 imports and 1 access keys/,
    );
    assert(!existsSync(join(folder.path, 'journal.sqlite')));
    const app = { PEARSANA_SANDBOX_CLIENT_ID: 'x', PEARSANA_SANDBOX_CLIENT_SECRET: 'y' };
    const checked = await runServerCommand(folder.path, ['--check'], app);
    assert.match(checked.output, /was moved into a database .* Set BFF_DATABASE_URL/);
    assert.equal(checked.code, 1);
    copyFileSync(join(folder.path, 'journal.sqlite.moved'), join(folder.path, 'journal.sqlite'));
    await assert.rejects(moveToDatabase(folder.path, shared.config), /already\. Nothing was moved/);
    await using bff = await startBffWith({ sandbox: partner }, shared.variables);
    assert.equal(shortly(await write(bff, { key: 'done', headers })), '201 replayed');
    assert.equal(shortly(await write(bff, { key: 'unknown', headers })), '409 OUTCOME_UNKNOWN unknown');
    partner.api.next({ status: 201, body: invited });
    assert.equal(shortly(await write(bff, { key: 'new', headers })), '201');
  });
});
