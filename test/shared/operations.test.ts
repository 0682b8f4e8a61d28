import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { documentedScopes } from '../../server/local-pearsana/scopes.ts';
import {
  type EndpointRow,
  isWrite,
  type OperationRow,
  parametersIn,
  scopesOf,
} from '../../shared/endpoint-row.ts';
import { endpoints } from '../../shared/endpoints.ts';
import { operationNames, operations } from '../../shared/operations.ts';
import { scope, scopeDescriptions } from '../../shared/scopes.ts';
import { operationPath } from '../support/requests/paths.ts';
import { isWriteName, samples } from '../support/requests/write-samples.ts';

const rows = operationNames.map((name): [typeof name, OperationRow] => [name, operations[name]]);

describe('the table of all that can be called', () => {
  const all = Object.entries<EndpointRow>(endpoints);

  it('has no two rows of one method at one path, whatever their parameters are called', () => {
    const places = all.map(([, { method, path }]) => `${method} ${path.replaceAll(/\/:\w+/g, '/:')}`);
    assert.equal(new Set(places).size, places.length);
  });

  for (const [name, row] of all) {
    it(`has a row ${name} whose path can be served, and whose body has an end`, () => {
      assert.match(row.path, /^\/(api|auth)(\/:?[a-zA-Z]+)+$/);
      const parameters = parametersIn(row.path);
      assert.equal(new Set(parameters).size, parameters.length);
      assert.equal((row.bodyCap ?? 0) > 0, row.request !== undefined);
    });
  }
});

describe('the operations of the table', () => {
  for (const [name, row] of rows) {
    it(`have a row ${name} that does not contradict itself`, () => {
      assert.match(row.path, /^\/api\/environments\/:environment(\/:?[a-zA-Z]+)+$/);
      assert.notEqual(row.title, '');
      if (!row.partner) return;
      assert.match(row.partner.path, /^(\/:?[a-zA-Z0-9]+)+(:[A-Za-z]+)?$/);
      const known = parametersIn(row.path);
      for (const each of parametersIn(row.partner.path)) assert(known.includes(each), each);
    });

    it(`keep what can be answered again, and references, of each write: ${name}`, () => {
      assert.equal('keptResult' in row, isWrite(row));
      assert.equal('references' in row, isWrite(row));
    });

    it(`ask for documented scopes alone in ${name}`, () => {
      const known: readonly string[] = documentedScopes;
      const requests = isWriteName(name) ? Object.values(samples[name]) : [undefined];
      for (const request of requests) {
        const asked = scopesOf(row, request);
        for (const each of asked) assert(known.includes(each), each);
        assert.equal(new Set(asked).size, asked.length);
        // What changes something at Pearsana is never sent without a token.
        if (isWrite(row)) assert(asked.length > 0);
      }
    });
  }

  it('name a place below the environment', () => {
    assert.equal(operationPath('ping', 'sandbox'), '/api/environments/sandbox/ping');
  });

  it('give a ping its own scope and no other', () => {
    assert.deepEqual(operations.ping.partner.scopes, ['pearsana-partner/ping']);
    assert.deepEqual(operations.health.partner.scopes, []);
  });

  it('give documents the scope of verifications only where one begins', () => {
    const storing = [
      'pearsana-partner/partners.documents:write',
      'pearsana-partner/partners.externalRefs:read',
    ];
    const verifying = [...storing, 'pearsana-partner/partners.verifications:write'];
    const { least } = samples.submitDocument;
    const intents: [intent: string | undefined, wanted: string[]][] = [
      [undefined, storing],
      ['store_only', storing],
      ['attest', verifying],
      ['STORE_ONLY', verifying],
      [' store_only', verifying],
      ['whatever comes next year', verifying],
    ];
    const item = (intent: string | undefined, index: number) => ({
      ...{ ...least, itemId: String(index) },
      ...(intent !== undefined && { verificationIntent: intent }),
    });
    for (const [intent, wanted] of intents) {
      assert.deepEqual(scopesOf(operations.submitDocument, item(intent, 0)), wanted, intent);
      for (const [other, more] of intents) {
        const items = [undefined, intent, other].map(item);
        const either = more.length > wanted.length ? more : wanted;
        assert.deepEqual(scopesOf(operations.submitDocumentBatch, { items }), either, `${intent}, ${other}`);
      }
    }
  });

  it('spell scopes as Pearsana does', () => {
    assert.equal(scope('partners.users:write'), 'pearsana-partner/partners.users:write');
    const names = Object.keys(scopeDescriptions) as (keyof typeof scopeDescriptions)[];
    assert.deepEqual(names.map(scope), [...documentedScopes]);
  });
});
