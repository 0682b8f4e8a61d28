import { spawnSync } from 'node:child_process';
import { dirname, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { errorCodeOf } from '../error-code.ts';
import { othersMay } from '../files/others-may.ts';
import { NotText, readText } from '../files/read-text.ts';
import type { Variables } from './settings.ts';

/** The content of `.env`, and warnings about the file itself. If it has a fault, it is ignored. */
type DotEnv = { variables: Variables; warnings: string[]; fault?: string };

/** The variables of a program that is started in this folder: its own override those of `.env`. */
export function variablesHere(ours: Variables): DotEnv {
  const file = readDotEnv(resolve('.env'));
  return { ...file, variables: { ...file.variables, ...ours } };
}

/** A missing file is an empty one. */
export function readDotEnv(path: string): DotEnv {
  let content: string;
  try {
    content = readText(path);
  } catch (error) {
    if (error instanceof NotText)
      return {
        variables: {},
        warnings: [],
        fault: `.env cannot be read: ${error.message}. Save it as UTF-8.`,
      };
    const code = errorCodeOf(error);
    const warnings = code === 'ENOENT' ? [] : [`.env cannot be read (${code}), so it is ignored.`];
    return { variables: {}, warnings };
  }
  const warnings: string[] = [];
  const { read, write } = othersMay(path);
  if (read || write) {
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
  warnings.push(...lostLines(content));
  const variables = parseDotEnv(content);
  if (variables.NODE_EXTRA_CA_CERTS) {
    warnings.push(
      'NODE_EXTRA_CA_CERTS has no effect in .env, since Node reads it earlier. Set it in the shell.',
    );
  }
  return { variables, warnings };
}

/** A line that sets a variable, as Node reads it, and the quotation mark that opens its value. */
const assignment = /^(?:export )?([A-Za-z_]\w*)[ \t]*=[ \t]*(["'`]?)/;

/** Warns of lines that set nothing, and of names that a later line sets again. */
function lostLines(content: string): string[] {
  const warnings: string[] = [];
  const names = new Set<string>();
  const lines = content.split('\n').map((line) => line.replace(/^[ \t]+/, ''));
  let openQuote = '';
  for (const [index, line] of lines.entries()) {
    if (openQuote !== '') {
      if (line.includes(openQuote)) openQuote = '';
      continue;
    }
    const found = assignment.exec(line);
    if (!found) {
      const text = line.trim();
      if (text !== '' && !text.startsWith('#'))
        warnings.push(`line ${index + 1} of .env is ignored, since it is not NAME=value.`);
      continue;
    }
    const [start, name = '', quote = ''] = found;
    if (names.has(name)) warnings.push(`.env sets ${name} more than once. Only the last line counts.`);
    names.add(name);
    // A value in quotation marks may go on over several lines.
    const isClosed = line.indexOf(quote, start.length) >= 0;
    if (quote !== '' && !isClosed && lines.slice(index + 1).some((each) => each.includes(quote)))
      openQuote = quote;
  }
  return warnings;
}

/** Stands for a number sign that begins no comment, while Node reads the file: no text has this character. */
const numberSign = '\u{f8ff}';

/**
 * To Node, a number sign begins a comment anywhere, so that it cuts `SECRET=a#b` to `a`. To shells, containers and service
 * managers it begins a comment only after a blank, and so it does here.
 */
function parseDotEnv(content: string): Variables {
  const parsed = parseEnv(content.replaceAll(/(?<=\S)#/g, numberSign));
  return Object.fromEntries(
    Object.entries(parsed).map(([name, value]) => [name, value?.replaceAll(numberSign, '#')]),
  );
}
