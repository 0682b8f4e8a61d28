import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from '@babel/parser';
import { checkSync } from 'recheck';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The files that build a regular expression at run time, and what they build it from. */
const builders: Readonly<Record<string, string>> = {
  'server/callers/key-format.ts': 'from two constants, with a fixed length',
  'server/http/middleware/request-line.ts': 'from the table’s paths: a test below checks an example',
};

type Expression = { pattern: string; flags: string; place: string };

/** The regular expressions in a source file, and whether it builds one at run time. */
function expressionsIn(path: string): { literals: Expression[]; builds: boolean } {
  const literals: Expression[] = [];
  let builds = false;
  const { program } = parse(readFileSync(root + path, 'utf8'), {
    sourceType: 'module',
    plugins: ['typescript'],
  });
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if (Array.isArray(node)) {
      for (const each of node) walk(each);
      return;
    }
    const { type, pattern, flags, loc, callee } = node as Record<string, unknown>;
    if (type === 'RegExpLiteral') {
      const line = (loc as { start: { line: number } }).start.line;
      literals.push({ pattern: String(pattern), flags: String(flags), place: `${path}:${line}` });
    }
    if ((callee as { name?: string } | undefined)?.name === 'RegExp') builds = true;
    for (const [name, each] of Object.entries(node)) if (name !== 'loc') walk(each);
  };
  walk(program);
  return { literals, builds };
}

/** How an expression's time grows if it is not linear, as in `3rd degree polynomial`; undefined if it is linear. */
function faultOf(pattern: string, flags = ''): string | undefined {
  const result = checkSync(pattern, flags, { randomSeed: 1, timeout: null });
  if (result.status === 'safe') return undefined;
  return result.status === 'vulnerable' ? result.complexity.summary : JSON.stringify(result.error);
}

describe('the regular expressions of the server, the contracts, the client and the extension', () => {
  const literals: Expression[] = [];
  const building: string[] = [];
  before(() => {
    for (const path of globSync('{server,shared,extension/src,client}/**/*.ts', { cwd: root })) {
      const found = expressionsIn(path);
      literals.push(...found.literals);
      if (found.builds) building.push(path);
    }
  });

  it('take time that grows linearly with their input', () => {
    assert(literals.length > 100);
    const slow = literals.flatMap(({ pattern, flags, place }) => {
      const fault = faultOf(pattern, flags);
      return fault === undefined ? [] : [`${place} /${pattern}/${flags}: ${fault}`];
    });
    assert.deepEqual(slow, []);
  });

  it('are literals, except in the files that are listed above', () => {
    assert.deepEqual(building.toSorted(), Object.keys(builders).toSorted());
    // An expression for a path with several parameters, which the table may have in future.
    assert.equal(faultOf('^/api/a/([^/]+)/b/([^/]+)/c/([^/]+)$'), undefined);
  });

  it('are reported if they are quadratic or worse', () => {
    for (const [pattern, fault] of [
      ['\\S+$', /^2nd degree polynomial/],
      ['\\s*,', /^2nd degree polynomial/],
      ['^\\s*\\d*\\s*$', /^2nd degree polynomial/],
      ['^(\\w+)+$', /^exponential/],
      ['^(a|a)*$', /^exponential/],
      // The checker cannot parse this one.
      ['(', /invalid/],
    ] as const) {
      assert.match(faultOf(pattern) ?? '', fault, pattern);
    }
  });
});
