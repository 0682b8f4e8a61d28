import { type ErrorCode, errorCodes } from '../../shared/error-codes.ts';
import type { FailureBody, Outcome } from '../../shared/errors.ts';
import { schemaRef } from './contract-schemas.ts';
import type { Json, Response } from './document-types.ts';
import type { Endpoint } from './endpoint.ts';
import { headersOf } from './endpoint-headers.ts';
import { errorCodesOf, errorDocs, partnerRefusalsOf } from './error-docs.ts';
import { parameters, requestIdExample } from './headers.ts';

/** Only the failure of a write has an outcome. */
export const writeFailureBody: Json = {
  description: 'The body of every failed write.',
  allOf: [
    schemaRef('failureBody'),
    {
      type: 'object',
      properties: {
        error: { type: 'object', required: ['outcome'], properties: { outcome: schemaRef('outcome') } },
      },
      required: ['error'],
    },
  ],
};

/** The codes that are about an earlier write with the same key, and say nothing about this one. */
const aboutEarlierWrite = (Object.keys(errorCodes) as ErrorCode[]).filter(
  (code) => errorCodes[code].outcome === null,
);

export const earlierWriteFailureBody: Json = {
  description: 'This failure is about an earlier write with the same key, so this write has no outcome.',
  allOf: [
    schemaRef('failureBody'),
    {
      type: 'object',
      properties: {
        error: {
          type: 'object',
          properties: {
            code: { type: 'string', enum: aboutEarlierWrite },
            details: schemaRef('earlierWrite'),
          },
        },
      },
    },
  ],
};

/** Every failure of an endpoint, by status: the possible codes, and an example of each. */
export function failureResponses(endpoint: Endpoint): Record<string, Response> {
  const codes = errorCodesOf(endpoint);
  const refusals = partnerRefusalsOf(endpoint);
  const statuses = [...new Set([...codes.keys(), ...refusals.keys()])].sort((a, b) => a - b);
  return Object.fromEntries(
    statuses.map((status) => {
      const own = codes.get(status) ?? [];
      const partners = refusals.get(status);
      const description = [
        ...own.map((code) => `\`${code}\`: ${errorDocs[code].meaning}`),
        ...(partners === undefined ? [] : [`Or Pearsana’s own ${status}, with its code and details.`]),
      ].join('\n\n');
      const examples = Object.fromEntries([
        ...own.map((code) => [code, { value: ownExample(endpoint, code) }]),
        ...(partners === undefined
          ? []
          : [['partner', { summary: 'Pearsana’s own', value: partnerExample(endpoint, status, partners) }]]),
      ]);
      const schema = schemaOf(endpoint, own);
      return [
        status,
        {
          description,
          headers: headersOf(endpoint, status),
          content: { 'application/json': { schema, examples } },
        },
      ];
    }),
  );
}

function schemaOf({ writes }: Endpoint, codes: readonly ErrorCode[]): Json {
  if (!writes) return schemaRef('failureBody');
  const schema = schemaRef('writeFailureBody');
  return codes.some((code) => aboutEarlierWrite.includes(code))
    ? { anyOf: [schema, schemaRef('earlierWriteFailureBody')] }
    : schema;
}

function ownExample(endpoint: Endpoint, code: ErrorCode): FailureBody {
  const { source, retryable, outcome } = errorCodes[code];
  return failureExample(endpoint, { code, message: errorDocs[code].meaning, source, retryable, outcome });
}

function partnerExample(endpoint: Endpoint, status: number, code: string): FailureBody {
  return failureExample(endpoint, {
    code,
    message: `Pearsana (${parameters.environment.example}) refused the request (status ${status}).`,
    source: 'pearsana',
    retryable: status === 429,
    outcome: 'refused',
  });
}

function failureExample(
  { inEnvironment, writes }: Endpoint,
  {
    outcome,
    ...facts
  }: Pick<FailureBody['error'], 'code' | 'message' | 'source' | 'retryable'> & { outcome: Outcome | null },
): FailureBody {
  return {
    error: {
      ...facts,
      requestId: requestIdExample,
      ...(inEnvironment && { environment: parameters.environment.example }),
      ...(writes && outcome !== null && { outcome }),
    },
  };
}
