import * as z from 'zod/mini';
import {
  atMost,
  eachOnce,
  externalReference,
  filename,
  keptWord,
  notEmpty,
  optionalText,
  refuses,
  requiredText,
} from './fields.ts';
import { type Scope, scope } from './scopes.ts';

/** The document types that Pearsana lists, in its groups. It accepts any other text too. */
export const documentTypes = {
  academic: [
    'OFFICIAL_TRANSCRIPT',
    'ACADEMIC_TRANSCRIPT',
    'DEGREE_CERTIFICATE',
    'DIPLOMA',
    'ENROLLMENT_VERIFICATION',
    'COURSE_COMPLETION',
  ],
  awards: ['AWARD_CERTIFICATE', 'HONOR_ROLL'],
  sports: ['SPORTS_CERTIFICATE', 'ATHLETIC_RECORD'],
} as const;

/** The default limits: 10 MB and 25 MB. */
export const defaultFileLimits = { document: 10_485_760, batch: 26_214_400 };

/** 1 Mbit/s, in bytes per millisecond. A network that carries a large body more slowly counts as failed. */
export const slowestBytesPerMs = 125;

/** Pearsana's limit on the items of a batch. */
export const mostBatchItems = 25;

/** A file as base64 (RFC 4648, 4), padded and in one line. The BFF limits its size. */
export const file = z.string().check(refuses(base64Fault));

/** The most values in a free-form object, on all levels. */
export const mostFreeValues = 1_000;

/** Any object, within limits. It may not be nested deeper than real programs need, since that would be an attack. */
export const freeForm = z.unknown().check(refuses(freeFormFault)) as z.ZodMiniType<
  Record<string, unknown>,
  Record<string, unknown>
>;

const submission = {
  /** A reference of a user who exists at Pearsana. */
  externalReference,
  /** One of `documentTypes`, or any other. */
  documentType: requiredText,
  file,
  /** Pearsana detects the type of the file from its name. Without a name, the type is `application/octet-stream`. */
  filename,
  /** By default `store_only`. Any other intent, such as `attest`, starts a verification. */
  verificationIntent: z.optional(requiredText),
  /** Only with the intent `attest`. */
  attestationReferenceId: z.optional(requiredText),
  verificationMetadata: z.optional(freeForm),
};

const attested = refuses<{
  verificationIntent?: string | undefined;
  attestationReferenceId?: string | undefined;
}>(
  ({ verificationIntent, attestationReferenceId }) =>
    attestationReferenceId !== undefined && verificationIntent !== 'attest'
      ? 'is possible only with the verificationIntent attest'
      : undefined,
  'attestationReferenceId',
);

/** `POST /v1/documents:submit`. */
export const submitDocumentRequest = z.strictObject(submission).check(attested);
export type SubmitDocumentRequest = z.infer<typeof submitDocumentRequest>;

const batchItem = z
  .strictObject({
    ...submission,
    /** Identifies the result of this item. */
    itemId: requiredText,
    metadata: z.optional(freeForm),
    partnerReferenceId: optionalText,
  })
  .check(attested);

/** `POST /v1/documents:submitBatch`. */
export const submitDocumentBatchRequest = z.strictObject({
  items: z
    .array(batchItem)
    .check(
      atMost(mostBatchItems, 'entries', ': send more in several batches'),
      notEmpty(),
      eachOnce('itemId', 'is used twice: the results could not be told apart'),
    ),
});
export type SubmitDocumentBatchRequest = z.infer<typeof submitDocumentBatchRequest>;

/** Pearsana does not document these bodies, so they are passed on as they are. */
export const submittedDocuments = z.unknown();

/** What the journal keeps of these bodies, if they have such ids. */
const keptDocument = z.object({ documentId: keptWord, status: keptWord });
export const keptDocumentResult = z.object({ document: keptDocument });
export const keptBatchResult = z.object({
  results: z.array(z.object({ itemId: keptWord, status: keptWord, document: z.optional(keptDocument) })),
});

type Intent = Pick<SubmitDocumentRequest, 'verificationIntent'>;

/** The scopes of a token for these documents. The scope for verifications is added only if one starts. */
export function documentScopes(...documents: readonly Intent[]): readonly Scope[] {
  const storing = [scope('partners.documents:write'), scope('partners.externalRefs:read')] as const;
  const verifies = documents.some(
    ({ verificationIntent = 'store_only' }) => verificationIntent !== 'store_only',
  );
  return verifies ? [...storing, scope('partners.verifications:write')] : storing;
}

/** How many bytes valid base64 decodes to. */
export function decodedBytes(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return (base64.length / 4) * 3 - padding;
}

/** How many characters of base64 this many bytes need. */
export function encodedLength(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}

const outsideAlphabet = /[^A-Za-z0-9+/]/;

/** The last four characters. With padding, the unused bits are zero (RFC 4648, 3.5). */
const lastFour = /^([A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=|[A-Za-z0-9+/][AQgw]==)$/;

/** What is wrong with the text, in words. A file has millions of characters, so each is checked once and none is copied. */
function base64Fault(text: string): string | undefined {
  if (text === '') return 'must not be empty';
  if (text.startsWith('data:')) return 'must be base64 alone, without the “data:…,” before it';
  const end = text.search(outsideAlphabet);
  if (end !== -1 && (end < text.length - 2 || text[end] !== '=')) {
    return `must be base64, but its character ${end + 1} is not`;
  }
  const whole = text.length % 4 === 0 && lastFour.test(text.slice(-4));
  return whole ? undefined : 'must be base64 with its padding; it may have been cut off';
}

/** What is wrong with the value, in words. It walks without recursion, and stops as soon as there are too many values. */
function freeFormFault(value: unknown): string | undefined {
  const tooMuch = `must be an object of at most ${mostFreeValues.toLocaleString('en')} values, nested at most 20 deep`;
  if (!isObject(value) || Array.isArray(value)) return tooMuch;
  let level: object[] = [value];
  let count = 0;
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth === 20) return tooMuch;
    const below = [];
    for (const each of level) {
      for (const [key, inside] of Object.entries(each)) {
        count += 1;
        if (count > mostFreeValues) return tooMuch;
        // Databases and C programs would end the text there.
        if (`${key}${typeof inside === 'string' && inside}`.includes('\0'))
          return 'must not contain the character U+0000';
        if (isObject(inside)) below.push(inside);
      }
    }
    level = below;
  }
  return undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
