import { filledPath } from '../../../shared/endpoint-row.ts';
import { type OperationName, operations } from '../../../shared/operations.ts';

/** A call as somebody else may repeat it. */
export type CopiedCall = {
  /** The BFF's. */
  origin: string;
  environment: { id: string; protected: boolean };
  operation: OperationName;
  /** The body of a write. */
  request?: unknown;
};

/** The environment variable that a copy reads the access key from: the key itself is never part of it. */
const keyVariable = 'PEARSANA_BFF_ACCESS_KEY';

/**
 * The call as a command of a POSIX shell. Its idempotency key is made now, so running the same copy twice sends once. In a
 * protected environment whoever runs it still has to fill in the name that confirms it.
 */
export function curlOf({ origin, environment, operation, request }: CopiedCall): string {
  const { method, path } = operations[operation];
  const url = origin + filledPath(path, { environment: environment.id });
  const headers = [
    ...(request === undefined ? [] : ['Content-Type: application/json']),
    ...(method === 'POST' ? [`Idempotency-Key: ${crypto.randomUUID()}`] : []),
    ...(needsName(operation, environment) ? [`X-Confirm-Environment: ${toFillIn(environment)}`] : []),
  ];
  return [
    `curl --request ${method} ${shellWord(url)}`,
    `--header "Authorization: Bearer $${keyVariable}"`,
    ...headers.map((header) => `--header ${shellWord(header)}`),
    ...(request === undefined ? [] : [`--data-raw ${shellWord(JSON.stringify(request, undefined, 2))}`]),
  ].join(' \\\n  ');
}

/** The call as a program with the typed client. */
export function typeScriptOf({ origin, environment, operation, request }: CopiedCall): string {
  const options = {
    environment: environment.id,
    ...(needsName(operation, environment) && { confirm: toFillIn(environment) }),
    ...(request !== undefined && { request }),
  };
  return [
    "import { env } from 'node:process';",
    "import { createClient } from 'pearsana-partner-client';",
    '',
    'const pearsana = createClient({',
    `  baseUrl: ${literal(origin)},`,
    `  accessKey: env.${keyVariable} ?? '',`,
    '});',
    '',
    `const { result } = await pearsana.${operation}(${literal(options)});`,
    'console.log(result);',
    '',
  ].join('\n');
}

function needsName(operation: OperationName, environment: CopiedCall['environment']): boolean {
  return environment.protected && operations[operation].method === 'POST';
}

/** Not the name itself: a copy that is merely pasted must not reach real people. */
function toFillIn({ id }: CopiedCall['environment']): string {
  return `<type ${id}>`;
}

/** In single quotes a shell reads nothing but the end of the quotes. */
function shellWord(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** JSON is TypeScript already; names without quotes are how one writes it. A text has no line ends in JSON. */
function literal(value: unknown): string {
  return JSON.stringify(value, undefined, 2).replaceAll(/^( *)"([A-Za-z_]\w*)":/gm, '$1$2:');
}
