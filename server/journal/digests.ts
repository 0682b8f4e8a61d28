import { createHmac } from 'node:crypto';

/** What the journal remembers of keys and requests: enough to know one again, and nothing that can be read back. */
export type Digests = {
  ofKey(idempotencyKey: string): Buffer;
  /** @param digest of the request, which by itself could be found again by trying out names. */
  ofRequest(digest: Buffer): Buffer;
  /** Of the secret itself, so that a journal notices when it is opened with another one. */
  ofNothing(): Buffer;
};

export function createDigests(secret: Buffer): Digests {
  const hmac = (kind: string, what: string | Buffer) =>
    createHmac('sha256', secret).update(`${kind}\0`).update(what).digest();
  return {
    ofKey: (key) => hmac('key', key),
    ofRequest: (digest) => hmac('request', digest),
    ofNothing: () => hmac('nothing', ''),
  };
}
