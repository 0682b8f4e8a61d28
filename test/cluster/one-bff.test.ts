// Three BFFs on one PostgreSQL are one BFF: what one of them was told, all of them know.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { importAnswer } from '../../shared/import-record.ts';
import { windowKeyAnswer } from '../../shared/sign-in.ts';
import { sessionVariables } from '../support/bff/session-bff.ts';
import { type Answer, failureIn, type TestBff } from '../support/bff/test-bff.ts';
import { accessKey, type Cluster, type Instance, startCluster } from '../support/cluster/cluster.ts';
import {
  type Arrived,
  type FaultServer,
  invited,
  pong,
  startFaultServer,
} from '../support/partner/fault-server.ts';
import { noPostgres } from '../support/postgres/new-database.ts';
import { operationPath } from '../support/requests/paths.ts';
import { findSecrets } from '../support/secrets/secret-search.ts';
import { type ScriptedProvider, startScriptedProvider } from '../support/sign-in/scripted-provider.ts';
import { windowOf } from '../support/sign-in/window.ts';

type Reference = { namespace: string; externalId: string };

const invitations = operationPath('createInvitation', 'sandbox');
const imports = '/api/environments/sandbox/imports';
const ping = operationPath('ping', 'sandbox');
const rounds = 20;
const secret = 'a-client-secret-that-nobody-may-see';
const email = 'canary-person@example.edu';
const firstName = 'Canaryfirstname';

const invitationOf = (references: readonly Reference[]) => ({
  ...{ email, identity: { firstName, lastName: 'Lovelace' } },
  externalReferences: references,
});
const sis = (id: string): Reference => ({ namespace: 'SIS', externalId: id });

