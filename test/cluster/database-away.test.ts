// What a BFF does while its database cannot be used: it still answers what needs no journal, refuses each write at once, and
// goes on by itself.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { newKey } from '../../server/callers/access-keys.ts';
import { Secret } from '../../server/secret.ts';
import { createDatabase } from '../../server/store/postgres/database.ts';
import { migrate } from '../../server/store/postgres/migrate.ts';
import { failureIn } from '../support/bff/test-bff.ts';
import { type Cluster, type Instance, startCluster } from '../support/cluster/cluster.ts';
import { type Relay, startRelay } from '../support/network/relay.ts';
import { type FaultServer, pong, startFaultServer } from '../support/partner/fault-server.ts';
import { noPostgres } from '../support/postgres/new-database.ts';
import { activityPath, operationPath } from '../support/requests/paths.ts';
import { samples } from '../support/requests/write-samples.ts';
import { until } from '../support/until.ts';

const ping = operationPath('ping', 'sandbox');
const users = operationPath('createUser', 'sandbox');
/** Nobody has it, but it looks like one that was made a moment ago. */
const nobodysKey = newKey({ name: 'nobody', grants: ['*:*'], origin: 'cli', lifetimeMs: null }).key.reveal();
/** Nobody waits for the database longer than a second. A busy machine gets some time on top. */
const boundMs = 2_500;

