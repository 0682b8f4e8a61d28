import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { freePort } from '../../scripts/free-port.ts';
import { changeAccessFile } from '../../server/callers/access-file.ts';
import { startLocalPearsana } from '../../server/local-pearsana/start-local-pearsana.ts';
import { operationNames } from '../../shared/operations.ts';
import { addKeys } from '../support/bff/add-keys.ts';
import { startBffProcess } from '../support/bff/bff-process.ts';
import { rawRequest } from '../support/network/raw-http.ts';
import { startRecordingProxy } from '../support/network/recording-proxy.ts';
import { leaks, leakyToken, startLeakyPartner } from '../support/partner/leaky-partner.ts';
import { partnerVariables } from '../support/partner/partner-variables.ts';
import { badBytes } from '../support/requests/bad-bytes.ts';
import { badRequest } from '../support/requests/bad-requests.ts';
import { goodRequest, type Ingredients, type Sent } from '../support/requests/good-requests.ts';
import { type Recorded, sendAll } from '../support/requests/send-all.ts';
import { findSecrets, type Secrets } from '../support/secrets/secret-search.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

/** Another one makes other requests: `CANARY_SEED=7 npm run test:unit`. */
const seed = Number(process.env.CANARY_SEED ?? 20_260_130);
const badRequests = 10_000;
/** Of each caller of the access file. */
const badRequestsEach = 300;
const badConnections = 500;

const clientId = 'canary-client';
const secretInVariable = 'canary-secret/in+a%variable&"';
/** It could pass for one of OAuth's error codes. */
const secretInFile = 'canary_secret_in_a_file';
const marker = 'marker-of-a-request-body';
const idempotencyKey = 'canary-idempotency/key+"1"';
const keyFile = join('data', 'access-key');
const firstKeyName = 'the first access key';
/** Callers from the access file: one with all grants, one with few, and one whose key is removed during the test. */
const grantsOf = { ada: ['*:*'], bob: ['sandbox:ping'], eve: ['*:*'] };

