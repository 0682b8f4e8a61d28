/**
 * Bytes in words, such as `64 KB` and `10.1 MB`. A kilobyte has 1,024 bytes, as in file managers.
 * @param precision `rounded`, for a size: it is rounded up, so that a file above a limit never looks as if it fitted.
 *   `exact`, for a limit, as in `10 MB` or `2,500,000 bytes`.
 */
export function byteWords(bytes: number, precision: 'rounded' | 'exact' = 'rounded'): string {
  const [value, unit] = bytes < 1024 * 1024 ? [bytes / 1024, 'KB'] : [bytes / 1024 / 1024, 'MB'];
  const tenths = Math.ceil(value * 10);
  if (bytes < 1024 || (precision === 'exact' && tenths !== value * 10)) {
    return `${bytes.toLocaleString('en')} bytes`;
  }
  return `${tenths / 10} ${unit}`;
}
