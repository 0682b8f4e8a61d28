import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createOpenApiDocument, documentVersion } from '../../../server/openapi/openapi-document.ts';
import { environmentsAnswer, sessionAnswer } from '../../../shared/environments.ts';
import { type ErrorCode, errorCodes } from '../../../shared/error-codes.ts';
import { failureBody } from '../../../shared/errors.ts';
import {
  type OperationName,
  type OperationRow,
  operationNames,
  operationPath,
  operations,
  successOf,
} from '../../../shared/operations.ts';
import { type Schema, validate } from '../../../shared/validate.ts';
import { schemasReachedFrom } from '../../support/schema-references.ts';

const document = createOpenApiDocument();
const all = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

function operationOf(name: OperationName) {
  const found = document.paths[operationPath(name, '{environment}')]?.[operations[name].method.toLowerCase()];
  assert(found, name);
  return found;
}

/** Fails unless the contract accepts the value; what no contract knows is a mistake in an example too. */
function assertSpeaks(schema: Schema, value: unknown): void {
  const validation = validate(schema, value);
  assert(validation.ok, JSON.stringify(validation));
  assert.deepEqual(validation.value, value);
}

const examplesIn = (content: { example?: unknown; examples?: Record<string, { value: unknown }> }) =>
  content.examples ? Object.values(content.examples).map(({ value }) => value) : [content.example];

describe('the OpenAPI document', () => {
  it('has the version of the packages', () => {
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8'));
    assert.equal(documentVersion, version);
    assert.equal(document.info.version, version);
  });

  it('holds each row of the table and the BFF’s own endpoints, and nothing else', () => {
    assert.deepEqual(
      all.map(({ operation }) => operation.operationId).sort(),
      [...operationNames, ...['session', 'environments', 'activity', 'resolve', 'livez', 'readyz']].sort(),
    );
    for (const name of operationNames) assert.equal(operationOf(name).operationId, name);
  });

  for (const name of operationNames) {
    const row: OperationRow = operations[name];

    it(`shows what ${name} takes and answers, as the contracts have it`, () => {
      const { requestBody, responses } = operationOf(name);
      assert.equal(requestBody === undefined, row.request === null);
      if (row.request && requestBody)
        assertSpeaks(row.request, requestBody.content['application/json'].example);
      const successes = Object.entries(responses).filter(([status]) => status.startsWith('2'));
      assert.deepEqual(
        successes.map(([status]) => status),
        row.writes ? ['201', '2XX'] : ['200'],
      );
      for (const [, { content }] of successes)
        assertSpeaks(successOf(row), content['application/json'].example);
    });

    it(`shows every failure of ${name} as the contract has it, with an outcome where it writes`, () => {
      for (const [status, { content }] of Object.entries(operationOf(name).responses)) {
        if (status.startsWith('2')) continue;
        for (const example of examplesIn(content['application/json'])) {
          assertSpeaks(failureBody, example);
          const { error } = failureBody.parse(example);
          const says = row.writes && errorCodes[error.code as ErrorCode]?.outcome !== null;
          assert.equal(error.outcome !== undefined, says, error.code);
          if (error.code in errorCodes && error.source !== 'pearsana')
            assert.equal(errorCodes[error.code as ErrorCode].status, Number(status));
        }
      }
    });

    it(`names the headers of ${name}`, () => {
      const names = JSON.stringify(operationOf(name).parameters);
      assert.equal(/confirmEnvironment.*idempotencyKey/.test(names), row.writes);
      for (const { headers } of Object.values(operationOf(name).responses)) {
        for (const header of ['X-Request-Id', 'RateLimit', 'RateLimit-Policy'])
          assert(header in headers, header);
      }
      assert('Retry-After' in (operationOf(name).responses[429]?.headers ?? {}));
      assert.equal(
        'Idempotent-Replayed' in (operationOf(name).responses[row.writes ? 201 : 200]?.headers ?? {}),
        row.writes,
      );
    });
  }

  it('shows the BFF’s own answers as the contracts have them', () => {
    const example = (path: string) =>
      document.paths[path]?.get?.responses[200]?.content['application/json'].example;
    assertSpeaks(sessionAnswer, example('/api/session'));
    assertSpeaks(environmentsAnswer, example('/api/environments'));
  });

  it('tells of every code, and of each at an endpoint but for those that no endpoint answers', () => {
    for (const code of Object.keys(errorCodes)) assert.match(JSON.stringify(document.info), new RegExp(code));
    const told = new Set(
      all.flatMap(({ operation }) =>
        Object.values(operation.responses).flatMap(({ content }) =>
          Object.keys(content['application/json'].examples ?? {}),
        ),
      ),
    );
    const untold = Object.keys(errorCodes).filter((code) => !told.has(code));
    assert.deepEqual(untold.sort(), ['LOGIN_FAILED', 'LOGIN_UNAVAILABLE', 'METHOD_NOT_ALLOWED']);
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
      'On every failed write, and only there.',
    );
  });

  it('wants to know who calls, but for the probes', () => {
    const open = all.filter(({ operation }) => JSON.stringify(operation.security) === '[]');
    assert.deepEqual(open.map(({ path }) => path).sort(), ['/livez', '/readyz']);
  });
});
