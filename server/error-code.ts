/**
 * The stable code of a system error, such as `ECONNREFUSED` or `ENOSPC`, wherever fetch and undici have put it. Never a
 * message.
 */
export function errorCodeOf(error: unknown): string {
  for (let depth = 0, at = error; at instanceof Error && depth < 4; depth += 1, at = at.cause) {
    if ('code' in at && typeof at.code === 'string' && /^[A-Z0-9_]{3,40}$/.test(at.code)) return at.code;
  }
  return 'no code';
}
