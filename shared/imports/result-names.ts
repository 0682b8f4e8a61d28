/** What the files about an import are called: `roster-results.csv` and `roster-to-mend.csv` are about `roster.csv`. */
export function resultNames(
  source: string,
  { format }: { format: 'csv' | 'json' },
): { results: string; toMend: string } {
  const stem = source.replace(/(?<=.)\.\w+$/, '');
  return { results: `${stem}-results.csv`, toMend: `${stem}-to-mend.${format}` };
}

/**
 * The name under which a result file is kept. Somebody may have edited an earlier file of this name, so it is never
 * overwritten: other content gets the next free name, such as `roster-to-mend-2.csv`.
 * @param read the content of the file with this name; undefined if there is none. For what cannot be read, it is empty.
 * @returns the name, and whether a file with exactly this content has it already, so that nothing need be written.
 */
export async function freeResultName(
  wanted: string,
  content: Uint8Array,
  read: (name: string) => Uint8Array | undefined | PromiseLike<Uint8Array | undefined>,
): Promise<{ name: string; isThere: boolean }> {
  for (let place = 1; ; place += 1) {
    const name = place === 1 ? wanted : wanted.replace(/(?=\.\w+$)/, `-${place}`);
    const found = await read(name);
    if (!found) return { name, isThere: false };
    if (sameBytes(found, content)) return { name, isThere: true };
  }
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