const post = (at: Pick<TestBff, 'call'>, path: string, body: unknown, headers: Record<string, string> = {}) =>
  at.call(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

describe('three BFFs on one PostgreSQL are one', { skip: noPostgres, timeout: 120_000 }, () => {
  const kept = new AsyncDisposableStack();
  let partner: FaultServer;
  let provider: ScriptedProvider;
  let cluster: Cluster;
  /** How often each person arrived at Pearsana. */
  let arrivals: Map<string, number>;
  const secrets: Record<string, string> = {};

  before(async () => {
    partner = kept.use(await startFaultServer());
    provider = kept.use(await startScriptedProvider());
    provider.token = { claims: { groups: ['registrars'] } };
    arrivals = new Map();
    partner.api.always(({ path, body }: Arrived) => {
      if (path !== '/v1/invitations') return { body: pong };
      for (const { namespace, externalId } of JSON.parse(body).externalReferences) {
        const person = `${namespace} ${externalId}`;
        arrivals.set(person, (arrivals.get(person) ?? 0) + 1);
      }
      return { status: 201, body: invited, delayMs: 5 };
    });
    cluster = kept.use(
      await startCluster({
        partners: { sandbox: { ...partner, clientSecret: secret } },
        variables: sessionVariables(provider),
      }),
    );
  });
  after(() => kept.disposeAsync());

  const instance = (number: number): Instance =>
    cluster.instances[number % cluster.instances.length] ?? assert.fail('There is no instance.');

  /** Adds a key as an operator does. */
  async function addKey(name: string): Promise<string> {
    const { output, words } = await cluster.command('access', 'add', name, '--grant', 'sandbox:*');
    const key = /pbff_[\w-]+/.exec(output)?.[0];
    assert(key, words);
    secrets[`the key of ${name}`] = key;
    return key;
  }

  const announce = async (at: Instance, rows: number, headers: Record<string, string> = {}) => {
    const announced = { operation: 'createInvitation', rows, digest: 'd'.repeat(64), again: false };
    const answer = await post(at, imports, announced, headers);
    assert(answer.status < 300, answer.text);
    return importAnswer.parse(answer.body).import.id;
  };

  /** Sends a row, and again if it is told to wait, or that the journal was too busy to send it. */
  async function sendRow(
    at: Instance,
    id: string,
    references: Reference[],
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    for (;;) {
      const answer = await post(at, invitations, invitationOf(references), {
        ...{ 'x-pearsana-import': id, 'idempotency-key': `row-${id}-${references[0]?.externalId}` },
        ...headers,
      });
      // Like an import, it asks again wherever the answer says so: the claim of a row that was told not to be sent may still end.
      if (answer.headers.get('retry-after') === null && answer.status !== 503) return answer;
      await delay(50);
    }
  }

  it(`send one of a hundred equal requests, ${rounds} times`, async () => {
    for (let round = 0; round < rounds; round += 1) {
      const id = `equal-${round}`;
      secrets[`the idempotency key ${round}`] = `a-key-of-round-${round}`;
      const headers = { 'idempotency-key': `a-key-of-round-${round}` };
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, index) =>
          post(instance(index), invitations, invitationOf([sis(id)]), headers),
        ),
      );
      assert.equal(arrivals.get(`SIS ${id}`), 1);
      // On a busy machine, some wait too long for the one that is ahead of them: then they were not sent, and are told so.
      for (const answer of answers.filter(({ status }) => status !== 201))
        assert.match(failureIn(answer).code, /^(IDEMPOTENCY_IN_PROGRESS|JOURNAL_UNAVAILABLE)$/);
      assert(answers.some(({ status }) => status === 201));
    }
  });

  it('import a roster through two of them at once, with two references a person in opposite order, and reach nobody twice', async () => {
    const callers = [`Bearer ${accessKey}`, `Bearer ${await addKey('grace')}`];
    const people = 150;
    const ids = await Promise.all(
      callers.map((authorization, index) => announce(instance(index), people, { authorization })),
    );
    const answers = await Promise.all(
      Array.from({ length: people }, (_, number) => {
        const references = [sis(`both-${number}`), { namespace: 'CRM', externalId: `both-${number}` }];
        return callers.map((authorization, index) =>
          sendRow(instance(index), ids[index] ?? '', index === 0 ? references : references.toReversed(), {
            authorization,
          }),
        );
      }).flat(),
    );
    for (let number = 0; number < people; number += 1)
      for (const namespace of ['SIS', 'CRM'])
        assert.equal(arrivals.get(`${namespace} both-${number}`), 1, `${namespace} both-${number}`);
    const codes = new Set(
      answers.filter(({ status }) => status !== 201).map((answer) => failureIn(answer).code),
    );
    assert.deepEqual([...codes], ['ALREADY_KNOWN']);
  });

  it('send no more rows of an import than were confirmed, through whichever of them they come', async () => {
    const id = await announce(instance(0), 20);
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) => sendRow(instance(index), id, [sis(`cap-${index}`)])),
    );
    const sent = [...arrivals.keys()].filter((person) => person.startsWith('SIS cap-'));
    assert.equal(sent.length, 20);
    assert.equal(answers.filter(({ status }) => status === 201).length, 20);
    for (const answer of answers.filter(({ status }) => status !== 201))
      assert.equal(failureIn(answer).code, 'IMPORT_FULL');
  });

  it('send no row of an import that one of them was told to stop', async () => {
    const id = await announce(instance(0), 20);
    assert.equal((await sendRow(instance(1), id, [sis('stop-0')])).status, 201);
    assert.equal((await post(instance(2), `${imports}/${id}/stop`, {})).status, 200);
    for (let index = 0; index < 3; index += 1) {
      const refused = await sendRow(instance(index), id, [sis(`stop-${index + 1}`)]);
      assert.equal(failureIn(refused).code, 'IMPORT_STOPPED');
    }
    assert.equal([...arrivals.keys()].filter((person) => person.startsWith('SIS stop-')).length, 1);
  });

  it('redeem the code of a window once, and know its key at once', async () => {
    for (let round = 0; round < 3; round += 1) {
      // The sign-in goes to whichever is next, as behind a balancer.
      let turn = round;
      const call: TestBff['call'] = (path, init) => {
        turn += 1;
        return instance(turn).call(path, init);
      };
      const { code, verifier } = await windowOf({ call }, provider).allowed();
      const answers = await Promise.all(
        Array.from({ length: 9 }, (_, index) =>
          post(instance(index), '/auth/vscode/token', { code, verifier }, { authorization: '' }),
        ),
      );
      const good = answers.filter(({ status }) => status === 200);
      assert.equal(good.length, 1, answers.map(({ status }) => status).join(' '));
      const key = windowKeyAnswer.parse(good[0]?.body).accessKey;
      Object.assign(secrets, { [`the code ${round}`]: code, [`the key of window ${round}`]: key });
      for (const each of cluster.instances)
        assert.equal((await each.call(ping, { headers: { authorization: `Bearer ${key}` } })).status, 200);
    }
  });

  it('know a key as soon as it was added, and refuse it within two seconds of its removal', async () => {
    const authorization = `Bearer ${await addKey('ada')}`;
    for (const each of cluster.instances)
      assert.equal((await each.call(ping, { headers: { authorization } })).status, 200);
    const { code, words } = await cluster.command('access', 'remove', 'ada');
    assert.equal(code, 0, words);
    await delay(2_000);
    for (const each of cluster.instances)
      assert.equal((await each.call(ping, { headers: { authorization } })).status, 401);
  });

  it('leave no secret, key, token, name or e-mail in the database', async () => {
    const { database } = cluster;
    const tables = await database.query<{ name: string }>(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'pearsana_bff'",
    );
    const texts: string[] = [];
    const filled: string[] = [];
    for (const { name } of tables) {
      const rows = await database.query<{ row: string }>(`SELECT t::text AS row FROM pearsana_bff.${name} t`);
      if (rows.length > 0) filled.push(name);
      texts.push(...rows.map(({ row }) => row));
    }
    for (const name of ['writes', 'persons', 'imports', 'access_keys', 'handles', 'instances'])
      assert(filled.includes(name), `${name} is empty, so nothing was searched there.`);
    const tokens = partner.api.arrivals.map(({ headers }) => headers.authorization?.replace('Bearer ', ''));
    const token = tokens.find((each) => each !== undefined) ?? assert.fail('There was no token.');
    const issued = provider.issued.map((each, index) => [`of the provider, ${index}`, each]);
    const wanted = {
      ...{ 'the client secret': secret, 'the access key': accessKey, 'a token': `Bearer ${token}` },
      ...{ 'an e-mail': email, 'a name': firstName, 'the provider’s secret': provider.clientSecret },
      ...secrets,
      ...Object.fromEntries(issued),
    };
    // Bytes are shown as hexadecimal digits, which the search knows.
    assert.deepEqual(findSecrets(wanted, texts.join('\n')), []);
  });
});
