import type { ExternalReference } from '../../../shared/fields.ts';
import { pathWords, type Schema, valueAt } from '../../../shared/validate.ts';
import { faultWords } from './fault-words.ts';
import { type Draft, faultAt, type Path, withValue } from './request-draft.ts';
import type { TextStep } from './step.ts';

const referencesPath: Path = ['externalReferences'];
const mostOffered = 50;

/** As in `SIS 20261234`; a namespace with blanks is in quotes. */
export function referenceText({ namespace, externalId }: ExternalReference): string {
  return `${/\s/.test(namespace) ? `"${namespace}"` : namespace} ${externalId}`;
}

/** Reads what `referenceText` writes. */
export function readReference(text: string): ExternalReference {
  const [, quoted, word, rest = ''] = /^\s*(?:"([^"]*)"|(\S*))(.*)$/s.exec(text) ?? [];
  return { namespace: quoted ?? word ?? '', externalId: rest.trim() };
}

/** What is asked wherever a person is named. */
export const referencePrompt = 'The namespace and the external ID of this person, for example SIS 20261234';

export type ReferenceWords = {
  ask: string;
  prompt: string;
  /** Which namespace is offered first. */
  suggestion?: string;
  /** What is entered empty is left out. */
  optional?: true;
};

/** Asks for the namespace and the external ID, in one box. */
export function referenceStep(schema: Schema, path: Path, words: ReferenceWords): TextStep<Draft> {
  const { suggestion = '', optional, ask, prompt } = words;
  const fields = ['namespace', 'externalId'].map((field) => [...path, field]);
  const referenceAt = (draft: Draft): ExternalReference | undefined => {
    const [namespace, externalId] = fields.map((field) => valueAt(draft, field));
    return typeof namespace === 'string' && typeof externalId === 'string'
      ? { namespace, externalId }
      : undefined;
  };
  const shown = (draft: Draft) => {
    const reference = referenceAt(draft);
    return reference ? referenceText(reference) : suggestion && `${suggestion} `;
  };
  // What is shown and not changed stays as it is: a program may have given blanks that nobody sees here.
  const put = (text: string, draft: Draft) => {
    if (text.trim() === '' && optional) return withoutItem(draft, path);
    return text === shown(draft) && referenceAt(draft)
      ? draft
      : withValue(draft, path, { ...readReference(text) });
  };
  return {
    kind: 'text',
    id: pathWords(path),
    ask,
    prompt,
    placeholder: 'SIS 20261234',
    fields: fields.map(pathWords),
    append: true,
    value: shown,
    put,
    check(text, draft) {
      if (text.trim() === '' && optional) return undefined;
      const next = put(text, draft);
      const { namespace, externalId } = referenceAt(next) ?? readReference(text);
      const lacks = [namespace, externalId].map((part) => part.trim() === '');
      if (lacks[0] || lacks[1]) {
        const what = lacks[0] && lacks[1] ? '' : `The ${lacks[0] ? 'namespace' : 'external ID'} is missing. `;
        return `${what}Enter the namespace and the external ID, for example SIS 20261234`;
      }
      const fault = [path, ...fields].map((field) => faultAt(schema, next, field)).find(Boolean);
      return fault && faultWords(fault);
    },
  };
}

/** The one external reference that everybody has. */
export function firstReference(schema: Schema): TextStep<Draft> {
  return referenceStep(schema, [...referencesPath, 0], {
    ask: 'External reference',
    prompt: referencePrompt,
    suggestion: 'SIS',
  });
}

/** Those that there are beside it, and one more. */
export function otherReferences(schema: Schema, draft: Draft): TextStep<Draft>[] {
  const references = valueAt(draft, referencesPath);
  const count = Array.isArray(references) ? references.length : 0;
  return Array.from({ length: Math.min(Math.max(count, 1), mostOffered - 1) }, (_, index) =>
    referenceStep(schema, [...referencesPath, index + 1], {
      ask: `External reference ${index + 2}`,
      prompt: 'Another namespace and external ID of this person; leave it empty for none',
      optional: true,
    }),
  );
}

function withoutItem(draft: Draft, path: Path): Draft {
  const list = valueAt(draft, path.slice(0, -1));
  if (!Array.isArray(list)) return draft;
  return withValue(draft, path.slice(0, -1), list.toSpliced(Number(path.at(-1)), 1));
}