describe('client secret, partner token and access key', { timeout: 60_000 }, () => {
  it('are in no answer, log line or file, and no request body is in the log', async (t) => {
    const started = performance.now();
    await using partner = await startRecordedPearsana();
    await using leaky = await startLeakyPartner();
    using secretFile = writeSecretFile();
    const leakyAt = (name: string) => ({
      ...{ authUrl: `${leaky.authUrl}/${name}`, apiUrl: `${leaky.apiUrl}/${name}` },
      ...{ clientId, clientSecretFile: secretFile.path },
    });
    const metricsPort = await freePort();
    await using bff = await startBffProcess({
      BFF_METRICS_PORT: String(metricsPort),
      ...partnerVariables({
        sandbox: { ...partner, clientId, clientSecret: secretInVariable },
        ...Object.fromEntries(Object.keys(leaks).map((name) => [name, leakyAt(name)])),
      }),
      RATE_LIMIT_PER_MINUTE: '1000000',
      PARTNER_TIMEOUT_MS: '1000',
      TOKEN_TIMEOUT_MS: '1000',
    });
    const accessKey = String((await bff.files()).get(keyFile)).trim();
    const keys = await addKeys(bff.dataDirectory, grantsOf);
    await until('the added keys are in force', () => bff.output().includes('its keys are now valid'));
    const quickEnvironments = ['sandbox', 'production', 'escaped-slashes', 'status-400'];
    const ingredients: Ingredients = { marker, accessKey, environments: quickEnvironments };

    const answered = await sendAll(bff.url, goodRequests(ingredients), 16);
    for (const key of Object.values(keys)) {
      const its = { ...ingredients, accessKey: key };
      answered.push(...(await sendAll(bff.url, goodRequests(its, quickEnvironments), 16)));
      answered.push(
        ...(await sendAll(bff.url, fc.sample(badRequest(its), { seed, numRuns: badRequestsEach }))),
      );
    }
    await changeAccessFile(bff.dataDirectory, (all) => all.filter(({ name }) => name !== 'eve'));
    await until('the key is taken away', () => bff.output().split('its keys are now valid').length > 2);
    const refused = await sendAll(bff.url, takenAway(keys.eve));
    assert.equal(refused[0]?.status, 401);
    answered.push(...refused);
    answered.push(
      ...(await sendAll(bff.url, fc.sample(badRequest(ingredients), { seed, numRuns: badRequests }))),
    );
    const toBytes: string[] = [];
    for (const bytes of fc.sample(badBytes(ingredients), { seed, numRuns: badConnections })) {
      const { status, headers, text } = await rawRequest(bff.url, bytes);
      toBytes.push(JSON.stringify([status, ...headers, text]));
    }
    // Last, since they close the door to this address.
    for (const key of [accessKey, keys.ada, keys.bob])
      answered.push(...(await sendAll(bff.url, wrongKeys(key))));
    const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    assert.equal(await bff.end(), 0);

    const lines = bff.output().split('\n');
    const tokens = partner.auth.exchanges.map(({ answer }): string => JSON.parse(answer).access_token);
    t.diagnostic(
      `seed ${seed}: ${answered.length + toBytes.length} requests, ${lines.length} lines, ${tokens.length + 1} tokens, ${seconds(started)} s`,
    );
    assertAllWasTried(answered, tokens, lines);
    assert(leaky.auth.arrivals.some(({ body }) => body.includes(secretInFile)));
    assert(leaky.api.arrivals.some(({ headers }) => headers.authorization?.includes(leakyToken)));

    const issued: Secrets = {
      'the secret in a variable': secretInVariable,
      'the secret in a file': secretInFile,
      'the token of a leaky partner': leakyToken,
      ...Object.assign({}, ...tokens.map(tokenParts)),
    };
    const allKeys: Secrets = {
      [firstKeyName]: accessKey,
      ...Object.fromEntries(Object.entries(keys).map(([name, key]) => [`the access key of ${name}`, key])),
    };
    const all: Secrets = { ...issued, ...allKeys, 'an idempotency key': idempotencyKey };
    // A refusal quotes the refused field to its sender. Only such an answer may contain a key.
    const quotes = ({ sent: { body } }: Recorded) =>
      Object.values(allKeys).some((key) => body?.includes(key) === true);
    const texts = (records: Recorded[]) => records.map(({ answer }) => answer);
    assertNothingIn('answers', texts(answered.filter((each) => !quotes(each))), all);
    assertNothingIn('answers to a body with the key', texts(answered.filter(quotes)), issued);
    assertNothingIn('answers to what is no HTTP', toBytes, all);
    assertNothingIn('the log', lines, { ...all, 'a request body': marker });
    assert.match(metrics, /pearsana_bff_request_duration_seconds_count\{operation="createUser"/);
    assertNothingIn('the metrics', metrics.split('\n'), { ...all, 'a request body': marker });
    for (const caller of Object.keys(grantsOf)) assert(!metrics.includes(`"${caller}"`), caller);
    const arrivals = [partner.auth.exchanges, partner.api.exchanges, leaky.auth.arrivals, leaky.api.arrivals];
    assertNothingIn(
      'what Pearsana was sent, bodies aside',
      arrivals.flat().map(({ path, headers }) => JSON.stringify([path, headers])),
      allKeys,
    );
    const files = await bff.files();
    for (const name of ['access-key', 'access.json', 'access-last-use.json', 'journal.sqlite']) {
      assert(files.has(join('data', name)), name);
    }
    for (const [path, content] of files) {
      // The owner's key is in its file, and nowhere else.
      const { [firstKeyName]: _own, ...others } = all;
      assertNothingIn(path, [path, content.toString('latin1')], path === keyFile ? others : all);
    }
    t.diagnostic(`searched after ${seconds(started)} s`);
  });
});

/** The local Pearsana, behind proxies that see each token. Tokens are short-lived, so that there are many. */
async function startRecordedPearsana() {
  await using stack = new AsyncDisposableStack();
  const options = { clientId, clientSecret: secretInVariable, tokenLifetimeSeconds: 8 };
  const pearsana = stack.use(await startLocalPearsana(options));
  const auth = stack.use(await startRecordingProxy(pearsana.authUrl));
  const api = stack.use(await startRecordingProxy(pearsana.apiUrl));
  const kept = stack.move();
  return { auth, api, authUrl: auth.url, apiUrl: api.url, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

function writeSecretFile() {
  const folder = temporaryFolder();
  const path = join(folder.path, 'client-secret');
  writeFileSync(path, `${secretInFile}\n`, { mode: 0o600 });
  return { path, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

/** Every operation everywhere, and the BFF's answers about itself. */
function goodRequests(
  ingredients: Ingredients,
  environments: readonly string[] = ['sandbox', ...Object.keys(leaks)],
): Sent[] {
  const headers = { authorization: `Bearer ${ingredients.accessKey}` };
  return [
    ...environments.flatMap((environment) =>
      operationNames.map((name) => withKey(goodRequest(name, environment, ingredients))),
    ),
    ...['/livez', '/readyz', '/api/session', '/api/environments'].map((path) => ({
      method: 'GET',
      path,
      headers,
    })),
  ];
}

function withKey(sent: Sent): Sent {
  return { ...sent, headers: { ...sent.headers, 'idempotency-key': idempotencyKey } };
}

/** The key, not quite: in another scheme, cut, or with something before it. */
function wrongKeys(accessKey: string): Sent[] {
  return ['Basic ', 'Bearer x', 'Token key=', ''].flatMap((before) =>
    Array.from({ length: 10 }, (_, cut) => ({
      method: 'GET',
      path: '/api/session',
      headers: { authorization: before + accessKey.slice(0, accessKey.length - cut) },
    })),
  );
}

/** A key that was right a moment ago. */
function takenAway(accessKey: string): Sent[] {
  const headers = { authorization: `Bearer ${accessKey}` };
  return [{ method: 'GET', path: '/api/session', headers }];
}

/** The beginnings of a token's three parts: an answer that quotes no more has said enough. */
function tokenParts(token: string): Secrets {
  return Object.fromEntries(
    token.split('.').map((part) => [`${part.slice(0, 30)}… of a token`, part.slice(0, 30)]),
  );
}

/** A search proves nothing about what did not happen. */
function assertAllWasTried(answered: Recorded[], tokens: string[], lines: string[]): void {
  const unanswered = answered.filter(({ status }) => status === 0);
  assert(unanswered.length < 20, `${unanswered.length} requests got no answer.`);
  const statuses = new Set(answered.map(({ status }) => status));
  const wanted = [200, 201, 400, 401, 403, 404, 405, 409, 413, 415, 422, 428, 429, 502, 503, 504];
  for (const status of wanted) assert(statuses.has(status), `No answer had the status ${status}.`);
  const logged = lines.filter((line) => line.startsWith('{') && JSON.parse(line).status !== undefined);
  assert(logged.length >= answered.length, `${logged.length} log lines for ${answered.length} requests`);
  assert(tokens.length >= 3 && tokens.every((token) => token.split('.').length === 3));
}

/** Fails with the secret that was found, its spelling, and the first text that contains it. */
function assertNothingIn(place: string, texts: string[], secrets: Secrets): void {
  const found = findSecrets(secrets, texts.join('\n'));
  if (found.length === 0) return;
  const first = texts.find((text) => findSecrets(secrets, text).length > 0) ?? '';
  assert.fail(`In ${place}: ${found.join('; ')}. The first:\n${first.slice(0, 3_000)}`);
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1);
}
