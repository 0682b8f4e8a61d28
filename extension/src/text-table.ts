/** A table to be read in an editor. What is long stands in the last columns, which are not aligned. */
export function textTable(heading: string, rows: readonly (readonly string[])[]): string {
  const widths = [0, 1, 2].map((column) =>
    rows.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), 0),
  );
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  return [heading, '', ...lines, ''].join('\n');
}
