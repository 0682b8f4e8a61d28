import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readConfig } from '../../../server/config/read-config.ts';
import type { Variables } from '../../../server/config/settings.ts';
import { configOf, faultsOf } from './config-of.ts';

const key = 'x7Kq-2mVz-9fTb-4wLd-8hRc';
const sandbox = { PEARSANA_SANDBOX_CLIENT_ID: 'id', PEARSANA_SANDBOX_CLIENT_SECRET: 'secret' };
const publicBff = { HOST: '0.0.0.0', BFF_ACCESS_KEY: key, BFF_PUBLIC_URL: 'https://bff.example.com' };

describe('the configuration', () => {
  it('has the documented defaults, and the local Pearsana where nothing is configured', () => {
    const { allowedOrigins, ...rest } = configOf({});
    assert.deepEqual(rest, {
      host: '127.0.0.1',
      port: 8787,
      environments: [],
      local: true,
      accessKey: undefined,
      dataDirectory: join(homedir(), '.pearsana-bff'),
      database: undefined,
      journal: 'file',
      publicUrl: undefined,
      trustProxy: 0,
      sessions: undefined,
      windows: { keySeconds: 43_200, schemes: ['vscode', 'vscode-insiders'], origins: [] },
      proxy: undefined,
      partnerTimeoutMs: 10_000,
      tokenTimeoutMs: 5_000,
      rateLimitPerMinute: 120,
      importRateLimitPerMinute: 120,
      fileLimits: { document: 10_485_760, batch: 26_214_400 },
      metrics: undefined,
      maxBytesInFlight: 314_572_800,
      logLevel: 'info',
      production: false,
    });
    assert.deepEqual([allowedOrigins.exact.size, allowedOrigins.vscodeWeb], [0, false]);
  });

  it('takes blank for unset, as in a copied .env.example', () => {
    const names = ['HOST', 'PORT', 'BFF_LOCAL', 'BFF_ACCESS_KEY', 'BFF_ALLOWED_ORIGINS', 'LOG_LEVEL'];
    const blank = Object.fromEntries(names.map((name, index) => [name, ' '.repeat(index)]));
    assert.deepEqual(configOf(blank), configOf({}));
  });

  it('takes the proxy under its usual names, and shows nothing of a wrong one', () => {
    const url = 'http://user:canary@proxy.example.com:3128';
    assert.deepEqual(configOf({ HTTPS_PROXY: url, NO_PROXY: 'a.example.com' }).proxy, {
      url,
      except: 'a.example.com',
    });
    assert.deepEqual(configOf({ https_proxy: url }).proxy, { url, except: undefined });
    assert.equal(configOf({ NO_PROXY: '*' }).proxy, undefined);
    for (const wrong of ['socks5://canary.example.com', 'http://', 'http://canary:port']) {
      const [fault, ...others] = faultsOf({ ...sandbox, HTTPS_PROXY: wrong });
      assert.match(fault ?? '', /^HTTPS_PROXY must be a URL that begins with http:\/\/ or https:\/\//);
      assert.deepEqual(others, []);
      assert.doesNotMatch(fault ?? '', /canary/);
    }
  });

  it('offers the local Pearsana beside others only if told so', () => {
    assert.equal(configOf(sandbox).local, false);
    assert.equal(configOf({ ...sandbox, BFF_LOCAL: 'true' }).local, true);
  });

  it('takes as many bytes in flight as the largest body has, and no fewer', () => {
    assert.equal(configOf({ MAX_BYTES_IN_FLIGHT: '36590936' }).maxBytesInFlight, 36_590_936);
    const small = { MAX_DOCUMENT_BYTES: '3', MAX_BATCH_BYTES: '3', MAX_BYTES_IN_FLIGHT: '1638404' };
    assert.deepEqual(configOf(small).fileLimits, { document: 3, batch: 3 });
  });

  it('takes what is configured', () => {
    const config = configOf({
      ...publicBff,
      ...sandbox,
      PORT: '0',
      BFF_TRUST_PROXY: '1',
      LOG_LEVEL: 'debug',
    });
    assert.equal(config.accessKey?.reveal(), key);
    const { host, port, publicUrl, trustProxy, logLevel } = config;
    assert.deepEqual(
      [host, port, publicUrl, trustProxy, logLevel],
      ['0.0.0.0', 0, 'https://bff.example.com', 1, 'debug'],
    );
  });

  const faulty: [what: string, variables: Variables, ...faults: RegExp[]][] = [
    ['a port that is none', { PORT: '65536' }, /^PORT must be a whole number from 0 to 65535/],
    ['a port with letters', { PORT: '80a' }, /^PORT must/],
    ['a negative port', { PORT: '-1' }, /^PORT must/],
    ['a limit of nothing', { RATE_LIMIT_PER_MINUTE: '0' }, /^RATE_LIMIT_PER_MINUTE must/],
    ['a time limit in words', { PARTNER_TIMEOUT_MS: '10s' }, /^PARTNER_TIMEOUT_MS must/],
    ['a time limit of nothing', { TOKEN_TIMEOUT_MS: '0' }, /^TOKEN_TIMEOUT_MS must/],
    ['proxies without a number', { BFF_TRUST_PROXY: 'true' }, /^BFF_TRUST_PROXY must/],
    ['a level that is none', { LOG_LEVEL: 'loud' }, /^LOG_LEVEL must be one of: fatal, error/],
    ['a flag that is none', { BFF_LOCAL: 'perhaps' }, /^BFF_LOCAL must be true or false/],
    ['a short key', { BFF_ACCESS_KEY: 'k'.repeat(23) }, /^BFF_ACCESS_KEY is too short/],
    ['a key with a space', { BFF_ACCESS_KEY: `${key} ${key}` }, /^BFF_ACCESS_KEY must be printable ASCII/],
    ['a key of other letters', { BFF_ACCESS_KEY: 'ключ'.repeat(9) }, /^BFF_ACCESS_KEY must be printable/],
    [
      'a key with a wrong checksum',
      { BFF_ACCESS_KEY: `pbff_${'0'.repeat(43)}1FhIcg` },
      /but its checksum is wrong/,
    ],
    ...[
      ['repeats itself', 'k'.repeat(24)],
      ['repeats a word', 'registrar-registrar-registrar'],
      ['is an alphabet', 'abcdefghijklmnopqrstuvwxyz'],
      ['is a row of numbers', '987654321098765432109876'],
      ['goes along the keyboard', 'qwertyuiopasdfghjklzxcvbnm'],
      ['goes down the keyboard', '1qaz2wsx3edc4rfv5tgb6yhn'],
      ['is made of common words', 'my-super-secret-access-key'],
      ['is made of common words and a year', 'pearsana-bff-admin-password-2026'],
      ['has digits for letters', 'P@ssw0rd-S3cr3t-P@ssw0rd'],
      ['is a UUID of nothing', '00000000-0000-0000-0000-000000000000'],
    ].map(([what, weak]): [string, Variables, RegExp] => [
      `a key that ${what}`,
      { BFF_ACCESS_KEY: String(weak) },
      /^BFF_ACCESS_KEY can be guessed: .* openssl rand -hex 32/,
    ]),
    [
      'a key that no request could carry',
      { BFF_ACCESS_KEY: 'x7Kq-2mVz'.repeat(60) },
      /^BFF_ACCESS_KEY is too long/,
    ],
    ['a journal elsewhere', { BFF_JOURNAL: '/var/log/journal' }, /^BFF_JOURNAL must be one of: file, stdout/],
    ['an address over http', { BFF_PUBLIC_URL: 'http://bff.example.com' }, /^BFF_PUBLIC_URL must be https/],
    ...['https://example.com/bff', 'https://example.com/bff/?a'].map(
      (address): [string, Variables, RegExp] => [
        `the address ${address}`,
        { BFF_PUBLIC_URL: address },
        /^BFF_PUBLIC_URL must (be scheme, host and port only|not contain a query)/,
      ],
    ),
    ...[
      ...[
        'https://my_bff.example.com',
        'https://*.example.com',
        'https://a..example.com',
        'https://-a.example.com',
      ],
      ...[
        'https://a~b.example.com',
        `https://${'a'.repeat(64)}.example.com`,
        'https://0.0.0.0:8787',
        'https://[::]',
      ],
      'https://bff.example.com:0',
    ].map((address): [string, Variables, RegExp] => [
      `the address ${address}`,
      { BFF_PUBLIC_URL: address },
      /^BFF_PUBLIC_URL names a host or a port that nobody can call/,
    ]),
    [
      'a host that is not loopback, with nothing else',
      { HOST: '0.0.0.0' },
      /^HOST is not loopback, but the BFF has no way to tell its callers apart: .* BFF_ACCESS_KEY/,
      /^HOST is not loopback, but BFF_PUBLIC_URL is missing/,
    ],
    [
      'that host without a key',
      { ...publicBff, BFF_ACCESS_KEY: '' },
      /no way to tell its callers apart: .* set BFF_ACCESS_KEY/,
    ],
    ['that host without an address', { ...publicBff, BFF_PUBLIC_URL: '' }, /BFF_PUBLIC_URL is missing/],
    ['a host like loopback', { HOST: '127.0.0.1.example.com' }, /BFF_ACCESS_KEY/, /BFF_PUBLIC_URL/],
    ['production without environments', { NODE_ENV: 'production' }, /^No Pearsana environment is configured/],
    [
      'production with the local Pearsana',
      { ...sandbox, NODE_ENV: 'production', BFF_LOCAL: 'true' },
      /^BFF_LOCAL is set, but the local Pearsana is for development/,
    ],
    [
      'nothing to call',
      { BFF_LOCAL: 'false' },
      /^BFF_LOCAL is false and no Pearsana environment is configured/,
    ],
    ['a document of nothing', { MAX_DOCUMENT_BYTES: '0' }, /^MAX_DOCUMENT_BYTES must be a whole number/],
    ['a document too large for JSON', { MAX_DOCUMENT_BYTES: '200000001' }, /^MAX_DOCUMENT_BYTES must/],
    ['a batch in words', { MAX_BATCH_BYTES: '25MB' }, /^MAX_BATCH_BYTES must/],
    [
      'fewer bytes in flight than one batch has',
      { MAX_BYTES_IN_FLIGHT: '36590935' },
      /^MAX_BYTES_IN_FLIGHT must be at least 36590936: one request with MAX_DOCUMENT_BYTES or MAX_BATCH_BYTES/,
    ],
    [
      'fewer than one document has',
      { MAX_DOCUMENT_BYTES: '200000000', MAX_BYTES_IN_FLIGHT: '200000000' },
      /^MAX_BYTES_IN_FLIGHT must be at least 266732204:/,
    ],
  ];
  for (const [what, variables, ...faults] of faulty) {
    it(`is refused for ${what}`, () => {
      const found = faultsOf(variables);
      assert.equal(found.length, faults.length, found.join('\n'));
      for (const [index, pattern] of faults.entries()) assert.match(found[index] ?? '', pattern);
    });
  }

  it('takes every address that can be called', () => {
    for (const [address, taken] of [
      ['https://bff.example.com/', 'https://bff.example.com'],
      ['https://BFF.Example.com.:8443', 'https://bff.example.com.:8443'],
      ['https://bücher.example', 'https://xn--bcher-kva.example'],
      ['https://10.0.0.7:8787', 'https://10.0.0.7:8787'],
      ['https://[fd00::17]', 'https://[fd00::17]'],
      ['http://localhost:8787', 'http://localhost:8787'],
    ])
      assert.equal(configOf({ BFF_PUBLIC_URL: String(address) }).publicUrl, taken);
  });

  it('takes keys that a generator has made', () => {
    for (const made of [
      ...[
        '8f14e45fceea167a5a36dedd4bea2543',
        '1XRNDdLlWPWkpSfVhMdvSoHQ',
        '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
      ],
      ...['pbff_an-access-key-for-tests-only', 'gravel-mimosa-unfunded-trombone-kelp-divisive'],
      ...Array.from({ length: 500 }, () => randomBytes(12).toString('hex')),
      ...Array.from({ length: 500 }, () => randomBytes(18).toString('base64')),
    ])
      assert.equal(configOf({ BFF_ACCESS_KEY: made }).accessKey?.reveal(), made);
  });

  it('takes an address to listen at with brackets, and a word in any case', () => {
    assert.equal(configOf({ HOST: '[::1]' }).host, '::1');
    assert.equal(
      configOf({ HOST: '[::]', BFF_ACCESS_KEY: key, BFF_PUBLIC_URL: 'https://a.example' }).host,
      '::',
    );
    assert.equal(configOf({ LOG_LEVEL: 'INFO' }).logLevel, 'info');
    assert.equal(configOf({ LOG_LEVEL: 'Debug', BFF_JOURNAL: 'STDOUT' }).journal, 'stdout');
    assert.equal(configOf({ ...sandbox, NODE_ENV: 'Production ' }).production, true);
  });

  it('takes a proxy without a scheme, and lets a wrong one stop nothing that is only local', () => {
    for (const [given, taken] of [
      ['proxy.corp.example:3128', 'http://proxy.corp.example:3128'],
      ['10.0.0.1:3128', 'http://10.0.0.1:3128'],
      ['user:canary@proxy.corp.example:3128', 'http://user:canary@proxy.corp.example:3128'],
      ['[fd00::1]:3128', 'http://[fd00::1]:3128'],
      ['proxy', 'http://proxy'],
    ])
      assert.equal(configOf({ ...sandbox, HTTPS_PROXY: String(given) }).proxy?.url, taken);
    const { config, warnings } = readConfig({ HTTPS_PROXY: 'socks5://canary.example.com:1080' });
    assert.equal(config?.proxy, undefined);
    assert.match(warnings.join(), /^HTTPS_PROXY must be a URL .* It is ignored/);
    assert.doesNotMatch(warnings.join(), /canary/);
  });

  it('takes the variables of a service in Kubernetes for none of ours, whatever it is called', () => {
    const ofService = (name: string) => ({
      [`${name}_SERVICE_HOST`]: '10.0.0.7',
      [`${name}_SERVICE_PORT`]: '8787',
      [`${name}_SERVICE_PORT_HTTP`]: '8787',
      [`${name}_PORT`]: 'tcp://10.0.0.7:8787',
      [`${name}_PORT_8787_TCP`]: 'tcp://10.0.0.7:8787',
      [`${name}_PORT_8787_TCP_PROTO`]: 'tcp',
      [`${name}_PORT_8787_TCP_PORT`]: '8787',
      [`${name}_PORT_8787_TCP_ADDR`]: '10.0.0.7',
    });
    // Without a warning.
    const names = ['BFF', 'BFF_METRICS', 'BFF_PUBLIC_URL', 'PEARSANA', 'PEARSANA_SANDBOX', 'PEARSANA_BFF'];
    for (const name of names) assert.equal(configOf({ ...ofService(name) }).local, true, name);
    assert.match(readConfig({ BFF_PORT: '8787' }).warnings.join(), /^BFF_PORT is set/);
  });

  it('reports every fault at once', () => {
    const all = Object.assign({}, ...faulty.slice(0, 9).map(([, variables]) => variables));
    const names = [
      'PORT',
      'RATE_LIMIT_PER_MINUTE',
      'PARTNER_TIMEOUT_MS',
      'TOKEN_TIMEOUT_MS',
      'BFF_TRUST_PROXY',
    ];
    const found = faultsOf({ ...all, PEARSANA_SANDBOX_CLIENT_ID: 'id' });
    for (const name of [...names, 'LOG_LEVEL', 'BFF_LOCAL', 'PEARSANA_SANDBOX_CLIENT_SECRET']) {
      assert.equal(found.filter((fault) => fault.startsWith(`${name} `)).length, 1, name);
    }
  });

  it('warns of names that the BFF does not know, and of no others', () => {
    const { warnings } = readConfig({
      ...sandbox,
      BFF_ACESS_KEY: key,
      PEARSANA_SANDBOX_SECRET: 'secret',
      PATH: '/bin',
      HOSTNAME: 'here',
    });
    assert.deepEqual(
      warnings.map((warning) => warning.split(' ')[0]),
      ['BFF_ACESS_KEY', 'PEARSANA_SANDBOX_SECRET'],
    );
  });
});
