import { minute, textTable } from '../command-line/text-table.ts';
import { type AccessKeyEntry, isExpired } from './access-file.ts';

/** The keys as a table for a terminal; times are in UTC. */
export function keyTable(keys: readonly AccessKeyEntry[], lastUse: Readonly<Record<string, string>>): string {
  const rows = keys.map((each) => [
    each.name,
    each.id,
    each.grants.join(','),
    minute(each.createdAt),
    isExpired(each) ? 'expired' : minuteOrNever(each.expiresAt),
    minuteOrNever(lastUse[each.id]),
    each.origin === 'cli' ? 'operator' : 'signing in',
  ]);
  return textTable([['NAME', 'ID', 'GRANTS', 'MADE', 'EXPIRES', 'LAST USED', 'MADE BY'], ...rows]);
}

function minuteOrNever(time: string | null | undefined): string {
  return time ? minute(time) : 'never';
}
