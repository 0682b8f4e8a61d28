import * as z from 'zod/mini';
import * as activity from '../../shared/activity.ts';
import * as documents from '../../shared/documents.ts';
import type { EndpointTable, OperationRow } from '../../shared/endpoint-row.ts';
import * as environments from '../../shared/environments.ts';
import * as errors from '../../shared/errors.ts';
import * as fields from '../../shared/fields.ts';
import * as importRecord from '../../shared/import-record.ts';
import * as invitations from '../../shared/invitations.ts';
import { partnerFacts, successOf } from '../../shared/operations.ts';
import * as scopes from '../../shared/scopes.ts';
import * as signIn from '../../shared/sign-in.ts';
import * as users from '../../shared/users.ts';
import docstrings from './docstrings.json' with { type: 'json' };
import type { Json } from './document-types.ts';
import { pageEndSchema } from './headers.ts';

type Schema = z.core.$ZodType;

/** The exported contracts. Each is described by its docstring, and objects and enumerations get a name in the document. */
const contracts: Record<string, unknown> = {
  ...activity,
  ...documents,
  ...environments,
  ...errors,
  ...fields,
  ...importRecord,
  ...invitations,
  ...scopes,
  ...signIn,
  ...users,
  partnerFacts,
};
const words: Readonly<Record<string, string>> = docstrings;

/** JSON Schema cannot express our own checks. For these it can say more than zod would. */
function factsWith(limits: environments.FileLimits): Map<Schema, Json> {
  return new Map<Schema, Json>([
    [fields.email, { format: 'email', pattern: fields.addressPattern.source }],
    [fields.birthDate, { format: 'date', maxLength: 10 }],
    [fields.requiredText, { pattern: '\\S' }],
    [fields.currency, { maxLength: 3, pattern: fields.currencyForm.source }],
    [fields.sha256Hex, { maxLength: 64, pattern: fields.sha256HexForm.source }],
    [fields.externalReferences, { minItems: 1 }],
    [fields.uniqueExternalReferences, { minItems: 1 }],
    [documents.submitDocumentBatchRequest.shape.items, { minItems: 1 }],
    [
      importRecord.announceRequest.shape.rows,
      { type: 'integer', format: 'int32', minimum: 1, maximum: importRecord.mostRows },
    ],
    [
      documents.file,
      {
        contentEncoding: 'base64',
        minLength: 4,
        maxLength: documents.encodedLength(limits.document),
        pattern: '^[A-Za-z0-9+/]+={0,2}$',
      },
    ],
    [
      documents.freeForm,
      { type: 'object', additionalProperties: true, maxProperties: documents.mostFreeValues },
    ],
    [activity.activityQuery.shape.before, pageEndSchema],
    [activity.activityQuery.shape.import, { maxLength: 36, pattern: activity.importForm.source }],
    [signIn.windowCodeRequest.shape.code, { maxLength: 128, pattern: signIn.windowCodeForm.source }],
    [signIn.windowCodeRequest.shape.verifier, { maxLength: 128, pattern: signIn.windowVerifierForm.source }],
  ]);
}

export type ContractSchemas = {
  /** By the names in `components.schemas`. */
  all: Record<string, Json>;
  refTo(schema: Schema): Json;
  /** To the whole body of an operation's success. */
  successRef(row: OperationRow): Json;
  /** The fields of a query, as parameters. */
  queryParameters(query: Schema): Json[];
};

/**
 * Every schema of the contracts and of a table, as JSON Schema (2020-12), by name. What a contract leaves open stays open,
 * so that a new field in an answer does not break generated clients.
 */
