import { byteWords } from '../../../shared/byte-words.ts';
import { documentScopes } from '../../../shared/documents.ts';
import type { FileLimits } from '../../../shared/environments.ts';
import type { Form } from '../forms/form.ts';
import { reviewLines } from '../forms/review-lines.ts';
import { batchesOf } from './batches.ts';
import type { Source } from './document.ts';
import { documentsOf, draftIssues } from './document-draft.ts';
import { documentSteps } from './document-steps.ts';

/** The form of these files; its review shows each file, and in how many requests they are sent. */
export function documentForm(sources: readonly Source[], limits: FileLimits): Form {
  const title = `Submit ${countWords(sources)}`;
  const steps: Form['steps'] = (draft) => documentSteps(draft, sources);
  return {
    title,
    steps,
    issues: (draft) => draftIssues(draft, sources),
    sendLabel: title,
    consequence(draft, kind) {
      const documents = documentsOf(draft, sources);
      const requests = batchesOf(documents, limits).length;
      const verifies =
        documentScopes(...documents.map(({ fields }) => fields)).length > documentScopes().length;
      return [
        kind === 'local'
          ? 'Local stand-in only: nothing reaches Pearsana.'
          : 'Pearsana stores them for this person.',
        ...(verifies ? ['This starts a verification.'] : []),
        ...(requests > 1 ? [`Sent in ${requests} requests, one after the other.`] : []),
      ].join(' ');
    },
    deed: () => `submit ${countWords(sources)}`,
    lines(draft) {
      const sent = draft.same === false ? { items: draft.items } : { shared: draft.shared };
      return reviewLines(sent, steps(draft)).map((line) => ({
        ...line,
        label: line.label.replace(/^shared\./, ''),
      }));
    },
    more: sources.map(({ name, bytes }, index) => ({
      id: 'review',
      label: name,
      description: byteWords(bytes),
      ...(index === 0 && { separatorAbove: 'Files' }),
    })),
  };
}

/** As in `2 documents`. */
function countWords({ length }: readonly unknown[]): string {
  return length === 1 ? '1 document' : `${length} documents`;
}
