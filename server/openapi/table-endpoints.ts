import { byteWords } from '../../shared/byte-words.ts';
import type { FileLimits } from '../../shared/environments.ts';
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
export function tableEndpoints(limits: FileLimits): Endpoint[] {
  return operationNames.map((name) => endpointOf(name, limits));
}

function endpointOf(name: OperationName, limits: FileLimits): Endpoint {
  const row: OperationRow = operations[name];
  const { tag, description, request, result, codes } = operationDocs[name];
  const asksForToken = !Array.isArray(row.scopes) || row.scopes.length > 0;
  const example = {
    environment: parameters.environment.example,
    requestId,
    result,
    partner: row.partner && { ...partnerExample, status: row.writes ? 201 : 200 },
  };
  const body = { schema: schemaRef(`${name}Success`), example };
  return {
    operationId: name,
    method: row.method,
    path: operationPath(name, '{environment}'),
    tag,
    summary: row.title,
    description: [description, scopeWords(row), fileWords(row, limits), row.writes ? writeWords : '']
      .filter(Boolean)
      .join('\n\n'),
    access: 'caller',
    limitedBy: 'caller',
    crossOrigin: true,
    inEnvironment: true,
    writes: row.writes,
    callsPartner: row.partner !== null,
    asksForToken,
    ...(row.request && {
      request: {
        schema: schemaRef(`${name}Request`),
        example: request,
        bodyCap: bodyCapOf(row, limits),
      },
    }),
    ...(codes && { codes }),
    answers: row.writes
      ? {
          201: { body, description: 'It is done. The partner’s answer, and which environment it was.' },
          // It does not document every status: whichever it sends is passed on.
          '2XX': {
            body,
            description:
              'Another success of the partner’s, with the same body: 207, for instance, where a batch succeeded in part.',
          },
        }
      : {
          200: {
            body,
            description: row.partner
              ? 'The partner’s answer, and which environment it was.'
              : 'What was found; `partner` is null, since its API was not called.',
          },
        },
  };
}

/** What its token carries, where that is the same for every request. */
function scopeWords({ scopes }: OperationRow): string {
  if (!Array.isArray(scopes) || scopes.length === 0) return '';
  return `Its token carries ${scopes.map((scope) => `\`${scope}\``).join(' and ')}, and no more.`;
}

function fileWords({ files }: OperationRow, limits: FileLimits): string {
  if (!files) return '';
  const all =
    files.limit === 'document' ? '' : `, and all together at most ${byteWords(limits[files.limit], 'exact')}`;
  return `A document may have at most ${byteWords(limits.document, 'exact')}${all}, before base64.`;
}
