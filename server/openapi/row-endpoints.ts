import { byteWords } from '../../shared/byte-words.ts';
import {
  bodyCapOf,
  type EndpointRow,
  type EndpointTable,
  isWrite,
  type OperationRow,
  type OwnRow,
  parametersIn,
  rateClassOf,
} from '../../shared/endpoint-row.ts';
import type { FileLimits } from '../../shared/environments.ts';
import { type PartnerFacts, partnerApiVersion } from '../../shared/operations.ts';
import type { ContractSchemas } from './contract-schemas.ts';
import type { Json } from './document-types.ts';
import type { Endpoint } from './endpoint.ts';
import type { EndpointDoc } from './endpoint-doc.ts';
import { idSchema, parameters, requestIdExample as requestId } from './headers.ts';

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

type Described = { schemas: ContractSchemas; limits: FileLimits };

/** One endpoint for each row of a table. */
export function rowEndpoints(
  table: EndpointTable,
  docs: Readonly<Record<string, EndpointDoc>>,
  described: Described,
): Endpoint[] {
  return Object.entries(table).map(([name, row]) => {
    const doc = docs[name];
    if (!doc) throw new Error(`Nothing describes ${name}.`);
    return endpointOf({ name, row, doc }, described);
  });
}

function endpointOf(
  { name, row, doc }: { name: string; row: EndpointRow; doc: EndpointDoc },
  { schemas, limits }: Described,
): Endpoint {
  const { tag, codes } = doc;
  const parameterNames = parametersIn(row.path);
  return {
    operationId: name,
    method: row.method,
    path: row.path.replaceAll(/\/:(\w+)/g, '/{$1}'),
    tag,
    limitedBy: rateClassOf(row) === 'signIn' ? 'address' : 'caller',
    crossOrigin: true,
    inEnvironment: parameterNames.includes('environment'),
    writes: isWrite(row),
    parameters: [
      ...parameterNames.filter((each) => each !== 'environment').map((each) => pathParameter(each, doc)),
      ...(row.query ? schemas.queryParameters(row.query) : []),
    ],
    ...(row.request && {
      request: {
        schema: schemas.refTo(row.request),
        example: doc.request,
        bodyCap: bodyCapOf(row, limits),
      },
    }),
    ...(codes && { codes }),
    ...(row.access === 'grant' ? operationFacts(row, doc, { schemas, limits }) : ownFacts(row, doc, schemas)),
  };
}

type Facts = Pick<
  Endpoint,
  'access' | 'summary' | 'description' | 'callsPartner' | 'asksForToken' | 'answers'
>;

function ownFacts(row: OwnRow, doc: EndpointDoc, schemas: ContractSchemas): Facts {
  const { summary = '', description, success = '', answer: example } = doc;
  return {
    access: row.access,
    summary,
    description,
    callsPartner: false,
    asksForToken: false,
    answers: { 200: { description: success, body: { schema: schemas.refTo(row.answer), example } } },
  };
}

function operationFacts(row: OperationRow, doc: EndpointDoc, { schemas, limits }: Described): Facts {
  const writes = isWrite(row);
  const scopes = row.partner?.scopes ?? [];
  const partner = row.partner ? { ...partnerExample, status: writes ? 201 : 200 } : null;
  const example = { environment: parameters.environment.example, requestId, result: doc.answer, partner };
  const body = { schema: schemas.successRef(row), example };
  return {
    access: 'caller',
    summary: row.title,
    description: [doc.description, scopeWords(row), fileWords(row, limits), writes ? writeWords : '']
      .filter(Boolean)
      .join('\n\n'),
    callsPartner: row.partner !== undefined,
    asksForToken: typeof scopes === 'function' || scopes.length > 0,
    answers: writes
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

function pathParameter(name: string, { parameters: docs = {} }: EndpointDoc): Json {
  const { description, schema = idSchema } = docs[name] ?? {};
  return { name, in: 'path', required: true, ...(description && { description }), schema };
}

/** What its token carries, where that is the same for every request. */
function scopeWords({ partner }: OperationRow): string {
  const scopes = partner?.scopes ?? [];
  if (typeof scopes === 'function' || scopes.length === 0) return '';
  return `Its token carries ${scopes.map((scope) => `\`${scope}\``).join(' and ')}, and no more.`;
}

function fileWords({ files }: OperationRow, limits: FileLimits): string {
  if (!files) return '';
  const all =
    files.limit === 'document' ? '' : `, and all together at most ${byteWords(limits[files.limit], 'exact')}`;
  return `A document may have at most ${byteWords(limits.document, 'exact')}${all}, before base64.`;
}
