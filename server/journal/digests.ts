import { createHmac, createSecretKey } from 'node:crypto';
import type { ExternalReference } from '../../shared/fields.ts';

/** How the journal remembers keys, requests and people: it can recognise them, but not read them back. */
export type Digests = {
  ofKey(idempotencyKey: string): Uint8Array;
  /** @param digest a plain digest of the request, which alone could be found by trying out names. */
  ofRequest(digest: Uint8Array): Uint8Array;
  /** For a person's id in another system, in one environment and one operation; the same for every way to write it. */
  ofPerson(write: { environment: string; operation: string }, reference: ExternalReference): Uint8Array;
  /** For the secret itself, so that a journal notices when it is opened with another one. */
  ofNothing(): Uint8Array;
};

/** Short, since a write may name fifty people, and each digest is in two indexes. */
const personBytes = 16;

export function createDigests(secret: Uint8Array): Digests {
  const key = createSecretKey(secret);
  const hmac = (kind: string, what: string | Uint8Array): Uint8Array =>
    createHmac('sha256', key).update(`${kind}\0`).update(what).digest();
  return {
    ofKey: (idempotencyKey) => hmac('key', idempotencyKey),
    ofRequest: (digest) => hmac('request', digest),
    ofPerson: ({ environment, operation }, { namespace, externalId }) =>
      hmac(
        'person',
        JSON.stringify([environment, operation, oneSpelling(namespace), oneSpelling(externalId)]),
      ).subarray(0, personBytes),
    ofNothing: () => hmac('nothing', ''),
  };
}

/**
 * Two rosters may write one id in two ways that nobody can tell apart: an accent as one character or as two (macOS), full
 * width digits, a blank at the end.
 */
function oneSpelling(text: string): string {
  return text.normalize('NFKC').trim();
}
