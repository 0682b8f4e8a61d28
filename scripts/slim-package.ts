import { glob, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from '@babel/parser';

type Node = { type: string; start: number; end: number } & Record<string, unknown>;
type Edit = { start: number; end: number; text: string };

/** Lets a bundler leave out more of the compiled package. What it does stays the same. */
export async function slimPackage(folder: string): Promise<void> {
  for await (const file of glob('**/*.js', { cwd: folder })) await rewrite(join(folder, file), pureCalls);
}

async function rewrite(file: string, editsOf: (program: Node) => Edit[]): Promise<void> {
  let text = await readFile(file, 'utf8');
  const { program } = parse(text, { sourceType: 'unambiguous' });
  const edits = editsOf(program as unknown as Node).sort((one, other) => other.start - one.start);
  for (const { start, end, text: written } of edits) text = text.slice(0, start) + written + text.slice(end);
  await writeFile(file, text);
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
