/**
 * A refusal in Pearsana's form. Pearsana documents the codes `VALIDATION_ERROR`, `UNAUTHORIZED` and
 * `INSUFFICIENT_SCOPE`; the other codes here are our guess, and no caller should depend on them.
 */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: Record<string, unknown> | undefined;

  constructor(status: number, code: string, message: string, details?: Record<string, unknown>) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

/** Pearsana's `400`, with one sentence for each fault. */
export function validationError(errors: readonly string[]): ApiError {
  return new ApiError(400, 'VALIDATION_ERROR', 'The request is not valid.', { errors });
}

/** The refusal that answers whatever was thrown, including by Express's body parser; `500` if none is known. */
export function toApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  const status = thrown instanceof Error && 'status' in thrown ? thrown.status : 500;
  if (status === 400) return validationError(['The request body must be valid JSON.']);
  if (status === 413) return new ApiError(413, 'PAYLOAD_TOO_LARGE', 'The request body is too large.');
  if (status === 415) return unsupportedMediaType();
  return new ApiError(500, 'INTERNAL_ERROR', 'An unexpected error occurred.');
}

export function unsupportedMediaType(): ApiError {
  return new ApiError(415, 'UNSUPPORTED_MEDIA_TYPE', 'The request body must be sent as application/json.');
}

/** Pearsana's one envelope for errors. */
export function errorEnvelope(error: ApiError, requestId: string) {
  const { code, message, details } = error;
  return { error: { code, message, ...(details && { details }), requestId } };
}
