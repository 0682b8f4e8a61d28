import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { startLocalPearsana } from '../../../server/local-pearsana/start-local-pearsana.ts';
import { checkConfiguration } from '../../../server/program/check.ts';
import { version } from '../../../server/version.ts';
import { runServerCommand } from '../../support/bff/server-command.ts';
import { startBffWith } from '../../support/bff/test-bff.ts';
import { partnerVariables, uncalledPartner } from '../../support/partner/partner-variables.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** What `--check` says of these variables. */
async function check(variables: Record<string, string>, { tokens = false } = {}) {
  const lines: string[] = [];
  const good = await checkConfiguration({ variables, tokens, say: (line) => lines.push(line) });
  return { good, lines };
}

describe('server.js --check', () => {
  it('says every fault and warning at once, and makes nothing', async () => {
    using folder = temporaryFolder();
    const directory = join(folder.path, 'data');
    const { good, lines } = await check({
      BFF_DATA_DIR: directory,
      HOST: '0.0.0.0',
      PORT: 'x',
      BFF_PROT: '1',
    });
    assert.equal(good, false);
    assert.deepEqual(
      lines.map((line) => line.split(' ').slice(0, 2).join(' ')),
      ['Warning: BFF_PROT', 'Error: HOST', 'Error: HOST', 'Error: PORT'],
    );
    assert((await check({ BFF_DATA_DIR: directory })).good);
    assert.deepEqual(readdirSync(folder.path), []);
  });

  it('opens the journal, and says what is wrong with it', async () => {
    using folder = temporaryFolder();
    const directory = folder.path;
    const bff = await startBffWith({ sandbox: uncalledPartner }, { BFF_DATA_DIR: directory });
    const { good, lines } = await check({ BFF_DATA_DIR: directory });
    assert(good);
    assert.match(lines.join('\n'), /OK: the data directory .*, and the journal in it\./);
    await bff.stop();
    writeFileSync(
      join(directory, 'journal.sqlite'),
      'nothing that SQLite can read, though it is long enough'.repeat(99),
    );
    const damaged = await check({ BFF_DATA_DIR: directory });
    assert.equal(damaged.good, false);
    assert.match(damaged.lines.join('\n'), /^Error: the journal in /m);
  });

  it('asks each environment for a token, and never says a secret', async () => {
    using folder = temporaryFolder();
    await using pearsana = await startLocalPearsana();
    const wrong = { ...pearsana, clientSecret: 'a-secret-that-is-wrong-here' };
    const variables = {
      BFF_DATA_DIR: folder.path,
      ...partnerVariables({ sandbox: pearsana, production: wrong }),
    };
    const { good, lines } = await check(variables, { tokens: true });
    assert.equal(good, false);
    assert.match(lines.join('\n'), /^OK: sandbox gives a token\.$/m);
    assert.match(lines.join('\n'), /^Error: .*production/m);
    assert.doesNotMatch(lines.join('\n'), /a-secret-that-is-wrong-here/);
    assert(
      (
        await check(
          { ...variables, ...partnerVariables({ sandbox: pearsana, production: pearsana }) },
          { tokens: true },
        )
      ).good,
    );
  });

  it('is a command of the program, beside its manual and its version', async () => {
    using folder = temporaryFolder();
    const run = (...args: string[]) => runServerCommand(folder.path, args);
    const checked = await run('--check');
    assert.deepEqual([checked.code, checked.words], [0, '']);
    assert.match(checked.output, /^OK: the configuration\. Environments: local\.$/m);
    assert.equal((await run('--check', '--all')).code, 1);
    assert.deepEqual(await run('--version'), { code: 0, output: `${version}\n`, words: '' });
    const help = await run('--help');
    assert.equal(help.code, 0);
    for (const name of ['--check', 'access', 'journal', 'BFF_DATA_DIR', 'LOG_LEVEL'])
      assert(help.output.includes(name), name);
    const other = await run('serve');
    assert.deepEqual([other.code, other.output], [1, '']);
    assert.match(other.words, /^There is no command of that name\./);
  });

  it('has a version that is the one of the packages', () => {
    const { version: ofPackage } = JSON.parse(readFileSync('package.json', 'utf8'));
    assert.equal(version, ofPackage);
  });
});
