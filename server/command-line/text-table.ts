/** Rows as a table for a terminal; the first one holds the names of the columns. */
export function textTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** An ISO 8601 time in short, in UTC. */
export function minute(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 16)}`;
}
