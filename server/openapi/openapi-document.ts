import { byteWords } from '../../shared/byte-words.ts';
import { defaultFileLimits } from '../../shared/documents.ts';
import type { EndpointTable } from '../../shared/endpoint-row.ts';
import { endpoints as allEndpoints } from '../../shared/endpoints.ts';
import type { FileLimits } from '../../shared/environments.ts';
import { sessionCookie } from '../sessions/session-cookie.ts';
import { version } from '../version.ts';
import { contractSchemas } from './contract-schemas.ts';
import type { Json, OpenApiDocument, Operation, Response } from './document-types.ts';
import { type Endpoint, tags } from './endpoint.ts';
import type { EndpointDoc } from './endpoint-doc.ts';
import { endpointDocs } from './endpoint-docs.ts';
import { headersOf, parametersOf } from './endpoint-headers.ts';
import { errorTable } from './error-docs.ts';
import { earlierWriteFailureBody, failureResponses, writeFailureBody } from './failure-responses.ts';
import { headers, parameters } from './headers.ts';
import { otherEndpoints } from './other-endpoints.ts';
import { rowEndpoints } from './row-endpoints.ts';

const introduction = `A backend for frontends: it keeps Pearsana’s client secret and tokens, and exposes the API below.

Send \`Authorization: Bearer <access key>\`. A page of the BFF’s own site may use a session instead. A success of an
operation names the environment that answered, and contains Pearsana’s body in \`result\`. A failure is
\`{"error": {"code", "message", "requestId", "source", "retryable", …}}\`. 401 and 403 are only ever about your own access.
Each caller may send \`RATE_LIMIT_PER_MINUTE\` requests a minute (120, unless configured). A third of them may be writes that
are sent to Pearsana, and a sixth such writes to protected environments.

<details><summary>All error codes</summary>

Pearsana’s own refusals (400, 404, 409, 410, 413, 422, 429) are passed on too, with Pearsana’s codes.

${errorTable()}

</details>`;

/** A table, and the words for each of its rows. */
export type DescribedTable = { table: EndpointTable; docs: Readonly<Record<string, EndpointDoc>> };

/** All of `/openapi.json` except `servers`, which depends on the request: see {@link serverAt}. */
export function createOpenApiDocument(
  limits: FileLimits = defaultFileLimits,
  { table, docs }: DescribedTable = { table: allEndpoints, docs: endpointDocs },
): OpenApiDocument {
  const contracts = contractSchemas(table, limits);
  const endpoints = [...rowEndpoints(table, docs, { schemas: contracts, limits }), ...otherEndpoints];
  const used = new Set(endpoints.map(({ tag }) => tag));
  const paths: OpenApiDocument['paths'] = {};
  for (const endpoint of endpoints) {
    paths[endpoint.path] = {
      ...paths[endpoint.path],
      [endpoint.method.toLowerCase()]: operationOf(endpoint),
    };
  }
  const schemas = {
    ...contracts.all,
    WriteFailureBody: writeFailureBody,
    EarlierWriteFailureBody: earlierWriteFailureBody,
  };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Pearsana partner tools',
      version,
      description: introduction,
      contact: { name: 'Your BFF administrator' },
      license: { name: 'MIT', identifier: 'MIT' },
    },
    tags: Object.entries(tags)
      .filter(([name]) => used.has(name as Endpoint['tag']))
      .map(([name, description]) => ({ name, description })),
    security: securityOf.caller,
    paths,
    components: {
      securitySchemes: {
        accessKey: {
          type: 'http',
          scheme: 'bearer',
          description:
            'An access key. The BFF prints one when it starts, your BFF administrator can give you one, and a VS Code window gets one by signing in.',
        },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: sessionCookie,
          description:
            'The cookie of a person who signed in at `/auth/login`, if an OpenID provider is configured. The browser sends it by itself, and no script can read it. A request with the cookie needs `X-Pearsana-Client`, and must come from the BFF’s own origin or from a listed origin of the same site.',
        },
      },
      parameters,
      headers,
      schemas: reachable(schemas, paths),
    },
  };
}

const securityOf = {
  anybody: [],
  caller: [{ accessKey: [] }, { session: [] }],
  'access-key': [{ accessKey: [] }],
  session: [{ session: [] }],
} as const satisfies Record<Endpoint['access'], Json[]>;

/** The entry for an address in `servers`. */
export function serverAt(url: string): Json {
  return {
    url,
    description: 'This BFF. Each call names its environment: sandbox, production, or another.',
    'x-internal': true,
  };
}

function operationOf(endpoint: Endpoint): Operation {
  const { operationId, tag, summary, description, access, request, answers } = endpoint;
  const successes = Object.entries(answers).map(([status, { description, body }]): [string, Response] => [
    status,
    {
      description,
      headers: headersOf(endpoint, status),
      ...(body && { content: { 'application/json': body } }),
    },
  ]);
  return {
    operationId,
    tags: [tag],
    summary,
    description,
    ...(access !== 'caller' && { security: securityOf[access] }),
    parameters: parametersOf(endpoint),
    ...(request && {
      requestBody: {
        required: true,
        description: `At most ${byteWords(request.bodyCap, 'exact')} of JSON, not compressed.`,
        content: { 'application/json': { schema: request.schema, example: request.example } },
      },
    }),
    responses: { ...Object.fromEntries(successes), ...failureResponses(endpoint) },
  };
}

/** The schemas that something refers to, from `start` on. */
function reachable(schemas: Record<string, Json>, start: Json): Record<string, Json> {
  const found = new Set<string>();
  function follow(part: unknown): void {
    for (const [, name = ''] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (found.has(name)) continue;
      found.add(name);
      follow(schemas[name]);
    }
  }
  follow(start);
  return Object.fromEntries(Object.entries(schemas).filter(([name]) => found.has(name)));
}
