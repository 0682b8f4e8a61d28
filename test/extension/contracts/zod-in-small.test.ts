// What the extension's bundle has in zod's place, beside zod: the same contracts, read by both.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { build } from 'esbuild';
import fc from 'fast-check';
import * as activity from '../../../shared/activity.ts';
import * as environments from '../../../shared/environments.ts';
import * as errors from '../../../shared/errors.ts';
import { type OperationName, operationNames, operations, successOf } from '../../../shared/operations.ts';
import { type Schema, validate } from '../../../shared/validate.ts';
import { badly } from '../../shared/spoilt-requests.ts';
import { samples, writeNames } from '../../shared/write-samples.ts';

type Contracts = {
  operations: typeof operations;
  activity: typeof activity;
  environments: typeof environments;
  errors: typeof errors;
  successOf: typeof successOf;
  validate: typeof validate;
};

const seed = 20_260_130;
const runs = 1_000;
const root = join(import.meta.dirname, '../../..');

/** The contracts, compiled as `build.ts` compiles them. */
async function contractsInSmall(): Promise<Contracts> {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        export { operations, successOf } from './operations.ts';
        export { validate } from './validate.ts';
        export * as activity from './activity.ts';
        export * as environments from './environments.ts';
        export * as errors from './errors.ts';`,
      resolveDir: join(root, 'shared'),
    },
    bundle: true,
    format: 'esm',
    write: false,
    alias: { 'zod/mini': join(root, 'extension/src/contracts/zod-in-small.ts') },
    logLevel: 'error',
  });
  const source = Buffer.from(outputFiles[0]?.contents ?? []).toString('base64');
  return import(`data:text/javascript;base64,${source}`);
}

/** Everything that anybody asks of a schema's verdict. */
function verdict(contracts: Pick<Contracts, 'validate'>, schema: Schema, value: unknown) {
  const { success, data, error } = schema.safeParse(value);
  const issues = error?.issues.map(({ code, path, message }) => ({ code, path, message }));
  return { success, data, issues, validation: contracts.validate(schema, value) };
}

const partner = {
  status: 201,
  durationMs: 34.5,
  requestId: 'p-1',
  apiVersion: '2026-01-30',
  apiVersionLatest: null,
  apiVersionSupported: null,
};
const results: Record<OperationName, object> = {
  health: { status: 'ok', more: [1] },
  ping: { status: 'ok', message: 'Authorized', clientId: 'a', scopes: ['a', 'b'] },
  createUser: { user: { userId: 'u' } },
  createInvitation: {
    invitation: {
      invitationId: 'inv_1',
      status: 'pending',
      userState: 'new',
      creationDateTime: '2026-01-30T00:00:00Z',
    },
  },
};
const written = {
  id: '7',
  operation: 'createUser',
  state: 'unknown',
  startedAt: '2026-01-30T00:00:00Z',
  endedAt: null,
  requestId: 'r-1',
  externalReferences: [{ namespace: 'SIS', externalId: 'A-1' }],
  code: null,
  status: 500,
  partnerRequestId: null,
  result: null,
  resolved: { happened: true, by: 'me', at: '2026-01-30T00:00:00Z' },
};
const answers = {
  activity: {
    activityAnswer: { environment: 'sandbox', requestId: 'r-2', activity: [written], next: null },
    resolveAnswer: { environment: 'sandbox', requestId: 'r-2', activity: written },
    resolveRequest: { happened: true },
    earlierWrite: { id: '7', startedAt: '2026-01-30T00:00:00Z', requestId: 'r-1' },
  },
  environments: {
    environmentsAnswer: {
      requestId: 'r-1',
      environments: [
        {
          id: 'sandbox',
          name: 'sandbox',
          kind: 'sandbox',
          protected: false,
          apiUrl: 'https://api.example.com',
          grants: ['ping'],
          tokens: [{ scopes: ['ping'], state: 'fresh', expiresAt: null }],
          newerApiVersion: '2027-01-01',
        },
      ],
    },
    sessionAnswer: { requestId: 'r-1', caller: { id: 'me', kind: 'access-key' }, grants: ['*:*'] },
  },
  errors: {
    failureBody: {
      error: {
        code: 'FORBIDDEN',
        message: 'No.',
        details: { any: 1 },
        requestId: 'r-1',
        environment: 'sandbox',
        source: 'bff',
        retryable: false,
        outcome: 'not_sent',
      },
    },
  },
};

describe('zod in small', () => {
  let small: Contracts;
  before(async () => {
    small = await contractsInSmall();
  });
  const full: Contracts = { operations, activity, environments, errors, successOf, validate };

  /** Both read a good value, what becomes of it when it is spoilt, and anything at all. */
  function agree(pick: (contracts: Contracts) => Schema, good: object): void {
    const same = (value: unknown) =>
      assert.deepEqual(verdict(small, pick(small), value), verdict(full, pick(full), value));
    assert.equal(verdict(small, pick(small), good).success, true);
    same(good);
    let wrong = 0;
    fc.assert(
      fc.property(badly(fc.constant(good)), (value) => {
        same(value);
        if (!pick(full).safeParse(value).success) wrong += 1;
      }),
      { seed, numRuns: runs },
    );
    assert(wrong > runs / 10, `only ${wrong} of ${runs} were wrong`);
    fc.assert(fc.property(fc.jsonValue(), same), { seed, numRuns: runs / 10 });
  }

  for (const name of writeNames) {
    it(`says what zod says of a request of ${name}`, () => {
      agree((contracts) => contracts.operations[name].request, samples[name].whole);
    });
  }

  for (const name of operationNames) {
    it(`says what zod says of an answer of ${name}`, () => {
      const good = { environment: 'sandbox', requestId: 'r-1', result: results[name], partner };
      agree((contracts) => contracts.successOf(contracts.operations[name]), good);
    });
  }

  it('says what zod says of the BFF’s own answers', () => {
    const { environmentsAnswer, sessionAnswer } = answers.environments;
    agree((contracts) => contracts.environments.environmentsAnswer, environmentsAnswer);
    agree((contracts) => contracts.environments.sessionAnswer, sessionAnswer);
    agree((contracts) => contracts.errors.failureBody, answers.errors.failureBody);
  });

  for (const name of ['activityAnswer', 'resolveAnswer', 'resolveRequest', 'earlierWrite'] as const) {
    it(`says what zod says of ${name}`, () => {
      agree((contracts) => contracts.activity[name], answers.activity[name]);
    });
  }

  it('says what zod says of lists that are far too long', () => {
    for (const name of writeNames) {
      const { request } = small.operations[name];
      for (const entry of [{}, null, 'x', { namespace: 'N', externalId: 'S' }]) {
        const value = { ...samples[name].whole, externalReferences: Array(10_000).fill(entry) };
        assert.deepEqual(verdict(small, request, value), verdict(full, operations[name].request, value));
      }
    }
  });

  it('fails where zod fails when something wrong is taken for granted', () => {
    for (const { operations } of [small, full]) {
      assert.throws(() => operations.createUser.request.parse({}), /identity/);
    }
  });
});
