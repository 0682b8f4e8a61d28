import type { Issue } from '../../../shared/errors.ts';
import { pathWords, type Schema, type Validation, validate, valueAt } from '../../../shared/validate.ts';
import { faultWords } from './fault-words.ts';
import type { TextStep } from './step.ts';

/** A request on its way to being one: some fields are there, some are not yet. */
export type Draft = Record<string, unknown>;
export type Path = readonly (string | number)[];

/** A copy with another value at the path; `undefined` takes the field away, and objects that hold nothing else with it. */
export function withValue(draft: Draft, path: Path, value: unknown): Draft {
  const changed = changedAt(draft, path, value);
  return isRecord(changed) ? changed : {};
}

function changedAt(at: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  if (typeof key === 'number') {
    const list = Array.isArray(at) ? [...at] : [];
    list[key] = changedAt(list[key], rest, value);
    return list;
  }
  const record = isRecord(at) ? { ...at } : {};
  const changed = changedAt(record[key], rest, value);
  if (changed === undefined) delete record[key];
  else record[key] = changed;
  return Object.keys(record).length > 0 ? record : undefined;
}

function isRecord(value: unknown): value is Draft {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What the contract says of it. */
export function issuesIn(schema: Schema, draft: unknown): readonly Issue[] {
  const validation: Validation<unknown> = validate(schema, draft);
  return validation.ok ? [] : validation.issues;
}

/** The same of one field, whatever the others still lack. */
export function faultAt(schema: Schema, draft: Draft, path: Path): string | undefined {
  const words = pathWords(path);
  return issuesIn(schema, draft).find((issue) => issue.path === words)?.message;
}

/** What is asked; `prompt` where that takes more words, `missing` is said where nothing was entered. */
export type FieldWords = {
  ask: string;
  prompt?: string;
  missing?: string;
  placeholder?: string;
  suggestion?: string;
  optional?: true;
};

/** Asks for one field of a request as text; its check is the contract's own. */
export function fieldStep(schema: Schema, path: Path, words: FieldWords): TextStep<Draft> {
  const { suggestion = '', optional, missing, ...shown } = words;
  // An optional field that is left empty is not part of the request.
  const put = (text: string, draft: Draft) =>
    withValue(draft, path, optional && text === '' ? undefined : text);
  return {
    kind: 'text',
    id: pathWords(path),
    prompt: words.ask,
    ...shown,
    value: (draft) => {
      const value = valueAt(draft, path);
      return typeof value === 'string' ? value : suggestion;
    },
    put,
    check: (text, draft) => {
      const fault = faultAt(schema, put(text, draft), path);
      if (fault === undefined) return undefined;
      return text.trim() === '' ? (missing ?? faultWords(fault)) : faultWords(fault);
    },
  };
}
