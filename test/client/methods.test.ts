import { join } from 'node:path';
import { it } from 'node:test';
import { clientMethodsSource } from '../../scripts/client-methods.ts';

const file = join(import.meta.dirname, '../../client/methods.ts');

// So that nobody writes a type or a description twice. After a change of the table or in shared/: npm run docstrings.
it('the types of the npm client are those of the table, with the words of /openapi.json', (t) => {
  t.assert.fileSnapshot(clientMethodsSource(), file, { serializers: [(value) => value] });
});
