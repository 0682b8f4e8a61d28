/** What a value has to be beyond a string; `says` completes the sentence "email must be …". */
export type Format = { says: string; fits(value: string): boolean };

// A field is required unless its rule is optional.
type TextRule = { kind: 'text'; maxLength: number; format?: Format; optional?: true };
type ListRule = { kind: 'list'; of: Rule; limits: ListLimits; optional?: true };
type FieldsRule = { kind: 'fields'; fields: { [name: string]: Rule }; optional?: true };
type ListLimits = { min: number; max: number; uniqueBy?: string };
export type Rule = TextRule | ListRule | FieldsRule;

// The builders keep the exact type of what is inside, which the types above have to leave open.
type ListOf<Item> = Omit<ListRule, 'of'> & { of: Item };
type FieldsOf<Members> = Omit<FieldsRule, 'fields'> & { fields: Members };

/** The type of the values that a rule lets pass, so that the rules are the only place where it is written. */
export type ValueOf<R> = R extends { kind: 'fields'; fields: infer Members }
  ? {
      [Name in keyof Members]:
        | ValueOf<Members[Name]>
        | (Members[Name] extends { optional: true } ? undefined : never);
    }
  : R extends { kind: 'list'; of: infer Item }
    ? ValueOf<Item>[]
    : string;

export function text(maxLength: number, format?: Format): TextRule {
  return format ? { kind: 'text', maxLength, format } : { kind: 'text', maxLength };
}

export function list<Item extends Rule>(of: Item, limits: ListLimits): ListOf<Item> {
  return { kind: 'list', of, limits };
}

export function fields<Members extends FieldsRule['fields']>(members: Members): FieldsOf<Members> {
  return { kind: 'fields', fields: members };
}

export function optional<R extends Rule>(rule: R): R & { optional: true } {
  return { ...rule, optional: true };
}

/** Says in one sentence each what is wrong with `value`; an empty list means that it keeps the rule. */
export function faultsOf(rule: Rule, value: unknown, path = ''): string[] {
  if (rule.kind === 'text') return faultsOfText(rule, value, path);
  if (rule.kind === 'list') return faultsOfList(rule, value, path);
  return faultsOfFields(rule, value, path);
}

function faultsOfText(rule: TextRule, value: unknown, path: string): string[] {
  if (typeof value !== 'string') return [`${path} must be ${kindOf(rule)}.`];
  if (!rule.optional && value.trim() === '') return [`${path} must not be blank.`];
  // A person who counts letters counts code points: an emoji is one, though JavaScript says two.
  if ([...value].length > rule.maxLength) return [`${path} must have at most ${rule.maxLength} characters.`];
  if (rule.format && !rule.format.fits(value)) return [`${path} must be ${kindOf(rule)}.`];
  return [];
}

function faultsOfList(rule: ListRule, value: unknown, path: string): string[] {
  const { min, max, uniqueBy } = rule.limits;
  if (!Array.isArray(value) || value.length < min) return [`${path} must be ${kindOf(rule)}.`];
  if (value.length > max) return [`${path} must have at most ${max} entries.`];
  const faults = value.flatMap((item, index) => faultsOf(rule.of, item, `${path}[${index}]`));
  // Only items that are whole can be compared.
  if (uniqueBy === undefined || faults.length > 0) return faults;
  const keys = value.map((item) => item[uniqueBy]);
  const repeated = new Set(keys.filter((key, index) => keys.indexOf(key) !== index));
  return [...repeated].map((key) => `${path} must not have the ${uniqueBy} "${key}" more than once.`);
}

function faultsOfFields(rule: FieldsRule, value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [`${path || 'The request body'} must be ${kindOf(rule)}.`];
  }
  const given = new Map<string, unknown>(Object.entries(value));
  const pathOf = (name: string) => (path ? `${path}.${name}` : name);
  const known = Object.entries(rule.fields).flatMap(([name, member]) => {
    if (given.has(name)) return faultsOf(member, given.get(name), pathOf(name));
    return member.optional ? [] : [`${pathOf(name)} is required and must be ${kindOf(member)}.`];
  });
  const unknown = [...given.keys()].filter((name) => !Object.hasOwn(rule.fields, name));
  return [...known, ...unknown.map((name) => `${pathOf(name)} is not a known field.`)];
}

function kindOf(rule: Rule): string {
  if (rule.kind === 'text') return rule.format?.says ?? 'a string';
  if (rule.kind === 'list') return rule.limits.min > 0 ? 'a non-empty array' : 'an array';
  return 'an object';
}
