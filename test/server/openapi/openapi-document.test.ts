import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createOpenApiDocument } from '../../../server/openapi/openapi-document.ts';
import { version as bffVersion } from '../../../server/version.ts';
import { activityAnswer, earlierWrite, resolveAnswer, resolveRequest } from '../../../shared/activity.ts';
import { isWrite, type OperationRow } from '../../../shared/endpoint-row.ts';
import { environmentsAnswer, sessionAnswer } from '../../../shared/environments.ts';
import { type ErrorCode, errorCodes } from '../../../shared/error-codes.ts';
import { failureBody } from '../../../shared/errors.ts';
import { type OperationName, operationNames, operations, successOf } from '../../../shared/operations.ts';
import {
  keyEndedAnswer,
  signInMethodsAnswer,
  windowCodeRequest,
  windowKeyAnswer,
} from '../../../shared/sign-in.ts';
import { type Schema, validate } from '../../../shared/validate.ts';
import { otherDescribed } from '../../support/requests/other-table.ts';
import { describedPath } from '../../support/requests/paths.ts';
import { schemasReachedFrom } from './schema-references.ts';

const document = createOpenApiDocument();
const all = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

function operationOf(name: OperationName) {
  const found = document.paths[describedPath(name)]?.[operations[name].method.toLowerCase()];
  assert(found, name);
  return found;
}

/** Fails unless the contract accepts the value; what no contract knows is a mistake in an example too. */
function assertSpeaks(schema: Schema, value: unknown): void {
  const validation = validate(schema, value);
  assert(validation.ok, JSON.stringify(validation));
  assert.deepEqual(validation.value, value);
}

const examplesIn = (content: { example?: unknown; examples?: Record<string, { value: unknown }> } = {}) =>
  content.examples ? Object.values(content.examples).map(({ value }) => value) : [content.example];

