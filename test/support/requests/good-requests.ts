import { type OperationName, operations, type RequestOf } from '../../../shared/operations.ts';
import { operationPath } from './paths.ts';

/** A request as it is sent; `body` may contradict its headers. */
export type Sent = { method: string; path: string; headers: Record<string, string>; body?: string | Buffer };

export type Ingredients = {
  /** Part of every body and query, so that tests recognise them in other places. */
  marker: string;
  /** The right key, which requests contain in wrong places too. */
  accessKey: string;
  environments: readonly string[];
};

/** The operations that take a body. */
type BodyName = {
  [Name in OperationName]: RequestOf<Name> extends undefined ? never : Name;
}[OperationName];

/** A good request body of each of them. */
export const samples: { [Name in BodyName]: (marker: string) => RequestOf<Name> } = {
  createUser: (marker) => ({
    identity: { email: `${marker}@example.com`, firstName: marker, lastName: marker, roleName: 'student' },
    externalReferences: [{ namespace: 'SIS', externalId: marker }],
    profile: { preferredName: marker, currency: 'USD', address: { city: marker, dateOfBirth: '2000-05-15' } },
  }),
  createInvitation: (marker) => ({
    email: `${marker}@example.com`,
    identity: { firstName: marker, lastName: marker },
    externalReferences: [{ namespace: 'SIS', externalId: marker }],
    message: marker,
  }),
  submitDocument: (marker) => ({
    externalReference: { namespace: 'SIS', externalId: marker },
    documentType: marker,
    file: Buffer.from(marker).toString('base64'),
    filename: `${marker}.pdf`,
    verificationIntent: 'attest',
    verificationMetadata: { [marker]: [marker] },
  }),
  submitDocumentBatch: (marker) => ({
    items: ['1', '2'].map((itemId) => ({
      itemId,
      externalReference: { namespace: 'SIS', externalId: marker },
      documentType: marker,
      file: Buffer.from(marker).toString('base64'),
      metadata: { [marker]: marker },
    })),
  }),
};

/** A good request body of any operation; nothing where it takes none. */
export function sampleOf(name: OperationName, marker: string): RequestOf<OperationName> {
  return Object.hasOwn(samples, name) ? samples[name as BodyName](marker) : undefined;
}

/** A request with nothing wrong. */
export function goodRequest(
  name: OperationName,
  environment: string,
  { marker, accessKey }: Ingredients,
): Sent {
  const sample = sampleOf(name, marker);
  const request = {
    method: operations[name].method,
    path: `${operationPath(name, environment)}?q=${marker}`,
    headers: { authorization: `Bearer ${accessKey}`, 'x-confirm-environment': environment },
  };
  if (sample === undefined) return request;
  const headers = { ...request.headers, 'content-type': 'application/json' };
  return { ...request, headers, body: JSON.stringify(sample) };
}
