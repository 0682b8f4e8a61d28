import { type ImportOperation, importOperations } from '../../shared/import-record.ts';
import { fieldNamed, fieldNames } from '../../shared/imports/columns.ts';
import { pathWords } from '../../shared/validate.ts';

/** The fields of an operation, by the shortest names that `--map` and `--set` take. */
export function shortNames(operation: ImportOperation): string[] {
  return fieldNames(operation).map((name) => shortName(operation, name));
}

/** `namespace` for `externalReferences[0].namespace`, if nothing else has that name: shells would try to expand the brackets. */
export function shortName(operation: ImportOperation, field: string): string {
  const last = field.slice(field.lastIndexOf('.') + 1);
  return pathWords(fieldNamed(operation, last) ?? []) === field ? last : field;
}

/** An option to copy into a shell. */
export function mapOption(header: string, field: string): string {
  const pair = `${header.trim()}=${field}`;
  if (/^[\p{L}\p{N}_.@=-]+$/u.test(pair)) return `--map ${pair}`;
  return `--map '${pair.replaceAll("'", "'\\''")}'`;
}

/** The fields of every operation, in lines of 80 characters, as `--help` shows them. */
export function fieldTable(): string {
  return importOperations
    .map((operation) => `  ${operation}\n${wrapped(shortNames(operation), '    ')}\n`)
    .join('');
}

function wrapped(names: readonly string[], indent: string): string {
  const lines = [''];
  for (const [index, name] of names.entries()) {
    const word = index < names.length - 1 ? `${name},` : name;
    const line = `${lines.at(-1)} ${word}`.trim();
    if (indent.length + line.length > 80) lines.push(word);
    else lines[lines.length - 1] = line;
  }
  return lines.map((line) => indent + line).join('\n');
}
