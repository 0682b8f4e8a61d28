import { createHmac } from 'node:crypto';

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
    ofRequest: (request) => digest('request', JSON.stringify(request, sorted)),
    ofNothing: () => digest('nothing', ''),
  };
}

/** The order of an object's fields says nothing: two programs may write one request in two orders. */
function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
