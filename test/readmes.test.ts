// That what people read names all that can be called.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { operationCommands } from '../extension/src/contributions.ts';
import { endpoints } from '../shared/endpoints.ts';
import { describedPath } from './support/requests/paths.ts';

const read = (file: string) => readFileSync(join(import.meta.dirname, '..', file), 'utf8');
const names = Object.keys(endpoints) as (keyof typeof endpoints)[];

describe('the READMEs', () => {
  const table = read('docs/endpoints.md');

  for (const name of names) {
    const { method, access, path } = endpoints[name];
    if (!path.startsWith('/api/')) continue;
    it(`have a line for the endpoint ${name}, with the grant that it needs`, () => {
      const grant = access === 'grant' ? ` \`${name}\` ` : '  ';
      const line = `| \`${method} ${describedPath(name)}\` |${grant}|`;
      assert(table.includes(line), `docs/endpoints.md needs a line that begins with ${line}`);
    });
  }

  it('have a line for the command of each operation, by its title and its name', () => {
    const extension = read('extension/README.md');
    const { contributes } = JSON.parse(read('extension/package.json'));
    for (const command of new Set<string>(Object.values(operationCommands))) {
      const title = contributes.commands.find((each: { command: string }) => each.command === command)?.title;
      assert(title !== undefined, `extension/package.json has no command ${command}`);
      const line = `| Pearsana: ${title} | \`${command}\``;
      assert(extension.includes(line), `extension/README.md needs a line that begins with ${line}`);
    }
  });
});

describe('docs/operate.md', () => {
  const page = read('docs/operate.md');
  const [, settingsTable = ''] = page.split('\n## Settings\n');

  it('has every setting in its table, with its default', () => {
    const settings = [...read('.env.example').matchAll(/^([A-Z_]+)=/gm)].map(([, name = '']) => name);
    assert(settings.length > 30);
    for (const name of settings) {
      const ofAll = name.replace(/_(SANDBOX|PRODUCTION)_/, '_<NAME>_').replace(/_FILE$/, '');
      assert(settingsTable.includes(`\`${ofAll}\``), `The settings need a row with \`${ofAll}\``);
    }
  });

  it('names every metric, and neither it nor an alert names one that is not there', () => {
    const own = (text: string) => new Set(text.match(/\bpearsana_bff_\w+?(?=_count\b|_bucket\b|_sum\b|\b)/g));
    const metrics = own(read('server/metrics/metrics.ts'));
    assert(metrics.size > 5);
    assert.deepEqual([...own(page)].sort(), [...metrics].sort());
    for (const name of own(read('deploy/alerts.yml'))) assert(metrics.has(name), name);
  });
});
