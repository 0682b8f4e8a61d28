import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endpointDocs } from '../../../../server/openapi/endpoint-docs.ts';
import { isWrite } from '../../../../shared/endpoint-row.ts';
import { environmentsAnswer, sessionAnswer } from '../../../../shared/environments.ts';
import { type OperationName, operationNames, operations } from '../../../../shared/operations.ts';
import { addKeys } from '../../../support/bff/add-keys.ts';
import { failureIn, startBffWith } from '../../../support/bff/test-bff.ts';
import { rawHead, rawRequest } from '../../../support/network/raw-http.ts';
import { type FaultServer, startFaultServer } from '../../../support/partner/fault-server.ts';
import { goodRequest } from '../../../support/requests/good-requests.ts';
import { operationPath, partnerPath } from '../../../support/requests/paths.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

/** The last one is not there. */
const environments = ['sandbox', 'production', 'nowhere'] as const;

/** Every grant that there can be for these, each alone, and what callers with several or none have. */
const grantsOf: Record<string, readonly string[]> = {
  ...Object.fromEntries(
    ['sandbox', 'production', '*'].flatMap((environment) =>
      [...operationNames, '*'].map((operation) => {
        const grant = `${environment}:${operation}`;
        return [`only-${grant.replaceAll('*', 'all').replace(':', '-')}`, [grant]];
      }),
    ),
  ),
  colleague: ['sandbox:*', 'production:ping'],
  elsewhere: ['staging:*'],
  nobody: [],
};

/** Spelt out here again, so that it can disagree with the BFF. */
function mayDo(grants: readonly string[], environment: string, operation: string): boolean {
  return ['*:*', `${environment}:*`, `*:${operation}`, `${environment}:${operation}`].some((each) =>
    grants.includes(each),
  );
}

