import { hex } from '../../../shared/digest.ts';

/** An access key that nobody can guess: 256 random bits, with the prefix by which logs leave keys out. */
export function newAccessKey(): string {
  return `pbff_${hex(crypto.getRandomValues(new Uint8Array(32)))}`;
}
