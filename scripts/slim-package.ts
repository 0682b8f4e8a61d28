import { glob, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from '@babel/parser';

/** What only the BFF needs of a row. */
const onlyForBff = new Set(['bodyCap', 'rateClass', 'references', 'keptResult']);
/** Whether a row has these is all that a client asks. */
const onlyWhether = new Set(['partner', 'files']);

type Node = { type: string; start: number; end: number } & Record<string, unknown>;
type Edit = { start: number; end: number; text: string };

/** Also the comma after a field. */
const comma = /^,\s*/;

/** Makes the compiled package smaller in a bundle, without changing what it does. */
export async function slimPackage(folder: string): Promise<void> {
  await rewrite(join(folder, 'shared/endpoints.js'), withoutBffFacts);
  for await (const file of glob('**/*.js', { cwd: folder })) await rewrite(join(folder, file), pureCalls);
}

async function rewrite(file: string, editsOf: (program: Node, source: string) => Edit[]): Promise<void> {
  let text = await readFile(file, 'utf8');
  const { program } = parse(text, { sourceType: 'unambiguous' });
  const edits = editsOf(program as unknown as Node, text).sort((one, other) => other.start - one.start);
  for (const { start, end, text: written } of edits) text = text.slice(0, start) + written + text.slice(end);
  await writeFile(file, text);
}

function withoutBffFacts(program: Node, source: string): Edit[] {
  return nodesIn(program).flatMap(({ type, key, value, start, end }) => {
    if (type !== 'ObjectProperty' || !isNode(key) || !isNode(value)) return [];
    const name = String(key.name);
    const after = comma.exec(source.slice(end))?.[0].length ?? 0;
    if (onlyForBff.has(name)) return { start, end: end + after, text: '' };
    return onlyWhether.has(name) ? { start: value.start, end: value.end, text: '{}' } : [];
  });
}

/** Says of every call that makes a constant that it has no other effect, so that a bundler leaves out what is not used. */
function pureCalls(program: Node): Edit[] {
  const constants = (program.body as Node[])
    .map((each) => (isNode(each.declaration) ? each.declaration : each))
    .filter(({ type }) => type === 'VariableDeclaration');
  return constants
    .flatMap((each) => nodesIn(each, isFunction))
    .filter(({ type }) => type === 'CallExpression' || type === 'NewExpression')
    .map(({ start }) => ({ start, end: start, text: '/* @__PURE__ */ ' }))
    .filter((edit, index, all) => all.findIndex(({ start }) => start === edit.start) === index);
}

/** A node and everything below it, except what is inside of some. */
function nodesIn(node: Node, isClosed: (node: Node) => boolean = () => false): Node[] {
  if (isClosed(node)) return [];
  const below = Object.values(node).flatMap((value) => (Array.isArray(value) ? value : [value]));
  return [node, ...below.filter(isNode).flatMap((each) => nodesIn(each, isClosed))];
}

function isFunction({ type }: Node): boolean {
  return /Function|Class/.test(type);
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}
