import { canonical } from './canonical.ts';

/** Bytes in hexadecimal. */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The SHA-256 of a file's bytes, in hexadecimal. It links the same file to its import again. */
export async function fileDigest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
}

/** The SHA-256 of a value's canonical JSON, in hexadecimal. A lookup finds a document by the digest of its request. */
export function valueDigest(value: unknown): Promise<string> {
  return fileDigest(new TextEncoder().encode(canonical(value)));
}
