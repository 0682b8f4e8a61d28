import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, posix, sep } from 'node:path';
import { it } from 'node:test';

const root = join(import.meta.dirname, '../..');
const files = globSync('extension/src/**/*.ts', { cwd: root }).map((file) => file.replaceAll(sep, '/'));
/** These touch the window, and are tested in the real VS Code; all others are logic. */
const inTheHost =
  /^extension\/src\/(extension|views\/([a-z]+-tree|row-item)|failures\/(show-message|tell-failures)|forms\/wizard-input|commands\/[a-z-]+)\.ts$/;

function importsOf(file: string): { target: string; typesOnly: boolean }[] {
  const source = readFileSync(join(root, file), 'utf8');
  const found = source.matchAll(/^(?:import|export)\s(type\s)?(?:[^'";]*?\sfrom\s)?'([^']+)';/gm);
  return [...found].map(([, type, target = '']) => ({ target, typesOnly: type !== undefined }));
}

it('the extension imports nothing but itself, the contracts and VS Code', () => {
  assert(files.length > 10);
  for (const file of files) {
    for (const { target } of importsOf(file)) {
      const resolved = target.startsWith('.') ? posix.join(dirname(file), target) : target;
      assert.match(resolved, /^(vscode$|shared\/|extension\/src\/)/, `${file} imports ${target}`);
    }
  }
});

it('logic needs no VS Code to run', () => {
  for (const file of files) {
    const values = importsOf(file).some(({ target, typesOnly }) => target === 'vscode' && !typesOnly);
    if (!inTheHost.test(file)) assert(!values, `${file} imports values of vscode`);
  }
});
