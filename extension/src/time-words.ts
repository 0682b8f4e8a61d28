/**
 * As in `today 21:39` or `26 Nov 2026, 21:39`, in the user's own way.
 * @param timeStyle `medium` has seconds.
 */
export function timeWords(
  time: string | number,
  now = Date.now(),
  timeStyle: 'short' | 'medium' = 'short',
): string {
  const date = new Date(time);
  const clock = date.toLocaleTimeString([], { timeStyle });
  if (date.toDateString() === new Date(now).toDateString()) return `today ${clock}`;
  return `${date.toLocaleDateString([], { dateStyle: 'medium' })}, ${clock}`;
}

/** How long ago, in the largest unit that fits. */
export function ageWords(then: number, now: number): string {
  const minutes = Math.floor((now - then) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ago`;
  const days = Math.floor(hours / 24);
  return days === 1 ? '1 day ago' : `${days} days ago`;
}
