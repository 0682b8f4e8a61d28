import { createHmac, createSecretKey } from 'node:crypto';
import type { ExternalReference } from '../../shared/fields.ts';

/** What the journal remembers of keys, requests and people: enough to know one again, and nothing that can be read back. */
export type Digests = {
  ofKey(idempotencyKey: string): Uint8Array;
  /** @param digest of the request, which by itself could be found again by trying out names. */
  ofRequest(digest: Uint8Array): Uint8Array;
  /** Of a person, by one name in another system, in whatever is done to them in one environment by one operation. */
  ofPerson(write: { environment: string; operation: string }, reference: ExternalReference): Uint8Array;
  /** Of the secret itself, so that a journal notices when it is opened with another one. */
  ofNothing(): Uint8Array;
};

/** A write may name fifty people, and each digest lies in two indexes. */
const personBytes = 16;

export function createDigests(secret: Uint8Array): Digests {
  const key = createSecretKey(secret);
  const hmac = (kind: string, what: string | Uint8Array): Uint8Array =>
    createHmac('sha256', key).update(`${kind}\0`).update(what).digest();
  return {
    ofKey: (idempotencyKey) => hmac('key', idempotencyKey),
    ofRequest: (digest) => hmac('request', digest),
    ofPerson: ({ environment, operation }, { namespace, externalId }) =>
      hmac('person', JSON.stringify([environment, operation, namespace, externalId])).subarray(
        0,
        personBytes,
      ),
    ofNothing: () => hmac('nothing', ''),
  };
}
