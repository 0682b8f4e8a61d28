import { formatCsv } from './csv-table.ts';

/** Where file names contain the person's id, as in `transcript-{id}.pdf`. */
export type NamePattern = string;

const place = '{id}';

/**
 * The pattern that most names share: the same beginning and end, with the id between them. Undefined if no name contains
 * an id.
 */
export function guessPattern(names: readonly string[]): NamePattern | undefined {
  const counts = new Map<string, number>();
  for (const name of names) {
    const pattern = patternOf(name);
    if (pattern !== undefined) counts.set(pattern, (counts.get(pattern) ?? 0) + 1);
  }
  const [best] = [...counts].sort(([, a], [, b]) => b - a);
  return best?.[0];
}

/** The pattern of one name: `{id}` replaces the last word that contains a digit, from that digit on. */
function patternOf(name: string): NamePattern | undefined {
  const words = name.split(/([^\dA-Za-z]+)/);
  const index = words.findLastIndex((word) => /\d/.test(word));
  const word = words[index];
  if (word === undefined) return undefined;
  return words.with(index, word.slice(0, word.search(/\d/)) + place).join('');
}

/** The id in a file's name; undefined if the name does not match the pattern. */
export function idIn(name: string, pattern: NamePattern): string | undefined {
  const [before = '', after] = pattern.split(place);
  if (after === undefined || name.length <= before.length + after.length) return undefined;
  if (!name.startsWith(before) || !name.endsWith(after)) return undefined;
  return name.slice(before.length, name.length - after.length);
}

/** A CSV file with one row for each document in a folder, and the names that do not match the pattern. */
export function folderRows(
  names: readonly string[],
  { pattern, namespace, documentType }: { pattern: NamePattern; namespace: string; documentType: string },
): { csv: string; unfit: string[] } {
  const rows = names.flatMap((name) => {
    const id = idIn(name, pattern);
    return id === undefined ? [] : [[namespace, id, documentType, name]];
  });
  const unfit = names.filter((name) => idIn(name, pattern) === undefined);
  return { csv: formatCsv([['Namespace', 'External ID', 'Document type', 'File'], ...rows]), unfit };
}
