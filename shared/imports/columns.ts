import type * as z from 'zod/mini';
import type { ImportOperation } from '../import-record.ts';
import { operations } from '../operations.ts';
import { pathWords, validate } from '../validate.ts';

/** Where a column's cells go in a request. */
export type FieldPath = readonly (string | number)[];

/** In an import of documents, the column that names the file to submit. */
export const fileField = 'file';

/**
 * The name of the column (in JSON, of the property) that says what was wrong with a row. When a file of rows to mend is
 * imported, this column is ignored.
 */
export const toMendName = 'What to mend';

/** Whether a header is that of this column. */
export function isToMendName(header: string): boolean {
  return plainName(header) === plainName(toMendName);
}

/** Whether a field says who somebody is, and so differs from row to row: one value for all rows would be a mistake. */
export function isPersonal(field: string): boolean {
  return /(^|\.)(email|firstName|lastName|externalId|file)$/.test(field);
}

/**
 * Usual column names that differ from the contract's own, in the form of {@link plainName}: in English, and what the people of
 * a roster have in German, French and Spanish. docs/imports.md lists them.
 */
const usualNames = new Map([
  ['givenname', 'firstName'],
  ['forename', 'firstName'],
  ['surname', 'lastName'],
  ['familyname', 'lastName'],
  ['role', 'roleName'],
  ['emailaddress', 'email'],
  ['mail', 'email'],
  ['studentid', 'externalId'],
  ['studentnumber', 'externalId'],
  ['studentno', 'externalId'],
  ['matriculationnumber', 'externalId'],
  ['id', 'externalId'],
  ['phonenumber', 'phone'],
  ['birthdate', 'dateOfBirth'],
  ['birthday', 'dateOfBirth'],
  ['postcode', 'zip'],
  ['postalcode', 'zip'],
  ['zipcode', 'zip'],
  ['intent', 'verificationIntent'],
  ...fieldsNamed('firstName', 'vorname prenom nombre'),
  ...fieldsNamed('lastName', 'nachname familienname nom nomdefamille apellido apellidos'),
  ...fieldsNamed('email', 'emailadresse adresseemail courriel correo correoelectronico'),
  ...fieldsNamed('externalId', 'matrikelnummer matrikelnr numeroetudiant matricula'),
  ...fieldsNamed('dateOfBirth', 'geburtsdatum datedenaissance fechadenacimiento'),
]);

function fieldsNamed(field: string, names: string): [name: string, field: string][] {
  return names.split(' ').map((name) => [name, field]);
}

/** Keeps only the letters and digits, without accents, so that `E-mail`, `e mail` and `EMAIL` are the same name. */
export function plainName(name: string): string {
  return name
    .normalize('NFD')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** A path in the contract without list indexes: `externalReferences[0].externalId` is `externalReferences[].externalId`. */
type Field = { name: string; segments: readonly string[] };

const listMark = '[]';
const known = new Map<ImportOperation, readonly Field[]>();

/** Every field of the operation's request that a cell can fill. The contract lists them. */
function fieldsOf(operation: ImportOperation): readonly Field[] {
  const fields =
    known.get(operation) ??
    leaves(operations[operation].request, []).map((segments) => ({ name: nameOf(segments), segments }));
  known.set(operation, fields);
  return fields;
}

/** The paths of the fields that a cell can fill, as the contract spells them. */
export function fieldNames(operation: ImportOperation): string[] {
  return fieldsOf(operation).map(({ name }) => name.replaceAll(listMark, '[0]'));
}

/** The field that a column's header, or a name that a person gave, stands for; undefined if there is none. */
export function fieldNamed(operation: ImportOperation, name: string): FieldPath | undefined {
  const places = [...name.matchAll(/\[\s*(\d{1,2})\s*\]/g)].map(([, place]) => Number(place));
  const spelt = name
    .replaceAll(/\[\s*(\d+\s*)?\]/g, listMark)
    .replaceAll(/[\s_-]/g, '')
    .toLowerCase();
  const fields = fieldsOf(operation);
  const exact = fields.find((each) => each.name.toLowerCase() === spelt);
  if (exact) return pathOf(exact, places);
  const free = fields.find((each) => isFree(each) && name.trim().startsWith(`${each.name.slice(0, -1)}`));
  if (free) {
    const own = name.trim().slice(free.name.length - 1);
    return own === '' || own === '__proto__' ? undefined : [...free.segments.slice(0, -1), own];
  }
  const plain = plainName(name);
  if (plain === '') return undefined;
  const usual = plainName(usualNames.get(plain) ?? '');
  const short = (field: Field) => plainName(field.segments.filter((each) => each !== listMark).at(-1) ?? '');
  const found =
    fields.find((field) => short(field) === plain) ??
    fields.find((field) => short(field) === usual) ??
    // An invitation has a list of roles where a user has one.
    (plain === 'role' ? fields.find((field) => short(field) === 'roles') : undefined);
  return found && !isFree(found) ? pathOf(found, []) : undefined;
}

/** The fields that every request of this operation must have, as the contract spells them. */
export function requiredFields(operation: ImportOperation): string[] {
  const skeleton: Record<string | number, unknown> = {};
  for (const { segments } of fieldsOf(operation)) addContainers(skeleton, segments);
  const validation = validate(operations[operation].request, skeleton);
  const missing = new Set(validation.ok ? [] : validation.issues.map(({ path }) => path));
  // No field of an optional group is required as long as the whole group is left out.
  return fieldNames(operation).filter((name) => missing.has(name));
}

/** Adds the objects and lists that contain the field. */
function addContainers(draft: Record<string | number, unknown>, segments: readonly string[]): void {
  let at = draft;
  for (const [index, segment] of segments.slice(0, -1).entries()) {
    const key = segment === listMark ? 0 : segment;
    at[key] ??= segments[index + 1] === listMark ? [] : {};
    at = at[key] as Record<string | number, unknown>;
  }
}

function nameOf(segments: readonly string[]): string {
  const path = segments.map((segment) => (segment === listMark ? 0 : segment));
  return pathWords(path).replaceAll('[0]', listMark);
}

function pathOf({ segments }: Field, places: readonly number[]): FieldPath {
  const left = [...places];
  return segments.map((segment) => (segment === listMark ? (left.shift() ?? 0) : segment));
}

/** In `verificationMetadata.*`, the star can be any name. */
const anyName = '*';
const isFree = ({ segments }: Field) => segments.at(-1) === anyName;

function leaves(schema: z.core.$ZodType, path: readonly string[]): string[][] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'object':
      return Object.entries(def.shape).flatMap(([name, field]) => leaves(field, [...path, name]));
    case 'optional':
      return leaves(def.innerType, path);
    case 'array':
      return leaves(def.element, [...path, listMark]);
    case 'unknown':
      return [[...path, anyName]];
    default:
      return [[...path]];
  }
}
