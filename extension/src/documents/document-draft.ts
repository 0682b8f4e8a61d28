import { canonical } from '../../../shared/canonical.ts';
import { submitDocumentBatchRequest } from '../../../shared/documents.ts';
import type { Issue } from '../../../shared/errors.ts';
import { pathWords, valueAt } from '../../../shared/validate.ts';
import { type Draft, issuesIn, type Path } from '../forms/request-draft.ts';
import type { Document, Source } from './document.ts';

/** What is asked once for all files stands in `shared`, else in `items`, in the order of the files. */
export function draftOf(fields: readonly Draft[]): Draft {
  const [first = {}] = fields;
  const same = fields.every((each) => canonical(each) === canonical(first));
  return same ? { same, shared: first } : { same, items: [...fields] };
}

/** Each source with what is said of it. */
export function documentsOf(draft: Draft, sources: readonly Source[]): Document[] {
  return sources.map((source, index) => ({ source, fields: fieldsAt(draft, pathOf(draft, index)) }));
}

/** Where the draft has what is said of one of them. */
function pathOf({ same }: Draft, index: number): Path {
  return same === false ? ['items', index] : ['shared'];
}

export function fieldsAt(draft: Draft, path: Path): Draft {
  const value = valueAt(draft, path);
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** What the contract says of the fields, at the places where the draft has them, and of files that a program gave. */
export function draftIssues(draft: Draft, sources: readonly Source[]): Issue[] {
  return sources.flatMap(({ filename, itemId = '1', file = 'AAAA' }, index) => {
    const path = pathOf(draft, index);
    const item = { ...fieldsAt(draft, path), itemId, file, ...(filename !== undefined && { filename }) };
    return issuesIn(submitDocumentBatchRequest, { items: [item] }).map((issue) => ({
      ...issue,
      path: issue.path.replace('items[0]', pathWords(path)),
    }));
  });
}
