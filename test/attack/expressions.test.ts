import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from '@babel/parser';
import { checkSync } from 'recheck';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Where an expression is put together while the program runs, and why that is fine. */
const builders: Readonly<Record<string, string>> = {
  'server/callers/key-format.ts': 'of two constants, and of a fixed length',
  'server/http/middleware/request-line.ts': 'of the table’s paths: one such is checked below',
};

type Expression = { pattern: string; flags: string; place: string };

/** The regular expressions of a source, and the places where one is put together. */
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

/** Why an expression takes longer than its input is long, as `3rd degree polynomial`; nothing where all is well. */
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

  it('take as long as their input is, and no longer', () => {
    assert(literals.length > 100);
    const slow = literals.flatMap(({ pattern, flags, place }) => {
      const fault = faultOf(pattern, flags);
      return fault === undefined ? [] : [`${place} /${pattern}/${flags}: ${fault}`];
    });
    assert.deepEqual(slow, []);
  });

  it('are written out, but for those of which we know how they are put together', () => {
    assert.deepEqual(building.toSorted(), Object.keys(builders).toSorted());
    // A path with several parameters, as the table may come to have.
    assert.equal(faultOf('^/api/a/([^/]+)/b/([^/]+)/c/([^/]+)$'), undefined);
  });

  it('would be found out: these are quadratic, or worse', () => {
    for (const [pattern, fault] of [
      ['\\S+$', /^2nd degree polynomial/],
      ['\\s*,', /^2nd degree polynomial/],
      ['^\\s*\\d*\\s*$', /^2nd degree polynomial/],
      ['^(\\w+)+$', /^exponential/],
      ['^(a|a)*$', /^exponential/],
      // What it cannot read.
      ['(', /invalid/],
    ] as const) {
      assert.match(faultOf(pattern) ?? '', fault, pattern);
    }
  });
});