describe('a BFF whose database', { skip: noPostgres, timeout: 180_000 }, () => {
  const kept = new AsyncDisposableStack();
  let partner: FaultServer;
  let cluster: Cluster;
  let relay: Relay;
  let bff: Instance;
  let other: string;
  let people = 0;

  before(async () => {
    partner = kept.use(await startFaultServer());
    partner.api.always(({ path }) =>
      path === '/ping' ? { body: pong } : { status: 201, body: { user: { userId: 'usr_1' } } },
    );
    cluster = kept.use(
      await startCluster({
        size: 1,
        partners: { sandbox: partner },
        variables: { LOG_LEVEL: 'info' },
        async databaseUrl(_, postgres) {
          relay = kept.use(await startRelay(postgres.port));
          return postgres.url('pearsana_bff').replace(`:${postgres.port}/`, `:${relay.port}/`);
        },
      }),
    );
    bff = cluster.instances[0] ?? assert.fail();
    const headers = { authorization: `Bearer ${nobodysKey}` };
    // Only after the first time does it say that it has read the keys.
    await until('it knows the keys', async () => (await bff.call(ping, { headers })).status === 401);
    const { output, words } = await cluster.command('access', 'add', 'ada', '--grant', 'sandbox:*');
    other = /pbff_[\w-]+/.exec(output)?.[0] ?? assert.fail(words);
    await until('it has read the new key', () => bff.bff.output().includes('its keys are now valid'));
  });
  after(() => kept.disposeAsync());

  async function write() {
    people += 1;
    const begun = performance.now();
    const answer = await bff.call(users, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': `person-${people}` },
      body: JSON.stringify({
        ...samples.createUser.least,
        externalReferences: [{ namespace: 'SIS', externalId: `person-${people}` }],
      }),
    });
    return { answer, tookMs: performance.now() - begun };
  }
  const readiness = async () => JSON.parse((await bff.call('/readyz')).text);

  /** Pings go on with the key in force, writes are refused at once, and it says that it is degraded. */
  async function assertAway({ reads = false } = {}): Promise<void> {
    // A write that was the first to meet the trouble may have arrived, and must then be told as such; this is not the first.
    await write();
    const sent = partner.api.count('/v1/users');
    const written = await Promise.all(Array.from({ length: 30 }, write));
    for (const { answer, tookMs } of written) {
      const { code, outcome } = failureIn(answer);
      assert.deepEqual([answer.status, code, outcome], [503, 'JOURNAL_UNAVAILABLE', 'not_sent']);
      assert(tookMs < boundMs, `a write was kept waiting for ${tookMs} ms`);
    }
    assert.equal(partner.api.count('/v1/users'), sent, 'A write was sent without a record.');
    for (const authorization of [undefined, `Bearer ${other}`]) {
      const begun = performance.now();
      const answer = await bff.call(ping, authorization ? { headers: { authorization } } : {});
      assert.equal(answer.status, 200, answer.text);
      assert(performance.now() - begun < boundMs);
    }
    const read = await bff.call(activityPath('sandbox'));
    assert.equal(read.status, reads ? 200 : 503, read.text);
    // A wrong key cannot be told from one that was made a moment ago: never 401.
    if (!reads) {
      const wrong = await bff.call(ping, { headers: { authorization: `Bearer ${nobodysKey}` } });
      assert.equal(wrong.status, 503, wrong.text);
    }
    await until('it says so', async () => (await readiness()).status === 'degraded');
    assert.deepEqual((await readiness()).reasons, ['JOURNAL_UNAVAILABLE']);
  }

  async function assertHeals(): Promise<void> {
    await until('writes work again', async () => (await write()).answer.status === 201);
    await until('it is ready', async () => (await readiness()).status === 'ready');
    const wrong = await bff.call(ping, { headers: { authorization: `Bearer ${nobodysKey}` } });
    assert.equal(wrong.status, 401, wrong.text);
  }

  it('is stopped', async () => {
    await cluster.postgres.stop();
    await assertAway();
    await cluster.postgres.start();
    await assertHeals();
  });

  it('does not answer any more', async () => {
    relay.behave('stall');
    await assertAway();
    relay.behave('pass');
    await assertHeals();
  });

  const alter = async (...statements: string[]) => {
    for (const statement of statements) await cluster.database.query(statement);
  };

  it('is read-only, as a standby is', async () => {
    await alter('ALTER SYSTEM SET default_transaction_read_only = on', 'SELECT pg_reload_conf()');
    await until('PostgreSQL has read its settings again', async () => (await write()).answer.status === 503);
    await assertAway({ reads: true });
    // Only somebody who asks whether it can write is told.
    for (let asked = 0; asked < 3; asked += 1) {
      await delay(1_100);
      assert.equal((await bff.call(activityPath('sandbox'))).status, 200);
      assert.equal((await readiness()).status, 'degraded');
    }
    const client = new Client({ connectionString: cluster.postgres.url('pearsana_bff') });
    await client.connect();
    await client.query('SET default_transaction_read_only = off');
    await client.query('ALTER SYSTEM RESET default_transaction_read_only');
    await client.query('SELECT pg_reload_conf()');
    await client.end();
    await assertHeals();
  });

  it('has no connection left', async () => {
    const url = cluster.postgres.url('pearsana_bff');
    const clients: Client[] = [];
    const takeAll = async () => {
      for (;;) {
        const client = new Client({ connectionString: url });
        client.on('error', () => {});
        try {
          await client.connect();
        } catch {
          return;
        }
        clients.push(client);
      }
    };
    await takeAll();
    const [first] = clients;
    assert(first);
    // Others may take one that has become free before we do.
    const endOthers = async () => {
      const ours = clients.map((each) => Reflect.get(each, 'processID'));
      const { rowCount } = await first.query(
        // It waits for each end: a connection that ends only after the last question would leave its place to the BFF.
        `SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity
           WHERE backend_type = 'client backend' AND pid <> ALL($1)`,
        [ours],
      );
      return rowCount ?? 0;
    };
    while ((await endOthers()) > 0) await takeAll();
    await assertAway();
    for (const client of clients) await client.end().catch(() => {});
    await assertHeals();
  });

  it('comes back empty: it notices, and refuses writes until somebody has looked', async () => {
    await alter('DROP SCHEMA pearsana_bff CASCADE');
    const fresh = createDatabase(new Secret(cluster.postgres.url('pearsana_bff')));
    await migrate(fresh);
    await fresh.close();
    const { answer } = await write();
    assert.equal(failureIn(answer).code, 'JOURNAL_UNAVAILABLE');
    assert.equal((await bff.call(ping)).status, 200);
    for (let count = 0; count < 3; count += 1)
      assert.equal(failureIn((await write()).answer).code, 'JOURNAL_UNAVAILABLE');
    assert.deepEqual((await readiness()).reasons, ['JOURNAL_UNAVAILABLE']);
    await bff.bff.end();
    await bff.start();
    await assertHeals();
  });
});
