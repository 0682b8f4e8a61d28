import { createHmac } from 'node:crypto';
import { canonical } from '../../shared/canonical.ts';

/** What the journal remembers of keys and requests: enough to know one again, and nothing that can be read back. */
export type Digests = {
  ofKey(idempotencyKey: string): Buffer;
  ofRequest(request: unknown): Buffer;
  /** Of the secret itself, so that a journal notices when it is opened with another one. */
  ofNothing(): Buffer;
};

/** @param secret without it, a request as short as an invitation could be found again by trying out names. */
export function createDigests(secret: Buffer): Digests {
  const digest = (kind: string, text: string) =>
    createHmac('sha256', secret).update(`${kind}\0${text}`).digest();
  return {
    ofKey: (key) => digest('key', key),
    ofRequest: (request) => digest('request', canonical(request)),
    ofNothing: () => digest('nothing', ''),
  };
}
