import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readConfig } from '../../../server/config/read-config.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { configOf, faultsOf } from './config-of.ts';

const url = 'postgres://bff:canary-password@db.example.com/bff';

describe('the configuration of a shared database', () => {
  it('is a URL and a file of 32 bytes, and then no key in a file is asked for beyond loopback', () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'journal-key');
    const bytes = randomBytes(32);
    writeFileSync(file, bytes, { mode: 0o600 });
    const { database } = configOf({
      ...{ BFF_DATABASE_URL: url, BFF_JOURNAL_KEY_FILE: file },
      ...{ HOST: '0.0.0.0', BFF_PUBLIC_URL: 'https://bff.example.com', BFF_DATA_DIR: folder.path },
    });
    assert.equal(database?.url.reveal(), url);
    assert.equal(database?.journalKey.reveal(), bytes.toString('hex'));
    writeFileSync(join(folder.path, 'url'), `${url}\n`, { mode: 0o600 });
    const fromFile = configOf({
      BFF_DATABASE_URL_FILE: join(folder.path, 'url'),
      BFF_JOURNAL_KEY_FILE: file,
      BFF_DATA_DIR: folder.path,
    });
    assert.equal(fromFile.database?.url.reveal(), url);
  });

  it('warns of a journal in the data directory that the database does not know', () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'journal-key');
    writeFileSync(file, randomBytes(32), { mode: 0o600 });
    const variables = { BFF_DATABASE_URL: url, BFF_JOURNAL_KEY_FILE: file, BFF_DATA_DIR: folder.path };
    configOf(variables);
    writeFileSync(join(folder.path, 'journal.sqlite'), '');
    const { config, warnings } = readConfig(variables);
    assert(config);
    assert.match(warnings.join('\n'), /has a journal of its own.* run .*move-to-database/);
    configOf({ BFF_DATA_DIR: folder.path });
  });

  it('has every fault named, and never with a value', () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'journal-key');
    writeFileSync(file, 'canary-short', { mode: 0o600 });
    const faults = (variables: Record<string, string>) =>
      faultsOf({ BFF_DATA_DIR: folder.path, ...variables }).join('\n');
    const both = faults({ BFF_DATABASE_URL: 'mysql://canary-password@db/bff', BFF_JOURNAL_KEY_FILE: file });
    assert.match(both, /^BFF_DATABASE_URL must be the URL of a PostgreSQL database/m);
    assert.match(both, /^BFF_JOURNAL_KEY_FILE must name a file of exactly 32 bytes/m);
    assert.doesNotMatch(both, /canary/);
    assert.match(faults({ BFF_DATABASE_URL: url }), /BFF_JOURNAL_KEY_FILE is missing/);
    assert.match(faults({ BFF_JOURNAL_KEY_FILE: file }), /BFF_DATABASE_URL is missing/);
    for (const wrong of ['postgres://db', 'postgres:///bff', 'db.example.com/bff'])
      assert.match(
        faults({ BFF_DATABASE_URL: wrong, BFF_JOURNAL_KEY_FILE: file }),
        /^BFF_DATABASE_URL must be the URL/m,
      );
    const missing = join(folder.path, 'none');
    assert.match(
      faults({ BFF_DATABASE_URL: url, BFF_JOURNAL_KEY_FILE: missing }),
      /cannot be read \(ENOENT\)/,
    );
  });
});