describe('the OpenAPI document', () => {
  it('has the version of the packages', () => {
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8'));
    assert.equal(bffVersion, version);
    assert.equal(document.info.version, version);
  });

  it('holds each row of the table and the BFF’s own endpoints, and nothing else', () => {
    const own = ['session', 'environments', 'livez', 'readyz', 'activity', 'resolve'];
    const imports = ['lookUp', 'announceImport', 'imports', 'importStatus', 'stopImport'];
    const signIn = ['signInMethods', 'logout', 'redeemCode', 'endKey'];
    assert.deepEqual(
      all.map(({ operation }) => operation.operationId).sort(),
      [...operationNames, ...own, ...imports, ...signIn].sort(),
    );
    for (const name of operationNames) assert.equal(operationOf(name).operationId, name);
  });

  for (const name of operationNames) {
    const row: OperationRow = operations[name];

    it(`shows what ${name} takes and answers, as the contracts have it`, () => {
      const { requestBody, responses } = operationOf(name);
      assert.equal(requestBody === undefined, row.request === undefined);
      if (row.request && requestBody)
        assertSpeaks(row.request, requestBody.content['application/json'].example);
      const successes = Object.entries(responses).filter(([status]) => status.startsWith('2'));
      assert.deepEqual(
        successes.map(([status]) => status),
        isWrite(row) ? ['201', '2XX'] : ['200'],
      );
      for (const [, { content }] of successes)
        assertSpeaks(successOf(row), content?.['application/json'].example);
    });

    it(`shows every failure of ${name} as the contract has it, with an outcome where it writes and is told of`, () => {
      for (const [status, { content }] of Object.entries(operationOf(name).responses)) {
        if (status.startsWith('2')) continue;
        for (const example of examplesIn(content?.['application/json'])) {
          assertSpeaks(failureBody, example);
          const { error } = failureBody.parse(example);
          const own = error.source === 'pearsana' ? undefined : errorCodes[error.code as ErrorCode];
          assert.equal(error.outcome !== undefined, isWrite(row) && own?.outcome !== null, error.code);
          if (own) assert.equal(own.status, Number(status));
        }
      }
    });

    it(`names the headers of ${name}`, () => {
      const names = JSON.stringify(operationOf(name).parameters);
      assert.equal(/confirmEnvironment.*idempotencyKey/.test(names), isWrite(row));
      for (const { headers } of Object.values(operationOf(name).responses)) {
        for (const header of ['X-Request-Id', 'RateLimit', 'RateLimit-Policy'])
          assert(header in headers, header);
      }
      assert('Retry-After' in (operationOf(name).responses[429]?.headers ?? {}));
      assert.equal(
        'Idempotent-Replayed' in (operationOf(name).responses[isWrite(row) ? 201 : 200]?.headers ?? {}),
        isWrite(row),
      );
    });
  }

  const ownContracts: Record<string, { answer: Schema; request?: Schema }> = {
    session: { answer: sessionAnswer },
    environments: { answer: environmentsAnswer },
    activity: { answer: activityAnswer },
    resolve: { answer: resolveAnswer, request: resolveRequest },
    signInMethods: { answer: signInMethodsAnswer },
    redeemCode: { answer: windowKeyAnswer, request: windowCodeRequest },
    endKey: { answer: keyEndedAnswer },
  };
  for (const [name, { answer, request }] of Object.entries(ownContracts)) {
    it(`shows what ${name} takes and answers, as the contracts have it`, () => {
      const operation = all.map((each) => each.operation).find(({ operationId }) => operationId === name);
      assertSpeaks(answer, operation?.responses[200]?.content?.['application/json'].example);
      assert.equal(operation?.requestBody === undefined, request === undefined);
      if (request) assertSpeaks(request, operation?.requestBody?.content['application/json'].example);
    });
  }

  it('says nothing of a write whose key stands for an earlier one, but which one that is', () => {
    const conflict = operationOf('createUser').responses[409]?.content?.['application/json'];
    assert.deepEqual(
      [...JSON.stringify(conflict?.schema).matchAll(/schemas\/(\w+)/g)].map(([, name]) => name),
      ['WriteFailureBody', 'EarlierWriteFailureBody'],
    );
    const { EarlierWriteFailureBody } = document.components.schemas;
    for (const word of ['IDEMPOTENCY_IN_PROGRESS', 'OUTCOME_KNOWN', 'schemas/EarlierWrite"'])
      assert(JSON.stringify(EarlierWriteFailureBody).includes(word), word);
    assert.doesNotMatch(JSON.stringify(EarlierWriteFailureBody), /OUTCOME_UNKNOWN/);
    const { EarlierWrite } = document.components.schemas;
    assert.deepEqual(Object.keys(EarlierWrite?.properties ?? {}), Object.keys(earlierWrite.shape));
  });

  it('knows how large a file may be at this BFF', () => {
    const small = JSON.stringify(createOpenApiDocument({ document: 3_000, batch: 6_000 }));
    assert.match(small, /at most 3,000 bytes, and all together at most 6,000 bytes/);
    assert.match(small, /"contentEncoding":"base64"[^}]*"maxLength":4000/);
  });

  it('has words for every field of a document, and free-form objects that are objects', () => {
    const { SubmitDocumentBatchRequest } = JSON.parse(JSON.stringify(document.components.schemas));
    const { properties } = SubmitDocumentBatchRequest.properties.items.items;
    assert.equal(properties.itemId.description, 'Identifies the result of this item.');
    assert.equal(properties.externalReference.description, 'A reference of a user who exists at Pearsana.');
    assert.equal(properties.metadata.type, 'object');
  });

  it('tells of every code, and of each at an endpoint but for those that no endpoint answers', () => {
    for (const code of Object.keys(errorCodes)) assert.match(JSON.stringify(document.info), new RegExp(code));
    const told = new Set(
      all.flatMap(({ operation }) =>
        Object.values(operation.responses).flatMap(({ content }) =>
          Object.keys(content?.['application/json'].examples ?? {}),
        ),
      ),
    );
    const untold = Object.keys(errorCodes).filter((code) => !told.has(code));
    assert.deepEqual(untold.sort(), ['LOGIN_UNAVAILABLE', 'METHOD_NOT_ALLOWED']);
    // Only a browser's window is answered so.
    assert.match(JSON.stringify(document.tags), /LOGIN_UNAVAILABLE/);
  });

  it('asks for no token where none is sent', () => {
    const codes = JSON.stringify(operationOf('health').responses);
    assert.doesNotMatch(codes, /SCOPE_NOT_ENABLED|AUTH_TIMEOUT/);
    assert.match(codes, /PARTNER_TIMEOUT/);
    assert.match(JSON.stringify(operationOf('ping').responses), /SCOPE_NOT_ENABLED/);
  });

  it('refers to schemas that are there, and holds none that nothing refers to', () => {
    assert.deepEqual(
      [...schemasReachedFrom(document, document.paths)].sort(),
      Object.keys(document.components.schemas).sort(),
    );
  });

  it('carries limits and docstrings of the contracts', () => {
    const { CreateUserRequest, Failure } = document.components.schemas;
    const { properties } = JSON.parse(JSON.stringify(CreateUserRequest)).properties.identity;
    assert.equal(properties.firstName.maxLength, 200);
    assert.equal(properties.email.format, 'email');
    assert.equal(properties.roleName.description, 'For example `student` or `faculty`.');
    assert.equal(
      JSON.parse(JSON.stringify(Failure)).properties.outcome.description,
      'What became of a failed write; only for writes. Absent if the failure is about an earlier write with the same key: `IDEMPOTENCY_IN_PROGRESS` and `OUTCOME_KNOWN`.',
    );
  });

  it('wants an access key or a session but for the probes and the ways in', () => {
    assert.deepEqual(document.security, [{ accessKey: [] }, { session: [] }]);
    const others = all.flatMap(({ path, operation: { security } }) => (security ? [{ path, security }] : []));
    assert.deepEqual(Object.fromEntries(others.map(({ path, security }) => [path, security])), {
      '/livez': [],
      '/readyz': [],
      '/auth/methods': [],
      '/auth/vscode/token': [],
      '/auth/vscode/revoke': [{ accessKey: [] }],
      '/auth/logout': [{ session: [] }],
    });
  });

  it('asks for the header that only a page of ours can send wherever a session will do', () => {
    for (const { path, operation } of all) {
      const security = JSON.stringify(operation.security ?? document.security);
      const names = JSON.stringify(operation.parameters);
      assert.equal(names.includes('parameters/client"'), security.includes('session'), path);
    }
  });

  it('describes two methods at one path, and what a path and a query name', () => {
    const other = createOpenApiDocument(undefined, otherDescribed).paths;
    const invitations = '/api/environments/{environment}/invitations';
    assert.deepEqual(Object.keys(other[invitations] ?? {}).sort(), ['get', 'post']);
    const own = (path: string, method: string) =>
      other[path]?.[method]?.parameters.filter((each) => !('$ref' in each));
    const schema = { type: 'string', minLength: 1, maxLength: 200, pattern: '^[\\w.~:@+=,-]{1,200}$' };
    const [{ description } = {}] = own(`${invitations}/{invitationId}`, 'get') ?? [];
    assert.deepEqual(own(`${invitations}/{invitationId}`, 'get'), [
      { name: 'invitationId', in: 'path', required: true, description, schema },
    ]);
    assert.equal(description, 'As an invitation’s answer names it.');
    assert.deepEqual(own(invitations, 'get'), [
      {
        name: 'status',
        in: 'query',
        required: false,
        schema: { type: 'string', maxLength: 20, pattern: '^[a-z]+$' },
      },
    ]);
    const revoke = other[`${invitations}/{invitationId}/revoke`]?.post;
    assert.equal(revoke?.requestBody, undefined);
    assert.match(JSON.stringify(revoke?.parameters), /confirmEnvironment.*idempotencyKey/);
  });
});
