export const minuteMs = 60_000;
export const dayMs = 24 * 60 * minuteMs;
/** How much the wall clock may gain before that counts as a jump. A smaller gain is not noticed, so rows may look that much older. */
export const toleranceMs = 10 * minuteMs;

/** How long no BFF ran, and the running time at which that began. */
export type Absence = { since: number; ms: number };

/**
 * Rows up to this running time have at least this age. An absence counts after a further day of running.
 * @param absences the newest first
 */
export function cutoffOf(absences: readonly Absence[], ran: number, ageMs: number): number {
  let cutoff = ran - ageMs;
  for (const { since, ms } of absences.filter((each) => each.since <= ran - dayMs)) {
    if (cutoff >= since) break;
    cutoff = Math.min(cutoff + ms, since);
  }
  return cutoff;
}
