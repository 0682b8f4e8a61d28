import { byteWords } from '../../../shared/byte-words.ts';
import { documentScopes } from '../../../shared/documents.ts';
import type { FileLimits } from '../../../shared/environments.ts';
import { externalReference } from '../../../shared/fields.ts';
import { allSteps, type Form } from '../forms/form.ts';
import { referenceText } from '../forms/reference-steps.ts';
import type { Draft } from '../forms/request-draft.ts';
import { localWords } from '../forms/review.ts';
import { reviewLines } from '../forms/review-lines.ts';
import { batchesOf, operationOf, requestOf, requestWith } from './batches.ts';
import type { LeftOut, Source } from './document.ts';
import { documentsOf, draftIssues, draftOf } from './document-draft.ts';
import { documentSteps, optionalDocumentSteps } from './document-steps.ts';

/** The form of these files; its review shows each file, what was left out, and in how many requests they are sent. */
export function documentForm(
  sources: readonly Source[],
  limits: FileLimits,
  leftOut: readonly LeftOut[] = [],
  read: (source: Source) => Promise<string> = async ({ file = '' }) => file,
): Form {
  const title = `Submit ${countWords(sources)}`;
  const form: Form = {
    title,
    begin: ({ namespace }) =>
      draftOf([namespace === undefined ? {} : { externalReference: { namespace, externalId: '' } }]),
    steps: (draft) => documentSteps(draft, sources),
    optionalSteps: (draft) => optionalDocumentSteps(draft, sources),
    issues: (draft) => draftIssues(draft, sources),
    consequence(draft, kind) {
      const documents = documentsOf(draft, sources);
      const requests = batchesOf(documents, limits).length;
      const verifies =
        documentScopes(...documents.map(({ fields }) => fields)).length > documentScopes().length;
      return [
        kind === 'local'
          ? localWords.submitDocument
          : `Pearsana stores ${sources.length === 1 ? 'the document' : 'the documents'}.`,
        ...(leftOut.length > 0 ? [`${fileWords(leftOut)} left out, see below.`] : []),
        ...(verifies ? ['This starts a verification.'] : []),
        ...(requests > 1 ? [`Sent in ${requests} requests, one after the other.`] : []),
      ].join(' ');
    },
    deed: (draft) => `submit ${countWords(sources)}${peopleWords(draft, sources)}`,
    subject: (draft) => `the submission of ${countWords(sources)}${peopleWords(draft, sources)}`,
    lines(draft) {
      const sent = draft.same === false ? { items: draft.items } : { shared: draft.shared };
      return reviewLines(sent, allSteps(form, draft)).map((line) => ({
        ...line,
        label: line.label.replace(/^shared\./, ''),
      }));
    },
    documentsOf(draft) {
      const bytes = sources.reduce((sum, source) => sum + source.bytes, 0);
      // All of it is read once more when it is sent.
      if (bytes > limits.batch) return [];
      return documentsOf(draft, sources)
        .filter((document) => operationOf([document]) === 'submitDocument')
        .map((document) => ({
          name: document.source.name,
          reference: externalReference.safeParse(document.fields.externalReference).data,
          request: () => requestOf([document], read),
        }));
    },
    callOf(draft) {
      const [batch = [], ...others] = batchesOf(documentsOf(draft, sources), limits);
      if (others.length > 0) return undefined;
      const given = batch.map(({ source: { uri, file = '' } }) =>
        uri === undefined ? { file } : { file: crypto.randomUUID(), path: pathOf(uri) },
      );
      return {
        operation: operationOf(batch),
        request: requestWith(
          batch,
          given.map(({ file }) => file),
        ),
        files: given.flatMap(({ file: mark, path }) => (path === undefined ? [] : { mark, path })),
      };
    },
    more: [
      ...leftOut.map(({ name, why }, index) => reviewFile(name, why, index === 0 && 'Left out')),
      ...sources.map(({ name, bytes }, index) => reviewFile(name, byteWords(bytes), index === 0 && 'Files')),
    ],
  };
  return form;
}

/** As a shell on the file's machine names it. */
function pathOf(uri: string): string {
  return decodeURIComponent(new URL(uri).pathname).replace(/^\/(?=[a-z]:)/i, '');
}

/** As in ` for SIS 20261234`: whom they are about, where that is one person. */
function peopleWords(draft: Draft, sources: readonly Source[]): string {
  const people = new Set(
    documentsOf(draft, sources).flatMap(({ fields }) => {
      const reference = externalReference.safeParse(fields.externalReference).data;
      return reference ? [referenceText(reference)] : [];
    }),
  );
  const [first] = people;
  if (first === undefined) return '';
  return people.size === 1 ? ` for ${first}` : ` for ${people.size} people`;
}

function reviewFile(label: string, description: string, separatorAbove: string | false) {
  return { id: 'review', label, description, ...(separatorAbove && { separatorAbove }) } as const;
}

function fileWords({ length }: readonly unknown[]): string {
  return length === 1 ? '1 file is' : `${length} files are`;
}

/** As in `2 documents`. */
function countWords({ length }: readonly unknown[]): string {
  return length === 1 ? '1 document' : `${length} documents`;
}
