import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startLocalPearsana } from '../../../../server/local-pearsana/start-local-pearsana.ts';
import { type CallOptions, createClient } from '../../../../shared/client.ts';
import { ClientError } from '../../../../shared/client-error.ts';
import { isWrite } from '../../../../shared/endpoint-row.ts';
import { environmentsAnswer } from '../../../../shared/environments.ts';
import {
  type OperationName,
  operationNames,
  operations,
  type Success,
} from '../../../../shared/operations.ts';
import { type Answer, failureIn, startTestBff } from '../../../support/bff/test-bff.ts';
import { rawHead, rawRequest } from '../../../support/network/raw-http.ts';
import { partnerVariables } from '../../../support/partner/partner-variables.ts';
import { operationPath, standInHint } from '../../../support/requests/paths.ts';
import { samples, type WriteName, writeNames } from '../../../support/requests/write-samples.ts';

test('what is protected', async (t) => {
  await using further = await startLocalPearsana();
  await using bff = await startTestBff({
    production: {},
    variables: {
      RATE_LIMIT_PER_MINUTE: '100000',
      PEARSANA_DEMO_PROTECTED: 'false',
      ...partnerVariables({ staging: further, demo: further }),
    },
  });

  const arrivalsAt = (environment: string) =>
    (({ sandbox: bff.pearsana, production: bff.production })[environment] ?? further).arrivals.length;
  const tokensAt = async (environment: string) => {
    const { environments } = environmentsAnswer.parse((await bff.call('/api/environments')).body);
    return environments.find(({ id }) => id === environment)?.tokens;
  };
  const write = (name: WriteName, environment: string, headers: Record<string, string> = {}) =>
    bff.call(operationPath(name, environment), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(samples[name].least),
    });

  function assertUnconfirmed(answer: Pick<Answer, 'status' | 'headers' | 'text'>, environment: string): void {
    const { code, outcome, source, message, ...failure } = failureIn(answer);
    assert.deepEqual(
      [answer.status, code, outcome, source, failure.environment],
      [428, 'CONFIRMATION_REQUIRED', 'not_sent', 'bff', environment],
    );
    assert(message.includes(`X-Confirm-Environment: ${environment}.`), message);
  }

  const wrong = (environment: string): Record<string, string>[] => [
    {},
    ...[
      ...[
        '',
        'true',
        '1',
        'yes',
        '*',
        'sandbox',
        'demo',
        environment === 'staging' ? 'production' : 'staging',
      ],
      environment.toUpperCase(),
      `${environment[0]?.toUpperCase()}${environment.slice(1)}`,
      `${environment}.`,
      `"${environment}"`,
      `${environment}, ${environment}`,
      `sandbox, ${environment}`,
      `${environment},`,
      encodeURIComponent(`${environment} `),
    ].map((value) => ({ 'x-confirm-environment': value })),
    { 'x-confirm': environment },
    { 'confirm-environment': environment },
    { cookie: `X-Confirm-Environment=${environment}` },
  ];

  // These come first, while no token has been asked for.
  for (const environment of ['production', 'staging']) {
    for (const name of writeNames) {
      await t.test(`takes no ${name} in ${environment} without its own name, and sends nothing`, async () => {
        const before = arrivalsAt(environment);
        for (const headers of wrong(environment))
          assertUnconfirmed(await write(name, environment, headers), environment);
        const inQuery = `${operationPath(name, environment)}?X-Confirm-Environment=${environment}&confirm=true`;
        assertUnconfirmed(await bff.call(inQuery, { method: 'POST' }), environment);
        const twice = `${environment}\r\nX-Confirm-Environment: ${environment}`;
        const head = {
          Host: new URL(bff.url).host,
          Authorization: `Bearer ${bff.accessKey}`,
          'X-Confirm-Environment': twice,
          'Content-Length': '0',
        };
        const target = operationPath(name, environment);
        assertUnconfirmed(await rawRequest(bff.url, rawHead(target, head, 'POST')), environment);
        assert.equal(arrivalsAt(environment), before);
        assert.deepEqual(await tokensAt(environment), []);
      });
    }
  }

  for (const name of writeNames) {
    for (const environment of ['production', 'staging']) {
      await t.test(`takes ${name} in ${environment} with its name, once for each time`, async () => {
        const before = arrivalsAt(environment);
        const confirmed = { 'x-confirm-environment': environment };
        assert.equal((await write(name, environment, confirmed)).status, 201);
        assert.equal(arrivalsAt(environment), before + 1);
        assertUnconfirmed(await write(name, environment), environment);
        assert.equal(arrivalsAt(environment), before + 1);
      });
    }

    await t.test(
      `does not stand before ${name} in the sandbox, or where the configuration says so`,
      async () => {
        for (const environment of ['sandbox', 'demo']) {
          const before = arrivalsAt(environment);
          assert.equal((await write(name, environment)).status, 201);
          assert.equal(
            (await write(name, environment, { 'x-confirm-environment': 'production' })).status,
            201,
          );
          assert.equal(arrivalsAt(environment), before + 2);
        }
      },
    );
  }

  const reads: OperationName[] = operationNames.filter((name) => !isWrite(operations[name]));
  await t.test('may be read without a word', async () => {
    for (const name of reads) {
      const { status, text } = await bff.call(operationPath(name, 'production'));
      assert.equal(status, 200, `${name}: ${status} ${text} (${standInHint})`);
    }
  });

  await t.test('through the typed client', async (t) => {
    const client = () => createClient({ baseUrl: bff.url, accessKey: bff.accessKey });
    // Each row's own request goes with its own method; the compiler cannot follow them through a list of names.
    const call = (name: WriteName, options: CallOptions<WriteName>) =>
      (client()[name] as (options: CallOptions<WriteName>) => Promise<Success<WriteName>>)(options);
    const failing = async (call: Promise<unknown>): Promise<ClientError> => {
      const error = await call.then(
        () => assert.fail('It did not fail.'),
        (thrown: unknown) => thrown,
      );
      assert(error instanceof ClientError, String(error));
      return error;
    };

    // A person typed the name. If a header cannot contain it, it is a wrong name, not a failure of the network.
    const typed = [
      undefined,
      '',
      'Production',
      'sandbox',
      ' production',
      'production\n',
      'pröduction',
      'production☃',
      '\ud800',
    ];
    for (const confirm of typed) {
      await t.test(`is refused with ${JSON.stringify(confirm)} as its confirmation`, async () => {
        const before = arrivalsAt('production');
        const options = { environment: 'production', ...(confirm !== undefined && { confirm }) };
        for (const name of writeNames) {
          const error = await failing(call(name, { ...options, request: samples[name].least }));
          assert.deepEqual(
            [error.reason, error.status, error.failure?.code, error.outcome],
            ['refused', 428, 'CONFIRMATION_REQUIRED', 'not_sent'],
          );
        }
        assert.equal(arrivalsAt('production'), before);
      });
    }

    await t.test('is done once with its name', async () => {
      const before = arrivalsAt('production');
      const named = { environment: 'production', confirm: 'production' };
      for (const name of writeNames) {
        const success = await call(name, { ...named, request: samples[name].whole });
        assert.equal(success.partner.status, 201);
      }
      const { result } = await client().createInvitation({
        ...named,
        request: samples.createInvitation.whole,
      });
      assert.match(result.invitation.invitationId, /^inv_/);
      assert.equal(arrivalsAt('production'), before + writeNames.length + 1);
    });
  });
});
