import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Json, OpenApiDocument, Operation } from '../server/openapi/document-types.ts';
import { createOpenApiDocument } from '../server/openapi/openapi-document.ts';
import { type EndpointRow, isConfirmed, isWrite } from '../shared/endpoint-row.ts';
import { endpoints } from '../shared/endpoints.ts';
import { operationNames } from '../shared/operations.ts';
import { createTypePrinter, docComment, type TypePrinter } from './type-printer.ts';

const root = join(import.meta.dirname, '..');
const rows: Readonly<Record<string, EndpointRow>> = endpoints;

/** Fields of which the client accepts or offers more than their schemas say. */
const betterFields = {
  documentType: { type: 'DocumentType' },
  file: {
    type: 'FileContent',
    description:
      'The file: a `Blob`, a `File`, a `Uint8Array`, or text that is base64 already (padded, in one line). A `File` gives its name to `filename`. The BFF limits its size: `fileLimits` of `environments`.',
  },
};

/**
 * The source of `client/methods.ts`: the types of the npm package, with the names and the words of `/openapi.json`. Types
 * that are inferred from the schemas would be right too, but an editor would show neither names nor words.
 */
export function clientMethodsSource(): string {
  const { paths, components } = withAnswers(createOpenApiDocument());
  const printer = createTypePrinter(components.schemas, betterFields);
  const operations = Object.values(paths)
    .flatMap((methods) => Object.values(methods))
    .filter(({ operationId }) => Object.hasOwn(rows, operationId));
  const methods = operations.map((operation) => methodOf(operation, printer));
  const options = operations.map((operation) => optionsOf(operation, printer));
  const source = [
    '// Written by `npm run docstrings`, from the table in shared/endpoints.ts and its descriptions in server/openapi/.',
    "import type { DocumentType, FileContent, SharedCallOptions, WriteOptions } from './options.ts';",
    `${docComment('One method for each row of the BFF’s table. Each fails with a `ClientError`, and with nothing else.')}export interface ClientMethods {\n${methods.join('\n')}\n}`,
    ...options,
    ...printer.declarations(),
    mapOf('Requests', 'Request'),
    mapOf('Answers', 'Answer'),
    mapOf('Options', 'Options'),
  ].join('\n');
  return execFileSync(
    join(root, 'node_modules/.bin/biome'),
    ['check', '--write', '--stdin-file-path=client/methods.ts'],
    { cwd: root, input: source, encoding: 'utf8', shell: process.platform === 'win32' },
  );
}

const requestWords = 'The request. It is checked before it is sent, by the same rules as at the BFF.';

/** What the answer of every operation has. */
const answerWords: Readonly<Record<string, string>> = {
  result:
    'Pearsana’s answer. If its type is unknown, Pearsana does not document it: check its form before you use it.',
  partner: 'The facts of Pearsana’s answer; null if Pearsana was not called.',
  replayed: 'Whether this is the recorded answer to an earlier request with the same key.',
};

/** The description, with answers under their names in the client, which adds a field to those of writes. */
function withAnswers(document: OpenApiDocument): OpenApiDocument {
  const renamed: OpenApiDocument = JSON.parse(
    JSON.stringify(document).replaceAll(/(schemas\/|")(\w+)Success"/g, '$1$2Answer"'),
  );
  for (const name of operationNames) {
    const answer = renamed.components.schemas[`${capitalised(name)}Answer`] ?? {};
    const properties = answer.properties as Record<string, Json>;
    if (isWrite(endpoints[name])) {
      properties.replayed = { type: 'boolean' };
      (answer.required as string[]).push('replayed');
    }
    for (const [field, description] of Object.entries(answerWords))
      if (properties[field]) Object.assign(properties[field], { description });
  }
  return renamed;
}

function methodOf(operation: Operation, printer: TypePrinter): string {
  const { operationId: name, description, responses } = operation;
  const codes = Object.values(responses).flatMap((response) =>
    [...String(response.description).matchAll(/^`([A-Z_]+)`: /gm)].map(([, code]) => `\`${code}\``),
  );
  const words = `${description}\n\nCodes of \`refused\` errors: ${[...new Set(codes)].join(', ')}.`;
  const isOptional = fieldsOf(operation, printer).every((field) => /^\w+\?:/m.test(field));
  const success = responses['200'] ?? responses['201'];
  const answer = printer.typeOf(success?.content?.['application/json'].schema ?? {});
  return `${docComment(words)}${name}: (options${isOptional ? '?' : ''}: ${capitalised(name)}Options) => Promise<${answer}>;`;
}

function optionsOf(operation: Operation, printer: TypePrinter): string {
  const { operationId: name } = operation;
  const row = rows[name] as EndpointRow;
  const base = isWrite(row) ? 'WriteOptions' : 'SharedCallOptions';
  const confirm = isConfirmed(row) && !isWrite(row) ? ", Pick<WriteOptions, 'confirm'>" : '';
  return `${docComment(`The options of \`${name}\`.`)}export interface ${capitalised(name)}Options extends ${base}${confirm} {\n${fieldsOf(operation, printer).join('\n')}\n}`;
}

/** The parameters of the path and of the query, and the body, which is one option of an operation and several of others. */
function fieldsOf({ operationId, parameters, requestBody }: Operation, printer: TypePrinter): string[] {
  const inEnvironment = parameters.some(({ $ref }) => String($ref).endsWith('/environment'));
  const environment = { type: 'string', description: 'One of the environments that `environments` lists.' };
  const body = requestBody?.content['application/json'].schema ?? {};
  const isOperation = rows[operationId]?.access === 'grant';
  return [
    ...(inEnvironment ? [printer.fieldOf('environment', environment, 'required')] : []),
    ...(requestBody && isOperation
      ? [printer.fieldOf('request', { ...body, description: requestWords }, 'required')]
      : []),
    ...parameters
      .filter((each) => each.in === 'path' || each.in === 'query')
      .map(({ name, description, schema, required }) =>
        printer.fieldOf(
          String(name),
          { description, ...(schema as Json) },
          required ? 'required' : 'nullable',
        ),
      ),
    ...(requestBody && !isOperation ? printer.fieldsOf(printer.schemaOf(body)) : []),
  ];
}

/** From names of operations to types, for types that take a name, such as `RequestOf<'createUser'>`. */
function mapOf(map: string, ending: string): string {
  const fields = operationNames.map((name) => {
    const type = ending === 'Request' && !rows[name]?.request ? 'undefined' : `${capitalised(name)}${ending}`;
    return `${name}: ${type};`;
  });
  return `export interface ${map} {\n${fields.join('\n')}\n}`;
}

function capitalised(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
