import assert from 'node:assert/strict';
import { join } from 'node:path';
import { it } from 'node:test';
import { readDocstrings } from './read-docstrings.ts';

const root = join(import.meta.dirname, '../../..');

// So that nobody writes a description twice. After a change in shared/: npm run docstrings.
it('the descriptions in /openapi.json are the docstrings of the contracts', (t) => {
  t.assert.fileSnapshot(readDocstrings(), join(root, 'server/openapi/docstrings.json'), {
    serializers: [(value) => `${JSON.stringify(value, null, 2)}\n`],
  });
});

it('the types of the npm client are those of /openapi.json', async (t) => {
  // Loaded now, since it reads what the test above may have written.
  const { clientMethodsSource } = await import('../../../scripts/client-methods.ts');
  t.assert.fileSnapshot(clientMethodsSource(), join(root, 'client/methods.ts'), {
    serializers: [(value) => value],
  });
});

it('every method and every field of the npm client says what it means', async () => {
  const { clientMethodsSource } = await import('../../../scripts/client-methods.ts');
  // The maps from names to types, at the end, need no words.
  const [described = ''] = clientMethodsSource().split('export interface Requests');
  const lines = described.split('\n');
  const silent = lines.filter((line, index) => /^ +\w+\??:/.test(line) && !lines[index - 1]?.endsWith('*/'));
  assert(lines.length > 500);
  assert.deepEqual(silent, []);
});
