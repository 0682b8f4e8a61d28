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
  /** Files whose base64 the body has; the copy reads them. */
  files?: readonly CopiedFile[];
};

/** @property mark stands in the body in the place of the file's base64. */
export type CopiedFile = { mark: string; path: string };

/** The environment variable that a copy reads the access key from: the key itself is never part of it. */
const keyVariable = 'PEARSANA_BFF_ACCESS_KEY';

/**
 * The call as a command of a POSIX shell. Its idempotency key is made now, so running the same copy twice sends once. In a
 * protected environment whoever runs it still has to fill in the name that confirms it.
 */
export function curlOf({ origin, environment, operation, request, files = [] }: CopiedCall): string {
  const { method, path } = operations[operation];
  const url = origin + filledPath(path, { environment: environment.id });
  const headers = [
    ...(request === undefined ? [] : ['Content-Type: application/json']),
    ...(method === 'POST' ? [`Idempotency-Key: ${crypto.randomUUID()}`] : []),
    ...(needsName(operation, environment) ? [`X-Confirm-Environment: ${toFillIn(environment)}`] : []),
  ];
  const body = request === undefined ? undefined : JSON.stringify(request, undefined, 2);
  const isPiped = body !== undefined && files.length > 0;
  const command = [
    `curl --request ${method} ${shellWord(url)}`,
    `--header "Authorization: Bearer $${keyVariable}"`,
    ...headers.map((header) => `--header ${shellWord(header)}`),
    ...(body === undefined ? [] : [isPiped ? '--data-binary @-' : `--data-raw ${shellWord(body)}`]),
  ].join(' \\\n  ');
  return isPiped ? `{\n  ${bodyCommands(body, files).join('\n  ')}\n} | ${command}` : command;
}

/** Print the body, with each file in its place: no command line can be as long as a document. */
function bodyCommands(body: string, files: readonly CopiedFile[]): string[] {
  const commands: string[] = [];
  let rest = body;
  for (const { mark, path } of files) {
    const [before = '', after = ''] = rest.split(mark);
    commands.push(`printf %s ${shellWord(before)}`, `base64 < ${shellWord(path)} | tr -d '\\n'`);
    rest = after;
  }
  return [...commands, `printf %s ${shellWord(rest)}`];
}

/** The call as a program with the typed client. */
export function typeScriptOf({ origin, environment, operation, request, files = [] }: CopiedCall): string {
  const options = {
    environment: environment.id,
    ...(needsName(operation, environment) && { confirm: toFillIn(environment) }),
    ...(request !== undefined && { request }),
  };
  const called = files.reduce(
    // A text in the place of another may hold `$&`.
    (text, { mark, path }) => text.replace(literal(mark), () => `await readFile(${literal(path)}, 'base64')`),
    literal(options),
  );
  return [
    ...(files.length > 0 ? ["import { readFile } from 'node:fs/promises';"] : []),
    "import { env } from 'node:process';",
    "import { createClient } from 'pearsana-partner-client';",
    '',
    'const pearsana = createClient({',
    `  baseUrl: ${literal(origin)},`,
    `  accessKey: env.${keyVariable} ?? '',`,
    '});',
    '',
    `const { result } = await pearsana.${operation}(${called});`,
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
