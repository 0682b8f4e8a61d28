// What `deploy/` holds, as the programs read it that it is for. They come from the system's packages, and not from npm.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { temporaryFolder } from './support/temporary-folder.ts';

const at = (name: string) => join(import.meta.dirname, '../deploy', name);

/** Runs a program to its end; `skip` is why a test cannot, where this machine lacks the program. */
const run = (program: string, ...args: string[]) => spawnSync(program, args, { encoding: 'utf8' });
const needs = (program: string) =>
  run(program, '--version').status === 0 ? {} : { skip: `There is no ${program} on this machine.` };

/** In tenths: systemd calls it OK, and it rises with each restriction that is taken away. */
const mostExposure = 15;

describe('deploy/', () => {
  it('has alerts that Prometheus accepts', needs('promtool'), () => {
    const { status, stderr } = run('promtool', 'check', 'rules', at('alerts.yml'));
    assert.equal(status, 0, stderr);
  });

  it('has a unit that systemd accepts, and that stays hardened', needs('systemd-analyze'), () => {
    using folder = temporaryFolder();
    const unit = join(folder.path, 'pearsana-bff@.service');
    // systemd looks for `node` in its own folders.
    const text = readFileSync(at('pearsana-bff@.service'), 'utf8');
    writeFileSync(unit, text.replace('ExecStart=node', `ExecStart=${process.execPath}`));
    const verified = run('systemd-analyze', 'verify', unit);
    assert.deepEqual([verified.status, verified.stderr], [0, '']);
    const limits = ['--offline=yes', `--threshold=${mostExposure}`];
    const { status, stdout } = run('systemd-analyze', 'security', '--no-pager', ...limits, unit);
    assert.equal(status, 0, stdout);
  });

  it('runs commands with what the unit has, as far as systemd-run takes it', {
    skip: process.platform === 'win32',
  }, () => {
    using folder = temporaryFolder();
    const unit = at('pearsana-bff@.service');
    for (const [name, script] of [
      ['systemctl', `cat '${unit}'`],
      ['systemd-run', 'printf "%s\\n" "$@"'],
    ] as const)
      writeFileSync(join(folder.path, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const { stdout, stderr } = spawnSync('sh', [at('pearsana-bff'), 'access', 'list', '--of *'], {
      encoding: 'utf8',
      env: { PATH: `${folder.path}:${process.env.PATH}` },
    });
    const passed = stdout.trim().split('\n');
    const name = /^--unit=(.*)$/m.exec(stdout)?.[1];
    for (const property of [
      ...['DynamicUser=yes', 'User=pearsana-bff', 'StateDirectory=pearsana-bff', 'UMask=0077'],
      ...['EnvironmentFile=-/etc/pearsana-bff/env', 'Environment=BFF_DATA_DIR=/var/lib/pearsana-bff'],
      'LoadCredential=sandbox-client-secret:/etc/pearsana-bff/sandbox-client-secret',
      `Environment=PEARSANA_SANDBOX_CLIENT_SECRET_FILE=/run/credentials/${name}.service/sandbox-client-secret`,
    ])
      assert(passed.includes(`--property=${property}`), `${property} in\n${stdout}${stderr}`);
    const command = [
      'node',
      '--title=pearsana-bff',
      '/opt/pearsana-bff/server.js',
      'access',
      'list',
      '--of *',
    ];
    assert.deepEqual(passed.slice(-command.length), command);
    assert.doesNotMatch(stdout, /%[a-zA-Z]/);
  });
});
