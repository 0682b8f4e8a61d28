import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseEnv } from 'node:util';
import { errorCodeOf } from '../error-code.ts';
import type { Variables } from './settings.ts';

/** The content of `.env`, and warnings about the file itself. A missing file counts as empty. */
export function readDotEnv(path: string): { variables: Variables; warnings: string[] } {
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch (error) {
    const code = errorCodeOf(error);
    const warnings = code === 'ENOENT' ? [] : [`.env cannot be read (${code}), so it is ignored.`];
    return { variables: {}, warnings };
  }
  const warnings: string[] = [];
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) {
    warnings.push('other users of this machine can read .env. Make it private: chmod 600 .env');
  }
  const tracked = spawnSync('git', ['ls-files', '--error-unmatch', path], {
    cwd: dirname(path),
    stdio: 'ignore',
  });
  if (tracked.status === 0) {
    warnings.push(
      '.env is tracked by git, and so are its secrets. Run git rm --cached .env, then replace the secrets.',
    );
  }
  const variables = parseEnv(content);
  if (variables.NODE_EXTRA_CA_CERTS) {
    warnings.push(
      'NODE_EXTRA_CA_CERTS has no effect in .env, since Node reads it earlier. Set it in the shell.',
    );
  }
  return { variables, warnings };
}
