// The docstrings of the contracts, found by parsing their sources: they describe the fields in /openapi.json too.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from '@babel/parser';

/** The fields of a syntax tree's node that are read. */
type Node = { type: string; leadingComments?: { type: string; value: string }[] | null };

const root = join(import.meta.dirname, '../../..');

/** Every docstring of a value in `shared/`, by the exported name and the fields below it, as in `failure.message`. */
export function readDocstrings(): Record<string, string> {
  const files = globSync('shared/*.ts', { cwd: root }).sort();
  return Object.assign({}, ...files.map((file) => docstringsIn(readFileSync(join(root, file), 'utf8'))));
}

/** The same of one source. What is not exported is nobody's contract, but may be a part of one. */
export function docstringsIn(source: string): Record<string, string> {
  const found: Record<string, string> = {};
  const statements = parse(source, { sourceType: 'module', plugins: ['typescript'] }).program.body;
  const parts = new Map(
    statements
      .map((statement) => declaratorOf(statement))
      .map((declarator) => [nameOf(declarator), child(declarator, 'init')]),
  );

  const exported = new Set(statements.map((each) => nameOf(declaratorOf(child(each, 'declaration')))));

  function note(path: string, { leadingComments }: Node): void {
    const last = leadingComments?.at(-1);
    if (last?.type === 'CommentBlock' && last.value.startsWith('*')) found[path] = plain(last.value);
  }

  /** The fields of an interface that names the type of a schema, as `Failure` does of `failure`. */
  function noteFields(declaration: unknown): void {
    const name = nameOf(declaration)?.replace(/^./, (letter) => letter.toLowerCase());
    const members = child(child(declaration, 'body'), 'body');
    if (name === undefined || !exported.has(name) || !Array.isArray(members)) return;
    for (const member of members)
      if (isNode(member)) note(`${name}.${child(child(member, 'key'), 'name')}`, member);
  }

  /** Expressions inside a call, such as an array's item, have the path of the call. */
  function visit(node: unknown, path: string): void {
    if (Array.isArray(node)) for (const each of node) visit(each, path);
    if (!isNode(node)) return;
    const name = nameOf(node);
    switch (node.type) {
      case 'ExportNamedDeclaration': {
        noteFields(child(node, 'declaration'));
        const declarator = declaratorOf(child(node, 'declaration'));
        const exported = nameOf(declarator);
        if (exported === undefined) return;
        note(exported, node);
        visit(child(declarator, 'init'), exported);
        return;
      }
      case 'ObjectProperty':
        if (name === undefined) return;
        note(`${path}.${name}`, node);
        visit(child(node, 'value'), `${path}.${name}`);
        return;
      case 'Identifier':
        visit(parts.get(String(child(node, 'name'))), path);
        return;
      default:
        for (const key of ['callee', 'object', 'arguments', 'argument', 'properties', 'expression'])
          visit(child(node, key), path);
    }
  }
  for (const statement of statements) if (statement.type === 'ExportNamedDeclaration') visit(statement, '');
  return found;
}

/** The comment's text in one paragraph, without its frame and without what only an editor understands. */
function plain(comment: string): string {
  return comment
    .replaceAll(/\n\s*\* ?/g, ' ')
    .replace(/^\*/, '')
    .replaceAll(/\{@link (\w+)\}/g, '`$1`')
    .trim();
}

function declaratorOf(declaration: unknown): unknown {
  const declared = child(declaration, 'declarations');
  return Array.isArray(declared) ? declared[0] : undefined;
}

function nameOf(node: unknown): string | undefined {
  const name = child(child(node, isNode(node) && node.type === 'ObjectProperty' ? 'key' : 'id'), 'name');
  return typeof name === 'string' ? name : undefined;
}

function child(node: unknown, key: string): unknown {
  return typeof node === 'object' && node !== null ? Reflect.get(node, key) : undefined;
}

function isNode(value: unknown): value is Node {
  return typeof child(value, 'type') === 'string';
}
