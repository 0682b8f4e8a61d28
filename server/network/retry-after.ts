const longestSeconds = 3600;

/** `Retry-After` in whole seconds (RFC 9110, 10.2.3: seconds or a date), at most an hour; empty if it is not valid. */
export function retryAfterOf(header: string | null | undefined): { retryAfterSeconds?: number } {
  if (!header) return {};
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return seconds >= 0 ? { retryAfterSeconds: Math.min(Math.ceil(seconds), longestSeconds) } : {};
}