export function contractSchemas(table: EndpointTable, limits: environments.FileLimits): ContractSchemas {
  const facts = factsWith(limits);
  const registry = z.registry<{ id: string }>();
  /** Where the docstrings of a schema are found. */
  const paths = new Map<Schema, string>();
  function add(name: string, schema: Schema, path = name): void {
    if (!paths.has(schema)) paths.set(schema, path);
    if (!registry.has(schema)) registry.add(schema, { id: capitalised(name) });
  }

  for (const [name, schema] of Object.entries(contracts).filter(isSchemaEntry)) {
    paths.set(schema, name);
    if (['object', 'literal'].includes(schema._zod.def.type)) add(name, schema);
  }
  const successes = new Map<OperationRow, Schema>();
  for (const [name, row] of Object.entries(table)) {
    if (row.request) add(`${name}Request`, row.request, `endpoints.${name}.request`);
    if (row.query) add(`${name}Query`, row.query, `endpoints.${name}.query`);
    if (row.access !== 'grant') add(`${name}Answer`, row.answer, `endpoints.${name}.answer`);
    else {
      const success = successOf(row);
      successes.set(row, success);
      add(`${name}Result`, row.response, `endpoints.${name}.response`);
      add(`${name}Success`, success);
    }
  }

  const { schemas } = z.toJSONSchema(registry, {
    io: 'input',
    // A custom check does not say what it accepts: only the facts do.
    unrepresentable: ({ zodSchema }) => facts.get(zodSchema) ?? 'throw',
    uri: (id) => schemaRef(id).$ref,
    override({ zodSchema, jsonSchema }) {
      refuseFlags(zodSchema);
      const path = paths.get(zodSchema);
      const description = path === undefined ? undefined : words[path];
      Object.assign(jsonSchema, description !== undefined && { description }, facts.get(zodSchema));
    },
  });
  const pathOf = new Map([...paths].map(([schema, path]) => [registry.get(schema)?.id, path]));
  const all = Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema, $id, ...schema }]) => [
      id,
      refined(schema, pathOf.get(id) ?? id),
    ]),
  );
  const idOf = (schema: Schema | undefined) => (schema && registry.get(schema)?.id) ?? '';
  return {
    all,
    refTo: (schema) => schemaRef(idOf(schema)),
    successRef: (row) => schemaRef(idOf(successes.get(row))),
    queryParameters: (query) => queryParameters(all[idOf(query)] ?? {}),
  };
}

function queryParameters({ properties = {}, required }: Json): Json[] {
  return Object.entries(properties as Record<string, Json>).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: Array.isArray(required) && required.includes(name),
    ...(description !== undefined && { description }),
    schema,
  }));
}

/** A reference to a schema of the document, by its name in the code. */
export function schemaRef(name: string): { $ref: string } {
  return { $ref: `#/components/schemas/${capitalised(name)}` };
}

/** Adds descriptions to fields, and a pattern to plain text: a string should say what it accepts (OWASP API4:2023). */
function refined(schema: Json, path: string): Json {
  const result = { ...schema };
  if (isRecord(schema.properties)) {
    result.properties = Object.fromEntries(
      Object.entries(schema.properties).map(([key, property]) => {
        const inside = `${path}.${key}`;
        const description = words[inside];
        return [
          key,
          { ...refined(property as Json, inside), ...(description !== undefined && { description }) },
        ];
      }),
    );
  }
  if (isRecord(schema.items)) result.items = refined(schema.items, path);
  if (Array.isArray(schema.anyOf)) result.anyOf = schema.anyOf.map((each: Json) => refined(each, path));
  const isPlainText = schema.type === 'string' && 'maxLength' in schema;
  if (isPlainText && !['pattern', 'format', 'enum', 'allOf'].some((word) => word in schema))
    result.pattern = '^[\\s\\S]*$';
  return result;
}

/** JSON Schema has no flags. A pattern without its `i` would refuse valid values. */
function refuseFlags({ _zod }: Schema): void {
  const patterns = (_zod.def.checks ?? []).map((check) => Reflect.get(check._zod.def, 'pattern'));
  const flagged = patterns.find((pattern) => pattern instanceof RegExp && /[^u]/.test(pattern.flags));
  if (flagged)
    throw new Error(`${flagged} is in a contract, but JSON Schema has no flags: write it without.`);
}

function isSchemaEntry(entry: [string, unknown]): entry is [string, Schema] {
  return isRecord(entry[1]) && '_zod' in entry[1];
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null;
}

function capitalised(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
