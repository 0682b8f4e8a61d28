import { type AccessKeyEntry, isExpired } from './access-file.ts';

/** The keys as a table for a terminal; times are in UTC. */
export function keyTable(keys: readonly AccessKeyEntry[], lastUse: Readonly<Record<string, string>>): string {
  const rows = keys.map((each) => [
    each.name,
    each.id,
    each.grants.join(','),
    minute(each.createdAt),
    isExpired(each) ? 'expired' : minute(each.expiresAt),
    minute(lastUse[each.id]),
    each.origin === 'cli' ? 'operator' : 'signing in',
  ]);
  const table = [['NAME', 'ID', 'GRANTS', 'MADE', 'EXPIRES', 'LAST USED', 'MADE BY'], ...rows];
  const widths =
    table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function minute(time: string | null | undefined): string {
  return time ? `${time.slice(0, 10)} ${time.slice(11, 16)}` : 'never';
}
