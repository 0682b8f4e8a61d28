/** A rule for a value beyond being a string. `says` completes the sentence "email must be …". */
export type Format = { says: string; fits(value: string): boolean };

// A field is required unless its rule is optional.
/** `format` says what kind of text it is, `content` what must be true of the text besides. */
type TextRule = { kind: 'text'; maxLength: number; format?: Format; content?: Format; optional?: true };
type AnythingRule = { kind: 'anything'; limits: AnythingLimits; optional?: true };
type ListRule = { kind: 'list'; of: Rule; limits: ListLimits; optional?: true };
type FieldsRule = { kind: 'fields'; fields: { [name: string]: Rule }; together?: Together; optional?: true };
type ListLimits = { min: number; max: number; uniqueBy?: string };
type AnythingLimits = { values: number; depth: number };
/** A rule about several fields together. `field` is the one to blame, and `says` completes a sentence about it. */
type Together = { field: string; says: string; fits(value: Record<string, unknown>): boolean };
export type Rule = TextRule | AnythingRule | ListRule | FieldsRule;

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
    : R extends { kind: 'anything' }
      ? Record<string, unknown>
      : string;

export function text(
  maxLength: number,
  { format, content }: Pick<TextRule, 'format' | 'content'> = {},
): TextRule {
  return { kind: 'text', maxLength, ...(format && { format }), ...(content && { content }) };
}

/** An object with whatever its sender likes in it. */
export function anything(limits: AnythingLimits): AnythingRule {
  return { kind: 'anything', limits };
}

export function list<Item extends Rule>(of: Item, limits: ListLimits): ListOf<Item> {
  return { kind: 'list', of, limits };
}

export function fields<Members extends FieldsRule['fields']>(
  members: Members,
  together?: Together,
): FieldsOf<Members> {
  return { kind: 'fields', fields: members, ...(together && { together }) };
}

export function optional<R extends Rule>(rule: R): R & { optional: true } {
  return { ...rule, optional: true };
}

/** One sentence for each fault of `value`. An empty list means that it keeps the rule. */
export function faultsOf(rule: Rule, value: unknown, path = ''): string[] {
  if (rule.kind === 'text') return faultsOfText(rule, value, path);
  if (rule.kind === 'list') return faultsOfList(rule, value, path);
  if (rule.kind === 'anything') return faultsOfAnything(rule, value, path);
  return faultsOfFields(rule, value, path);
}

function faultsOfText(rule: TextRule, value: unknown, path: string): string[] {
  if (typeof value !== 'string') return [`${path} must be ${kindOf(rule)}.`];
  if (!rule.optional && value.trim() === '') return [`${path} must not be blank.`];
  // A person who counts letters counts code points: an emoji is one, though JavaScript says two. So what has few enough
  // of those needs no counting, which would take long for a file.
  if (value.length > rule.maxLength && [...value].length > rule.maxLength)
    return [`${path} must have at most ${rule.maxLength} characters.`];
  if (rule.format && !rule.format.fits(value)) return [`${path} must be ${kindOf(rule)}.`];
  if (rule.content && !rule.content.fits(value)) return [`${path} must be ${rule.content.says}.`];
  return [];
}

function faultsOfAnything({ limits }: AnythingRule, value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [`${path} must be an object.`];
  const open = [{ depth: 1, inside: Object.entries(value) }];
  let values = 0;
  for (let next = open.pop(); next; next = open.pop()) {
    if (next.depth > limits.depth) return [`${path} must be nested at most ${limits.depth} deep.`];
    values += next.inside.length;
    if (values > limits.values) return [`${path} must hold at most ${limits.values} values.`];
    for (const [key, each] of next.inside) {
      if ([key, each].some((text) => typeof text === 'string' && text.includes('\0')))
        return [`${path} must not contain the character U+0000.`];
      if (typeof each === 'object' && each !== null)
        open.push({ depth: next.depth + 1, inside: Object.entries(each) });
    }
  }
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
  const faults = [...known, ...unknown.map((name) => `${pathOf(name)} is not a known field.`)];
  const { together } = rule;
  // Only fields that are right by themselves can be looked at together.
  if (faults.length > 0 || !together || together.fits(Object.fromEntries(given))) return faults;
  return [`${pathOf(together.field)} ${together.says}.`];
}

function kindOf(rule: Rule): string {
  if (rule.kind === 'text') return rule.format?.says ?? 'a string';
  if (rule.kind === 'list') return rule.limits.min > 0 ? 'a non-empty array' : 'an array';
  return 'an object';
}