test('grants', async (t) => {
  using folder = temporaryFolder();
  const dataDirectory = folder.path;
  const keys = await addKeys(dataDirectory, grantsOf);
  await using sandbox = await startFaultServer();
  await using production = await startFaultServer();
  const partners = { sandbox, production };
  /** What each row may be answered, in the words that describe it. */
  const bodies = new Map(
    operationNames.map((name) => [
      `${operations[name].method} ${partnerPath(name)}`,
      endpointDocs[name].answer as object,
    ]),
  );
  for (const { api } of Object.values(partners)) {
    api.always(({ method, path }) => ({ body: bodies.get(`${method} ${path}`) ?? { status: 'ok' } }));
  }
  await using bff = await startBffWith(partners, {
    BFF_DATA_DIR: dataDirectory,
    RATE_LIMIT_PER_MINUTE: '100000',
  });

  const matrix = Object.entries(grantsOf).flatMap(([caller, grants]) =>
    environments.flatMap((environment) =>
      operationNames.map((operation) => ({ caller, grants, environment, operation })),
    ),
  );
  const call = (caller: string, environment: string, operation: OperationName) => {
    const accessKey = keys[caller] ?? '';
    const { path, method, headers, body } = goodRequest(operation, environment, {
      marker: 'marker',
      accessKey,
      environments,
    });
    return bff.call(path, { method, headers, ...(body !== undefined && { body: String(body) }) });
  };
  const arrivals = (of: (partner: FaultServer) => FaultServer['api']) =>
    Object.values(partners).flatMap((partner) => of(partner).arrivals);

  // These come first, while there is no token, so that a token request would show.
  await t.test(
    'that are missing are named, for every caller, environment and operation, and nothing is sent to anybody',
    async (t) => {
      const denied = matrix.filter((each) => !mayDo(each.grants, each.environment, each.operation));
      for (const { caller, environment, operation } of denied) {
        const missingGrant = `${environment}:${operation}`;
        const before = bff.logLines.length;
        const answer = await call(caller, environment, operation);
        const failure = failureIn(answer);
        assert.deepEqual(
          [
            answer.status,
            failure.code,
            failure.source,
            failure.environment,
            failure.details,
            failure.outcome,
          ],
          [
            ...[403, 'FORBIDDEN', 'bff', environment, { missingGrant }],
            isWrite(operations[operation]) ? 'not_sent' : undefined,
          ],
          `${caller} ${missingGrant}`,
        );
        assert.match(
          failure.message,
          new RegExp(`^Your grants do not include ${missingGrant}\\. Ask your BFF administrator`),
        );
        const line = JSON.parse(bff.logLines[before] ?? '');
        assert.deepEqual(
          [line.caller, line.environment, line.operation, line.code, line.missingGrant],
          [caller, environment, operation, 'FORBIDDEN', missingGrant],
        );
      }
      assert.deepEqual([arrivals(({ auth }) => auth), arrivals(({ api }) => api)], [[], []]);
      t.diagnostic(`${denied.length} of ${matrix.length} were denied`);
    },
  );

  await t.test('that are there let through what they name, to that environment and no other', async (t) => {
    const allowed = matrix.filter(({ grants, environment, operation }) =>
      mayDo(grants, environment, operation),
    );
    for (const { caller, environment, operation } of allowed) {
      const before = arrivals(({ api }) => api).length;
      const answer = await call(caller, environment, operation);
      if (environment === 'nowhere') {
        assert.deepEqual([answer.status, failureIn(answer).code], [404, 'ENVIRONMENT_NOT_FOUND']);
        assert.equal(arrivals(({ api }) => api).length, before);
        continue;
      }
      assert.equal(answer.status, 200, `${caller} ${environment}:${operation} ${answer.text}`);
      assert.equal((answer.body as { environment: string }).environment, environment);
      const called = partnerPath(operation);
      assert.equal(arrivals(({ api }) => api).length, before + (called ? 1 : 0));
      if (called) assert.equal(partners[environment].api.arrivals.at(-1)?.path, called);
    }
    t.diagnostic(`${allowed.length} of ${matrix.length} were allowed`);
  });

  await t.test(
    'are told to their caller, with the environments where there are any, and no others',
    async () => {
      for (const [caller, grants] of Object.entries(grantsOf)) {
        const headers = { authorization: `Bearer ${keys[caller]}` };
        const session = sessionAnswer.parse((await bff.call('/api/session', { headers })).body);
        assert.deepEqual([session.caller, session.grants], [{ id: caller, kind: 'access-key' }, grants]);
        const told = environmentsAnswer.parse((await bff.call('/api/environments', { headers })).body);
        const expected = ['sandbox', 'production']
          .map((id) => ({ id, grants: operationNames.filter((operation) => mayDo(grants, id, operation)) }))
          .filter((each) => each.grants.length > 0);
        assert.deepEqual(
          told.environments.map(({ id, grants: its }) => ({ id, grants: its })),
          expected,
          caller,
        );
      }
    },
  );

  await t.test(
    'come before the confirmation, the media type and the body, of which nothing is read',
    async () => {
      const head = (headers: Record<string, string>) =>
        rawHead(
          operationPath('createUser', 'production'),
          { Host: 'localhost', Authorization: `Bearer ${keys.colleague}`, ...headers },
          'POST',
        );
      // The body is announced and never comes: who waits for it does not answer.
      for (const headers of [
        { 'Content-Length': '100' },
        { 'Content-Type': 'text/plain', 'Content-Length': '100' },
        { 'Content-Type': 'application/json', 'Content-Length': '1000000' },
        { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' },
      ]) {
        const answer = await rawRequest(bff.url, head(headers));
        assert.deepEqual([answer.status, failureIn(answer).code], [403, 'FORBIDDEN']);
      }
    },
  );

  await t.test('that are missing do not tell an environment that is there from one that is not', async () => {
    const answers = await Promise.all(
      ['production', 'nowhere'].map((environment) => call('only-sandbox-all', environment, 'createUser')),
    );
    const [there, notThere] = answers.map(({ status, headers, text }) => [
      status,
      text.replaceAll(/production|nowhere/g, 'it').replaceAll(/[\da-f-]{36}/g, 'id'),
      headers.get('ratelimit-policy')?.replace(/pk=.*/, ''),
    ]);
    assert.deepEqual(there, notThere);
  });

  await t.test('of an environment are not told by the list in a 404 of another', async () => {
    const ping = await call('only-all-ping', 'nowhere', 'ping');
    assert.match(failureIn(ping).message, /Yours are: sandbox, production\.$/);
    // An invalid name belongs to nobody.
    const noName = await call('only-production-ping', '__proto__', 'ping');
    assert.match(failureIn(noName).message, /Yours are: production\.$/);
    const nothing = await call('nobody', '__proto__', 'ping');
    assert.match(failureIn(nothing).message, /You have access to none\.$/);
  });
});
