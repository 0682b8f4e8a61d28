import { formatCsv } from './csv-table.ts';

/** Where file names contain the person's id, as in `transcript-{id}.pdf`. */
export type NamePattern = string;

const place = '{id}';

/**
 * The pattern that most names share: the same beginning and end, with the id between them. Undefined if no name contains
 * an id.
 */
export function guessPattern(names: readonly string[]): NamePattern | undefined {
  const found = new Map<NamePattern, { count: number; idLength: number }>();
  for (const { pattern, idLength } of names.flatMap(patternsOf)) {
    const { count } = found.get(pattern) ?? { count: 0 };
    found.set(pattern, { count: count + 1, idLength });
  }
  // A name may have several numbers, as in `transcript-20260001-2026-05.pdf`. A person's id is the longest.
  const [best] = [...found].sort(([, a], [, b]) => b.count - a.count || b.idLength - a.idLength);
  return best?.[0];
}

/** The patterns of one name: `{id}` replaces a word that contains a digit, from that digit on. */
function patternsOf(name: string): { pattern: NamePattern; idLength: number }[] {
  const dot = name.lastIndexOf('.');
  const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  const words = stem.split(/([^\dA-Za-z]+)/);
  return words.flatMap((word, index) => {
    const digit = word.search(/\d/);
    if (digit < 0) return [];
    const pattern = words.with(index, word.slice(0, digit) + place).join('') + extension;
    return [{ pattern, idLength: word.length - digit }];
  });
}

/** The id in a file's name; undefined if the name does not match the pattern. */
export function idInName(name: string, pattern: NamePattern): string | undefined {
  const [before = '', after] = pattern.split(place);
  if (after === undefined || name.length <= before.length + after.length) return undefined;
  if (!name.startsWith(before) || !name.endsWith(after)) return undefined;
  return name.slice(before.length, name.length - after.length);
}

/** A CSV file with one row for each document in a folder, and the names that do not match the pattern. */
export function folderRows(names: readonly string[], pattern: NamePattern): { csv: string; unfit: string[] } {
  const rows: string[][] = [];
  const unfit: string[] = [];
  for (const name of names) {
    const id = idInName(name, pattern);
    if (id === undefined) unfit.push(name);
    else rows.push([id, name]);
  }
  return { csv: formatCsv([['External ID', 'File'], ...rows]), unfit };
}
