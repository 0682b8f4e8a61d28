import { idempotencyKeyForm } from '../../shared/activity.ts';
import { BffError } from '../bff-error.ts';

/** A string of a structured field (RFC 8941, 3.3.3), as the IETF's draft of this header requires. */
const quoted = /^"((?:[ !#-[\]-~]|\\["\\])*)"$/;

/** The key in a request's `Idempotency-Key` header, with or without quotes. @throws BffError if it is not valid. */
export function idempotencyKeyOf(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  const text = String(header);
  const key = quoted.exec(text)?.[1]?.replace(/\\(.)/g, '$1') ?? text;
  if (idempotencyKeyForm.test(key) && (key !== text || !text.startsWith('"'))) return key;
  throw BffError.of(
    'VALIDATION_ERROR',
    'The header Idempotency-Key must have 1 to 255 visible ASCII characters, with or without quotes.',
  );
}
