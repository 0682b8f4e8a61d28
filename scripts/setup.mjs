// Every npm script begins with it, on whichever Node the machine has: it installs what the lock file names, once, from
// npm alone. What follows in the same script is run by the pinned Node 24. It is no `pre` script, since npm leaves those
// out where it is configured with `ignore-scripts`.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';

const say = (line) => process.stderr.write(`${line}\n`);

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 18)) {
  say(`Node ${process.versions.node} is too old to install this project: use Node 20.18 or later.`);
  process.exit(1);
}

const windows = process.platform === 'win32';
const stamp = new URL('../node_modules/.installed', import.meta.url);
const wanted = createHash('sha256')
  .update(readFileSync(new URL('../package-lock.json', import.meta.url)))
  .update(`${process.platform}-${process.arch}`)
  .digest('hex');

/** npm does not start for a user without a home directory, as in a container. */
function environmentOfNpm() {
  try {
    homedir();
    return process.env;
  } catch {
    return { ...process.env, HOME: tmpdir() };
  }
}

function npm(...args) {
  const { status, signal } = spawnSync('npm', args, {
    cwd: new URL('..', import.meta.url),
    env: environmentOfNpm(),
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: windows,
  });
  if (status !== 0) {
    say(`npm ${args.join(' ')} ended with ${signal ?? `code ${status}`}; its words are above.`);
    process.exit(1);
  }
}

function pinnedNodeRuns() {
  const { status } = spawnSync(
    fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url)),
    ['--version'],
    {
      stdio: 'ignore',
      shell: windows,
    },
  );
  return status === 0;
}

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  say('Installing packages (once, under a minute) …');
  // Under `NODE_ENV=production` npm would leave out the pinned Node itself.
  npm('ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error');
  // Where a configuration of npm lets no package run its script (`ignore-scripts=true`), the pinned Node alone has to.
  if (!pinnedNodeRuns()) npm('rebuild', 'node', '--ignore-scripts=false', '--loglevel=error');
  if (!pinnedNodeRuns()) {
    say(
      'The package "node" brought no Node for this machine. Use Node 24 or later, and link it: ln -s "$(command -v node)" node_modules/.bin/node',
    );
    process.exit(1);
  }
  writeFileSync(stamp, wanted);
}

if (process.argv.includes('--extension')) npm('run', '--silent', 'package:extension');
