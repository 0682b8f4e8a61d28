import { defaultFileLimits } from '../../shared/documents.ts';
import {
  bodyCapOf,
  type OperationName,
  type OperationRow,
  operationNames,
  operationPath,
  operations,
  type PartnerFacts,
  partnerApiVersion,
} from '../../shared/operations.ts';
import { schemaRef } from './contract-schemas.ts';
import type { Endpoint } from './endpoint.ts';
import { parameters, requestIdExample as requestId } from './headers.ts';
import { operationDocs } from './operation-docs.ts';

const partnerExample: PartnerFacts = {
  status: 200,
  durationMs: 34,
  requestId,
  apiVersion: partnerApiVersion,
  apiVersionLatest: partnerApiVersion,
  apiVersionSupported: partnerApiVersion,
};

const writeWords =
  'A write is sent to the partner once for each time that somebody asks. What became of one that failed stands in `error.outcome`: `not_sent`, `refused`, or `unknown`, and then look before you send again. In a protected environment it must be confirmed by name.';

/** One endpoint for each row of the table. */
export function tableEndpoints(): Endpoint[] {
  return operationNames.map(endpointOf);
}

function endpointOf(name: OperationName): Endpoint {
  const row: OperationRow = operations[name];
  const { tag, description, request, result } = operationDocs[name];
  const asksForToken = !Array.isArray(row.scopes) || row.scopes.length > 0 || row.partner === null;
  const example = {
    environment: parameters.environment.example,
    requestId,
    result,
    partner: row.partner && { ...partnerExample, status: row.writes ? 201 : 200 },
  };
  const answer = { schema: schemaRef(`${name}Success`), example };
  return {
    operationId: name,
    method: row.method,
    path: operationPath(name, '{environment}'),
    tag,
    summary: row.title,
    description: [description, scopeWords(row), row.writes ? writeWords : ''].filter(Boolean).join('\n\n'),
    authenticated: true,
    inEnvironment: true,
    writes: row.writes,
    callsPartner: row.partner !== null,
    asksForToken,
    ...(row.request && {
      request: {
        schema: schemaRef(`${name}Request`),
        example: request,
        bodyCap: bodyCapOf(row, defaultFileLimits),
      },
    }),
    answers: row.writes
      ? {
          201: { ...answer, description: 'It is done. The partner’s answer, and which environment it was.' },
          // It does not document every status: whichever it sends is passed on.
          '2XX': { ...answer, description: 'Another success of the partner’s, with the same body.' },
        }
      : { 200: { ...answer, description: 'The answer, and which environment it was.' } },
  };
}

/** What its token carries, where that is the same for every request. */
function scopeWords({ scopes }: OperationRow): string {
  if (!Array.isArray(scopes) || scopes.length === 0) return '';
  return `Its token carries ${scopes.map((scope) => `\`${scope}\``).join(' and ')}, and no more.`;
}
