import { byteWords } from '../../shared/byte-words.ts';
import {
  bodyCapOf,
  type EndpointRow,
  type EndpointTable,
  isConfirmed,
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
  'Each request is sent to Pearsana once. If a write fails, `error.outcome` says what became of it: `not_sent`, `refused`, or `unknown`. After `unknown`, look in Pearsana before you send it again. A write to a protected environment must be confirmed by name.';

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
    confirmed: isConfirmed(row),
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
  const { summary, description, success = '', answer: example } = doc;
  return {
    access: row.access,
    summary,
    description,
    callsPartner: false,
    asksForToken: false,
    answers: {
      [row.status ?? 200]: { description: success, body: { schema: schemas.refTo(row.answer), example } },
    },
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
    summary: doc.summary,
    description: [doc.description, scopeWords(row), fileWords(row, limits), writes ? writeWords : '']
      .filter(Boolean)
      .join('\n\n'),
    callsPartner: row.partner !== undefined,
    asksForToken: typeof scopes === 'function' || scopes.length > 0,
    answers: writes
      ? {
          201: { body, description: 'Done. Contains Pearsana’s answer and the name of the environment.' },
          // Pearsana does not document every status, so whichever it sends is passed on.
          '2XX': {
            body,
            description:
              'Another success from Pearsana, with the same body: for example 207, if a batch succeeded in part.',
          },
        }
      : {
          200: {
            body,
            description: row.partner
              ? 'Contains Pearsana’s answer and the name of the environment.'
              : 'What the BFF found. `partner` is null, since Pearsana’s API was not called.',
          },
        },
  };
}

function pathParameter(name: string, { parameters: docs = {} }: EndpointDoc): Json {
  const { description, schema = idSchema } = docs[name] ?? {};
  return { name, in: 'path', required: true, ...(description && { description }), schema };
}

/** The scopes of its token, if they are the same for every request. */
function scopeWords({ partner }: OperationRow): string {
  const scopes = partner?.scopes ?? [];
  if (typeof scopes === 'function' || scopes.length === 0) return '';
  return `The token for this call has only the scope${scopes.length > 1 ? 's' : ''} ${scopes.map((scope) => `\`${scope}\``).join(' and ')}.`;
}

function fileWords({ files }: OperationRow, limits: FileLimits): string {
  if (!files) return '';
  const all =
    files.limit === 'document' ? '' : `, and all together at most ${byteWords(limits[files.limit], 'exact')}`;
  return `A document may have at most ${byteWords(limits.document, 'exact')}${all}, before base64.`;
}
