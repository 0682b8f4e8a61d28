import { extname } from 'node:path';
import { ApiError } from './api-error.ts';
import { type ExternalReference, newId } from './people.ts';
import type { SubmitBatchBody, SubmitDocumentBody } from './request-bodies.ts';
import type { Scope } from './scopes.ts';

/** The types of the files that people submit; the reference says only that the name decides. */
const mediaTypes: Readonly<Record<string, string>> = {
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.tif': 'image/tiff',
  '.tiff': 'image/tiff',
  '.txt': 'text/plain',
  '.docx': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
};

/**
 * Accepts documents, and keeps nothing of them. The reference does not describe the answers, so these look like its
 * answer to an invitation.
 * @param knows whether a user has an external reference
 */
export function createDocuments(knows: (reference: ExternalReference) => boolean) {
  function submit(body: SubmitDocumentBody) {
    const { externalReference, documentType, file, filename, attestationReferenceId } = body;
    const { verificationIntent = 'store_only' } = body;
    if (!knows(externalReference)) {
      const { namespace, externalId } = externalReference;
      const message = `No user has the external reference ${namespace} ${externalId}.`;
      throw new ApiError(404, 'USER_NOT_FOUND', message);
    }
    const creationDateTime = new Date().toISOString();
    return {
      document: {
        documentId: newId('doc'),
        status: 'received',
        externalReference,
        documentType,
        ...(filename !== undefined && { filename }),
        mimeType: mediaTypes[extname(filename ?? '').toLowerCase()] ?? 'application/octet-stream',
        sizeBytes: Buffer.byteLength(file, 'base64'),
        verificationIntent,
        ...(attestationReferenceId !== undefined && { attestationReferenceId }),
        creationDateTime,
      },
      ...(verificationIntent !== 'store_only' && {
        verification: { verificationId: newId('ver'), status: 'pending', creationDateTime },
      }),
    };
  }

  return {
    submit,

    /** One result for each item, in the same order. An item that fails does not fail the others. */
    submitBatch({ items }: SubmitBatchBody) {
      return {
        results: items.map((item) => {
          const { itemId, partnerReferenceId } = item;
          const common = { itemId, ...(partnerReferenceId !== undefined && { partnerReferenceId }) };
          try {
            return { ...common, status: 'accepted', ...submit(item) };
          } catch (error) {
            if (!(error instanceof ApiError)) throw error;
            const { code, message } = error;
            return { ...common, status: 'failed', error: { code, message } };
          }
        }),
      };
    },
  };
}

/** The scopes that submitting these documents needs. A verification needs one more. */
export function documentScopes(
  documents: readonly Pick<SubmitDocumentBody, 'verificationIntent'>[],
): Scope[] {
  const intents = documents.map(({ verificationIntent }) => verificationIntent ?? 'store_only');
  return intents.every((intent) => intent === 'store_only')
    ? [...storingScopes]
    : [...storingScopes, 'pearsana-partner/partners.verifications:write'];
}

/** The scopes that every document needs. */
export const storingScopes = [
  'pearsana-partner/partners.documents:write',
  'pearsana-partner/partners.externalRefs:read',
] as const satisfies Scope[];
