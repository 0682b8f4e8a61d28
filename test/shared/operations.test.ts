import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { documentedScopes } from '../../server/local-pearsana/scopes.ts';
import {
  type OperationRow,
  operationNames,
  operationPath,
  operations,
  scopesOf,
} from '../../shared/operations.ts';
import { scope, scopeDescriptions } from '../../shared/scopes.ts';
import { isWrite, samples } from '../support/requests/write-samples.ts';

const rows = operationNames.map((name): [typeof name, OperationRow] => [name, operations[name]]);

describe('the table of operations', () => {
  it('has no two rows at one path', () => {
    const places = rows.map(([, { method, path }]) => `${method} ${path}`);
    assert.equal(new Set(places).size, places.length);
  });

  for (const [name, row] of rows) {
    it(`has a row ${name} that does not contradict itself`, () => {
      assert.match(row.path, /^[a-z]+(\/[a-z]+)*$/);
      if (row.partner) assert.match(row.partner.path, /^(\/[a-z0-9]+)+(:[A-Za-z]+)?$/);
      assert.notEqual(row.title, '');
      if (row.writes) assert.equal(row.method, 'POST');
      if (row.request === null) assert.equal(row.bodyCap, 0);
      else assert(row.bodyCap > 0);
    });

    it(`keeps what can be answered again, and references, of each write: ${name}`, () => {
      assert.equal('keptResult' in row, row.writes);
      assert.equal('references' in row, row.writes);
    });

    it(`asks for documented scopes alone in ${name}`, () => {
      const known: readonly string[] = documentedScopes;
      const requests = isWrite(name) ? Object.values(samples[name]) : [undefined];
      for (const request of requests) {
        const asked = scopesOf(row, request);
        for (const each of asked) assert(known.includes(each), each);
        assert.equal(new Set(asked).size, asked.length);
        // What changes something at the partner is never sent without a token.
        if (row.writes) assert(asked.length > 0);
      }
    });
  }

  it('names a place below the environment', () => {
    assert.equal(operationPath('ping', 'sandbox'), '/api/environments/sandbox/ping');
  });

  it('gives a ping its own scope and no other', () => {
    assert.deepEqual(operations.ping.scopes, ['pearsana-partner/ping']);
    assert.deepEqual(operations.health.scopes, []);
  });

  it('gives documents the scope of verifications only where one begins', () => {
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

  it('spells scopes as the partner does', () => {
    assert.equal(scope('partners.users:write'), 'pearsana-partner/partners.users:write');
    const names = Object.keys(scopeDescriptions) as (keyof typeof scopeDescriptions)[];
    assert.deepEqual(names.map(scope), [...documentedScopes]);
  });
});
