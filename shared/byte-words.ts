/**
 * Bytes in words, as in `64 KB` and `10.1 MB`; a kilobyte has 1,024 bytes, as file managers count.
 * @param precision of a size that people see, rounded up, so that it never looks as if it fitted; of a limit, exact, as
 *   in `10 MB` or `2,500,000 bytes`
 */
export function byteWords(bytes: number, precision: 'rounded' | 'exact' = 'rounded'): string {
  const [value, unit] = bytes < 1024 * 1024 ? [bytes / 1024, 'KB'] : [bytes / 1024 / 1024, 'MB'];
  const tenths = Math.ceil(value * 10);
  if (bytes < 1024 || (precision === 'exact' && tenths !== value * 10)) {
    return `${bytes.toLocaleString('en')} bytes`;
  }
  return `${tenths / 10} ${unit}`;
}
