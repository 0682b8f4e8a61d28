import type { Json } from '../server/openapi/document-types.ts';

export type TypePrinter = {
  /** A schema as a TypeScript type. */
  typeOf(schema: Json): string;
  /** The schema itself, where this is a reference to one. */
  schemaOf(schema: Json): Json;
  /** A field, with its description and limits. */
  fieldOf(name: string, schema: Json, kind: 'required' | 'optional' | 'nullable'): string;
  /** The fields of an object. */
  fieldsOf(schema: Json): string[];
  /** Every schema that was referred to, and those that they refer to, as types with names. */
  declarations(): string[];
};

/**
 * Prints the schemas of `/openapi.json` as TypeScript.
 * @param betterFields fields, by name, that have another type, and perhaps another description, than their schemas say
 */
export function createTypePrinter(
  schemas: Readonly<Record<string, Json>>,
  betterFields: Readonly<Record<string, { type?: string; description?: string }>>,
): TypePrinter {
  const used = new Set<string>();

  const nameIn = ({ $ref }: Json) => String($ref).split('/').at(-1) ?? '';
  const schemaOf = (schema: Json) => (schema.$ref === undefined ? schema : (schemas[nameIn(schema)] ?? {}));

  function typeOf(schema: Json): string {
    const { $ref, anyOf, type, enum: values, items, properties, additionalProperties } = schema;
    if ($ref !== undefined) {
      used.add(nameIn(schema));
      return nameIn(schema);
    }
    if (Array.isArray(anyOf)) return anyOf.map(typeOf).join(' | ');
    if (Array.isArray(values)) return values.map((value) => JSON.stringify(value)).join(' | ');
    if (Array.isArray(type)) return type.map((each) => typeOf({ ...schema, type: each })).join(' | ');
    if (type === 'array') return `(${typeOf(items as Json)})[]`;
    if (type === 'object' && !properties) return 'Record<string, unknown>';
    if (type === 'object') {
      const more = additionalProperties ? ['[more: string]: unknown;'] : [];
      return `{\n${[...fieldsOf(schema), ...more].join('\n')}\n}`;
    }
    if (type === 'integer') return 'number';
    return typeof type === 'string' ? type : 'unknown';
  }

  function fieldsOf({ properties = {}, required = [] }: Json): string[] {
    return Object.entries(properties as Record<string, Json>).map(([name, field]) =>
      fieldOf(name, field, (required as string[]).includes(name) ? 'required' : 'optional'),
    );
  }

  function fieldOf(name: string, schema: Json, kind: 'required' | 'optional' | 'nullable'): string {
    const { type = typeOf(schema), description = schema.description } = betterFields[name] ?? {};
    const declared = {
      required: `${name}: ${type};`,
      optional: `${name}?: ${type} | undefined;`,
      nullable: `${name}?: ${type} | null | undefined;`,
    };
    const words = [description, limitWords({ ...schema, description })];
    return docComment(words.filter(Boolean).join(' ')) + declared[kind];
  }

  function declarations(): string[] {
    const printed: string[] = [];
    // A set goes on with what is added on the way.
    for (const name of used) {
      const schema = schemas[name] ?? {};
      const type = typeOf(schema);
      const declaration = type.startsWith('{')
        ? `export interface ${name} ${type}`
        : `export type ${name} = ${type};`;
      printed.push(docComment(String(schema.description ?? '')) + declaration);
    }
    return printed;
  }

  return { typeOf, schemaOf, fieldOf, fieldsOf, declarations };
}

/** The text as a docstring; nothing if there is no text. */
export function docComment(text: string): string {
  if (text === '') return '';
  const lines = text.replaceAll('*/', '*\\/').split('\n');
  return lines.length === 1
    ? `/** ${lines[0]} */\n`
    : `/**\n${lines.map((line) => ` * ${line}`.trimEnd()).join('\n')}\n */\n`;
}

/** Limits that a description does not contain already. */
function limitWords({ description = '', contentEncoding, maxLength, maxItems, minimum, maximum }: Json) {
  const number = (value: unknown) => Number(value).toLocaleString('en');
  if (/\d/.test(String(description)) || contentEncoding) return '';
  if (maxLength !== undefined) return `At most ${number(maxLength)} characters.`;
  if (maxItems !== undefined) return `At most ${number(maxItems)} entries.`;
  return maximum === undefined ? '' : `From ${number(minimum)} to ${number(maximum)}.`;
}
