const requestId = { type: 'string', minLength: 1, maxLength: 128, pattern: '^[\\w.-]{1,128}$' };
export const requestIdExample = '5f0c7c1e-6f5b-4a57-9d3a-2f6f6a1f9c11';
/** Of where a page of writes ended. */
export const pageEndSchema = { type: 'string', minLength: 1, maxLength: 16, pattern: '^u?\\d{1,15}$' };
/** Of a write, as the BFF counts its own. */
export const rowIdSchema = { type: 'string', minLength: 1, maxLength: 15, pattern: '^\\d{1,15}$' };
/** Of what a path names, where nothing more is known of it. */
export const idSchema = { type: 'string', minLength: 1, maxLength: 200, pattern: '^[\\w.~:@+=,-]{1,200}$' };
const visible = { type: 'string', maxLength: 200, pattern: '^[!-~ ]*$' };
const seconds = { type: 'integer', format: 'int32', minimum: 0, maximum: 86_400 };

/**
 * What callers send, by the names in `components.parameters`. Where a value must be one's own (an id, a key, a
 * confirmation) there is no example: `/docs` would fill it in, and send it.
 */
export const parameters = {
  environment: {
    name: 'environment',
    in: 'path',
    required: true,
    description: 'One of the environments that `GET /api/environments` lists.',
    schema: { type: 'string', maxLength: 31, pattern: '^[a-z][a-z0-9-]{0,30}$' },
    example: 'sandbox',
  },
  requestId: {
    name: 'X-Request-Id',
    in: 'header',
    required: false,
    description:
      'An id of your own for this call; one of another form is replaced. The partner receives it too.',
    schema: requestId,
  },
  confirmEnvironment: {
    name: 'X-Confirm-Environment',
    in: 'header',
    required: false,
    description:
      'The environment’s name once more, typed by the person who wants the write. Required where the environment is protected.',
    schema: { type: 'string', maxLength: 31, pattern: '^[a-z][a-z0-9-]{0,30}$' },
  },
  idempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description:
      'Made once for each thing that somebody wants done, and sent again with each retry of it: the same key and request are sent to the partner once. 1 to 255 visible ASCII characters, quoted or bare.',
    schema: { type: 'string', minLength: 1, maxLength: 512, pattern: '^[!-~]+$' },
  },
  client: {
    name: 'X-Pearsana-Client',
    in: 'header',
    required: false,
    description:
      'Any word. Required with a session, since no page of another site can send it; an access key needs none.',
    schema: { type: 'string', minLength: 1, maxLength: 64, pattern: '^[!-~]{1,64}$' },
  },
} as const;

export type ParameterName = keyof typeof parameters;

/** What answers carry, by the names in `components.headers`. */
export const headers = {
  'X-Request-Id': {
    description: 'The id of this call, in the BFF’s log and at the partner. Quote it when you ask for help.',
    required: true,
    schema: requestId,
    example: requestIdExample,
  },
  RateLimit: {
    description:
      'How many requests are left (`r`), and for how many seconds (`t`); draft-8 of the IETF’s RateLimit.',
    schema: visible,
    example: '"per-caller"; r=119; t=60',
  },
  'RateLimit-Policy': {
    description: 'How many requests (`q`) are possible in how many seconds (`w`).',
    schema: visible,
    example: '"per-caller"; q=120; w=60; pk=:YWNjZXNzLWtl:',
  },
  'Retry-After': {
    description: 'Seconds to wait before the next try; absent where nobody can say.',
    schema: seconds,
    example: 7,
  },
  'WWW-Authenticate': { description: 'How to say who you are.', schema: visible, example: 'Bearer' },
  'Idempotent-Replayed': {
    description:
      '`true` where this is the recorded answer to an earlier request with the same `Idempotency-Key`.',
    schema: { type: 'string', enum: ['true'] },
    example: 'true',
  },
  'Access-Control-Allow-Origin': {
    description: 'The browser’s own origin, where it is among BFF_ALLOWED_ORIGINS; absent otherwise.',
    schema: { type: 'string', maxLength: 300, format: 'uri' },
    example: 'https://tools.example.com',
  },
} as const;
