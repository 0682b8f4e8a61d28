import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { documentedScopes } from '../../server/local-pearsana/scopes.ts';
import { type OperationRow, operationNames, operationPath, operations } from '../../shared/operations.ts';
import { scope } from '../../shared/scopes.ts';

const rows = operationNames.map((name): [string, OperationRow] => [name, operations[name]]);

describe('the table of operations', () => {
  it('has no two rows at one path', () => {
    const places = rows.map(([, { method, path }]) => `${method} ${path}`);
    assert.equal(new Set(places).size, places.length);
  });

  for (const [name, row] of rows) {
    it(`has a row ${name} that does not contradict itself`, () => {
      assert.match(row.path, /^[a-z]+(\/[a-z]+)*$/);
      assert.match(row.partner.path, /^(\/[a-z0-9]+)+$/);
      assert.notEqual(row.title, '');
      if (row.writes) assert.equal(row.method, 'POST');
      if (row.request === null) assert.equal(row.bodyCap, 0);
      else assert(row.bodyCap > 0);
    });

    it(`keeps what can be answered again, and references, of each write: ${name}`, () => {
      assert.equal(row.keptResult !== null, row.writes);
    });

    it(`asks for documented scopes alone in ${name}`, () => {
      const known: readonly string[] = documentedScopes;
      if (Array.isArray(row.scopes)) for (const each of row.scopes) assert(known.includes(each), each);
    });
  }

  it('names a place below the environment', () => {
    assert.equal(operationPath('ping', 'sandbox'), '/api/environments/sandbox/ping');
  });

  it('gives a ping its own scope and no other', () => {
    assert.deepEqual(operations.ping.scopes, ['pearsana-partner/ping']);
    assert.deepEqual(operations.health.scopes, []);
  });

  it('spells scopes as the partner does', () => {
    assert.equal(scope('partners.users:write'), 'pearsana-partner/partners.users:write');
  });
});
