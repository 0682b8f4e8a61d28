/** An access key that nobody can guess: 256 random bits, with the prefix by which logs leave keys out. */
export function newAccessKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return `pbff_${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
