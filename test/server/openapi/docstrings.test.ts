import { join } from 'node:path';
import { it } from 'node:test';
import { readDocstrings } from './read-docstrings.ts';

const file = join(import.meta.dirname, '../../../server/openapi/docstrings.json');

// So that nobody writes a description twice. After a change in shared/: npm run docstrings.
it('the descriptions in /openapi.json are the docstrings of the contracts', (t) => {
  t.assert.fileSnapshot(readDocstrings(), file, {
    serializers: [(value) => `${JSON.stringify(value, null, 2)}\n`],
  });
});
