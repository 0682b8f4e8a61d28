import { glob, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from '@babel/parser';

/** Fields of a row that only the BFF reads. `references` is not among them: an import finds its people there. */
const onlyForBff = new Set(['bodyCap', 'rateClass', 'status', 'keptResult']);
/** Of these fields a client asks only whether a row has them. */
const onlyWhether = new Set(['partner', 'files']);

type Node = { type: string; start: number; end: number } & Record<string, unknown>;
type Edit = { start: number; end: number; text: string };

/** Makes the compiled package smaller in a bundle, without changing what it does. */
export async function slimPackage(folder: string): Promise<void> {
  await rewrite(join(folder, 'shared/endpoints.js'), withoutBffFacts);
  for await (const file of glob('**/*.js', { cwd: folder })) await rewrite(join(folder, file), pureCalls);
}

async function rewrite(file: string, editsOf: (program: Node) => Edit[]): Promise<void> {
  let text = await readFile(file, 'utf8');
  const { program } = parse(text, { sourceType: 'unambiguous' });
  const edits = editsOf(program as unknown as Node).sort((one, other) => other.start - one.start);
  for (const { start, end, text: written } of edits) text = text.slice(0, start) + written + text.slice(end);
  await writeFile(file, text);
}

/** The table without what only the BFF reads. */
function withoutBffFacts(program: Node): Edit[] {
  const rows = nodesIn(program)
    .map(({ type, properties }) => (type === 'ObjectExpression' ? (properties as Node[]) : []))
    .filter((fields) => fields.some((field) => nameOf(field) === 'access'));
  return rows.flatMap((fields) =>
    fields.flatMap((field, index) => {
      const name = nameOf(field);
      // From the end of the field before it, so that the comma between them goes too.
      if (onlyForBff.has(name) || isOwnAccess(field))
        return { start: fields[index - 1]?.end ?? field.start, end: field.end, text: '' };
      const { value } = field;
      return onlyWhether.has(name) && isNode(value) ? { start: value.start, end: value.end, text: '{}' } : [];
    }),
  );
}

/** Of a row of the BFF itself, a client needs to know only that it is no operation. */
function isOwnAccess(field: Node): boolean {
  return nameOf(field) === 'access' && isNode(field.value) && field.value.value !== 'grant';
}

/** The name of an object's field. */
function nameOf({ key }: Node): string {
  return isNode(key) ? String(key.name) : '';
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
