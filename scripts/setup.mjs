// Runs before every npm script, on whichever Node the machine has: it installs what the lock file names, once,
// from npm alone. What follows in the same npm script then finds the pinned Node 24 first on its path.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

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

function npm(...args) {
  const { status, signal } = spawnSync('npm', args, {
    cwd: new URL('..', import.meta.url),
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: windows,
  });
  if (status !== 0) {
    say(`npm ${args.join(' ')} ended with ${signal ?? `code ${status}`}; its words are above.`);
    process.exit(1);
  }
}

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  say('Installing packages (once, under a minute) …');
  // Under `NODE_ENV=production` npm would leave out the pinned Node itself.
  npm('ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error');
  writeFileSync(stamp, wanted);
}

if (process.argv.includes('--extension')) npm('run', '--silent', 'package:extension');
