import { environmentName } from '../callers/grants.ts';

const requestId = { type: 'string', minLength: 1, maxLength: 128, pattern: '^[\\w.-]{1,128}$' };
export const requestIdExample = '5f0c7c1e-6f5b-4a57-9d3a-2f6f6a1f9c11';
/** Where a page of writes ended. */
export const pageEndSchema = { type: 'string', minLength: 1, maxLength: 16, pattern: '^u?\\d{1,15}$' };
/** The id of a write in the journal. */
export const rowIdSchema = { type: 'string', minLength: 1, maxLength: 15, pattern: '^\\d{1,15}$' };
/** A parameter in a path, if nothing else is known about it. */
export const idSchema = { type: 'string', minLength: 1, maxLength: 200, pattern: '^[\\w.~:@+=,-]{1,200}$' };
const environmentId = { type: 'string', maxLength: 31, pattern: environmentName.source };
const visible = { type: 'string', maxLength: 200, pattern: '^[!-~ ]*$' };
const seconds = { type: 'integer', format: 'int32', minimum: 0, maximum: 86_400 };

/**
 * The parameters that callers send, by their names in `components.parameters`. Values that must be the caller's own (an id,
 * a key, a confirmation) have no example, since `/docs` would fill it in and send it.
 */
export const parameters = {
  environment: {
    name: 'environment',
    in: 'path',
    required: true,
    description: 'One of the environments that `GET /api/environments` lists.',
    schema: environmentId,
    example: 'sandbox',
  },
  requestId: {
    name: 'X-Request-Id',
    in: 'header',
    required: false,
    description:
      'Your own id for this call. The BFF replaces an id of another form. Pearsana receives it too.',
    schema: requestId,
  },
  confirmEnvironment: {
    name: 'X-Confirm-Environment',
    in: 'header',
    required: false,
    description:
      'The environment’s name once more, typed by the person who wants the write. Required if the environment is protected.',
    schema: environmentId,
  },
  idempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description:
      'Stands for one intention. Send the same key with each retry: a write is sent to Pearsana at most once with the same key. 1 to 255 visible ASCII characters, with or without quotes.',
    schema: { type: 'string', minLength: 1, maxLength: 512, pattern: '^[!-~]+$' },
  },
  importId: {
    name: 'X-Pearsana-Import',
    in: 'header',
    required: false,
    description:
      'The import that this write is a row of, as in `imp_…`. It then needs an `Idempotency-Key`, and no confirmation of its own.',
    schema: { type: 'string', minLength: 36, maxLength: 36, pattern: '^imp_[0-9a-f]{32}$' },
  },
  client: {
    name: 'X-Pearsana-Client',
    in: 'header',
    required: false,
    description:
      'Any word. Required with a session, since a page of another site cannot send it. Not needed with an access key.',
    schema: { type: 'string', minLength: 1, maxLength: 64, pattern: '^[!-~]{1,64}$' },
  },
} as const;

export type ParameterName = keyof typeof parameters;

/** The headers of answers, by their names in `components.headers`. */
export const headers = {
  'X-Request-Id': {
    description: 'The id of this call in the BFF’s log and at Pearsana. Quote it when you ask for help.',
    required: true,
    schema: requestId,
    example: requestIdExample,
  },
  RateLimit: {
    description:
      'How many requests are left (`r`), and for how many seconds (`t`). From draft 8 of the IETF’s RateLimit headers.',
    schema: visible,
    example: '"per-caller"; r=119; t=60',
  },
  'RateLimit-Policy': {
    description: 'How many requests (`q`) are possible in how many seconds (`w`).',
    schema: visible,
    example: '"per-caller"; q=120; w=60; pk=:YWNjZXNzLWtl:',
  },
  'Retry-After': {
    description: 'How many seconds to wait before the next try. Absent if unknown.',
    schema: seconds,
    example: 7,
  },
  'WWW-Authenticate': { description: 'How to say who you are.', schema: visible, example: 'Bearer' },
  'Idempotent-Replayed': {
    description:
      '`true` if this is the recorded answer to an earlier request with the same `Idempotency-Key`.',
    schema: { type: 'string', enum: ['true'] },
    example: 'true',
  },
  'Access-Control-Allow-Origin': {
    description: 'The browser’s own origin, if BFF_ALLOWED_ORIGINS lists it; absent otherwise.',
    schema: { type: 'string', maxLength: 300, format: 'uri' },
    example: 'https://tools.example.com',
  },
} as const;
