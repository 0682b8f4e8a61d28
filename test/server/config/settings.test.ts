import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, it, test } from 'node:test';
import fc from 'fast-check';
import { readConfig } from '../../../server/config/read-config.ts';
import { createSettings } from '../../../server/config/settings.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

test('a secret setting', async (t) => {
  using temporary = temporaryFolder();
  const folder = temporary.path;
  const file = (name: string, content: string) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };

  await t.test('is taken from its value or from a file, without the line’s end', () => {
    assert.equal(createSettings({ A: ' s ' }).secret('A')?.reveal(), 's');
    assert.equal(
      createSettings({ A_FILE: file('good', ' s\n') })
        .secret('A')
        ?.reveal(),
      's',
    );
    assert.equal(createSettings({}).secret('A'), undefined);
  });

  for (const [what, variables, fault] of [
    ['in both places', { A: 's', A_FILE: file('both', 's') }, 'A and A_FILE are both set: keep one.'],
    ['in an empty file', { A_FILE: file('empty', ' \n') }, 'A_FILE names an empty file.'],
    ['in no file', { A_FILE: join(folder, 'none') }, 'A_FILE names a file that cannot be read (ENOENT).'],
    ['in a folder', { A_FILE: folder }, 'A_FILE names a file that cannot be read (EISDIR).'],
  ] as const) {
    await t.test(`is refused ${what}`, () => {
      const settings = createSettings(variables);
      assert.equal(settings.secret('A'), undefined);
      assert.deepEqual(settings.faults, [fault]);
    });
  }

  await t.test('is never shown by what holds it', () => {
    const { config } = readConfig({
      BFF_ACCESS_KEY: 'canary-x7Kq-2mVz-9fTb-4wLd',
      PEARSANA_SANDBOX_CLIENT_ID: 'id',
      PEARSANA_SANDBOX_CLIENT_SECRET: 'canary',
    });
    assert(config);
    assert.doesNotMatch(JSON.stringify(config), /canary/);
  });
});

describe('a value', () => {
  const settings = (value: string) => createSettings({ A: value, A_FILE: value });

  it('may come with the quotation marks of its line, as from docker --env-file', () => {
    for (const given of ['"s#1 "', "'s#1'", ' "s#1" ']) {
      assert.equal(settings(given).text('A'), 's#1');
      assert.equal(createSettings({ A: given }).secret('A')?.reveal(), 's#1');
    }
    assert.equal(settings('"https://a.example"').url('A'), 'https://a.example');
    assert.equal(settings("'7'").integer('A', 1, [1, 9]), 7);
    assert.equal(settings('""').isSet('A'), false);
    // Nothing but its own.
    for (const given of ['"s', 's"', '"s\'', 'a"s"']) assert.equal(settings(given).text('A'), given);
  });

  it('of several lines is refused, since a quotation mark is missing, unless it is a list', () => {
    const broken = settings('abc\nB=');
    assert.equal(broken.text('A'), undefined);
    assert.match(broken.faults.join(), /^A contains a line break .* quotation mark missing/);
    assert.equal(settings('abc\nB=').lines('A'), 'abc\nB=');
  });
});

describe('a path', () => {
  const at = (value: string) => {
    const settings = createSettings({ A: value });
    return settings.path('A') ?? settings.faults.join();
  };

  it('may begin with the home directory, however that is named', () => {
    for (const home of ['~', '$HOME', '$\u007bHOME}']) {
      assert.equal(at(`${home}/a b/c`), join(homedir(), 'a b/c'));
      assert.equal(at(home), homedir());
    }
    assert.equal(at('/a/~b/c~'), '/a/~b/c~');
  });

  it('is refused where nothing replaces what a shell would', () => {
    for (const path of ['~ada/bff', '~ada', '$DATA/bff', '/a/$\u007bDATA}', '%APPDATA%\\bff', '$HOMEDIR/a'])
      assert.match(
        at(path),
        /^A contains ~, \$ or %, which nothing replaces here: write the whole path/,
        path,
      );
  });

  it('is refused where there is no home directory', () => {
    using temporary = temporaryFolder();
    const { HOME } = process.env;
    process.env.HOME = '';
    try {
      assert.match(at('~/bff'), /write the whole path/);
      assert.match(
        (readConfig({}).faults ?? []).join(),
        /^BFF_DATA_DIR is missing, and .* no home directory/,
      );
      assert.equal(readConfig({ BFF_DATA_DIR: temporary.path }).faults, undefined);
    } finally {
      process.env.HOME = HOME;
    }
  });
});

describe('faults and warnings', () => {
  const names = [
    'HOST',
    'PORT',
    'LOG_LEVEL',
    'NODE_ENV',
    ...[
      'LOCAL',
      'ACCESS_KEY',
      'ACCESS_KEY_FILE',
      'DATA_DIR',
      'PUBLIC_URL',
      'TRUST_PROXY',
      'ALLOWED_ORIGINS',
      ...[
        'ISSUER',
        'CLIENT_ID',
        'CLIENT_SECRET',
        'CLIENT_SECRET_FILE',
        'SCOPES',
        'GRANTS',
        'RETURN_URLS',
      ].map((name) => `OIDC_${name}`),
      'SESSION_IDLE_MINUTES',
      'SESSION_HOURS',
      'TYPO',
    ].map((name) => `BFF_${name}`),
    ...['PARTNER_TIMEOUT_MS', 'TOKEN_TIMEOUT_MS', 'RATE_LIMIT_PER_MINUTE', 'PEARSANA_ENVIRONMENTS'],
    ...['', 'SANDBOX_', 'PRODUCTION_', 'STAGING_'].flatMap((prefix) =>
      ['CLIENT_ID', 'CLIENT_SECRET', 'CLIENT_SECRET_FILE', 'AUTH_URL', 'API_URL', 'PROTECTED', 'TYPO'].map(
        (name) => `PEARSANA_${prefix}${name}`,
      ),
    ),
  ];
  const canary = 'cAnAry';
  // A value under the wrong name may be a secret; each of these holds the canary in another disguise.
  const values = [
    canary,
    `https://user:${canary}@example.com`,
    `http://${canary}.example.com`,
    `https://${canary}.example.com/?a=${canary}#b`,
    `/tmp/${canary}`,
    `${canary},staging`,
    `${canary} \n${canary}`,
    `a,${canary},*`,
    '',
    'production',
    'staging',
    '0',
  ];

  it('never hold a value, whatever stands where', () => {
    const variables = fc.dictionary(fc.constantFrom(...names), fc.constantFrom(...values), { maxKeys: 45 });
    fc.assert(
      fc.property(variables, (given) => {
        const { faults = [], warnings } = readConfig(given);
        for (const line of [...faults, ...warnings]) assert.doesNotMatch(line, /canary/i);
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  it('name each fault once', () => {
    const variables = fc.dictionary(fc.constantFrom(...names), fc.constantFrom(...values), { minKeys: 20 });
    fc.assert(
      fc.property(variables, (given) => {
        const { faults = [] } = readConfig(given);
        assert.equal(new Set(faults).size, faults.length, faults.join('\n'));
      }),
      { numRuns: 300, seed: 2 },
    );
  });
});
