import type { ActivityEntry } from '../../../shared/activity.ts';
import type { OperationName, ReadOperation } from '../../../shared/operations.ts';
import { valueAt } from '../../../shared/validate.ts';
import { capitalised, plain } from '../plain-text.ts';

export type WriteOperation = Exclude<OperationName, ReadOperation>;

/** What a write makes, and what is done with it. */
const writes: Record<WriteOperation, { what: string; done: string }> = {
  createUser: { what: 'the user', done: 'created' },
  createInvitation: { what: 'the invitation', done: 'sent' },
  submitDocument: { what: 'the document', done: 'submitted' },
  submitDocumentBatch: { what: 'the batch of documents', done: 'submitted' },
};

/** As in “the invitation for SIS 20261234”: which write it is, by whom it is about; the portal knows them by that. */
export function writeWords(operation: string, references: unknown): string {
  const what = isWrite(operation) ? writes[operation].what : 'the write';
  const people = peopleWords(references);
  return people === '' ? what : `${what} for ${people}`;
}

/** As in “The invitation for SIS 20261234 may have been sent”. */
export function mayHaveHappened(operation: WriteOperation, references: unknown): string {
  return `${capitalised(writeWords(operation, references))} may have been ${writes[operation].done}`;
}

/** As in “The invitation for SIS 20261234 was sent”. */
export function writeDone(operation: WriteOperation, references: unknown): string {
  return `${capitalised(writeWords(operation, references))} was ${writes[operation].done}`;
}

/** What somebody has found out: “Marked as not sent: the invitation for SIS 20261234 in sandbox.” */
export function resolvedWords(
  all: readonly Pick<
    ActivityEntry & { environment: string },
    'operation' | 'externalReferences' | 'environment'
  >[],
  happened: boolean,
): string {
  const [first] = all;
  const marked = `Marked as ${happened ? 'sent' : 'not sent'}`;
  const where = plain([...new Set(all.map(({ environment }) => environment))].join(', '), 60);
  if (first && all.length === 1)
    return `${marked}: ${writeWords(first.operation, first.externalReferences)} in ${where}.`;
  const people = peopleWords(all.flatMap(({ externalReferences }) => externalReferences));
  const more = happened ? '' : ' You can send each of them again from Activity.';
  return `${marked}: ${all.length} writes in ${where}${people && `, for ${people}`}.${more}`;
}

/** `SIS 20261234, LMS 77`, each once, and no more than three. */
export function peopleWords(references: unknown): string {
  const list: unknown[] = Array.isArray(references) ? references : [];
  const people = new Set(
    list.map((each) => `${valueAt(each, ['namespace'])} ${valueAt(each, ['externalId'])}`),
  );
  const more = people.size > 3 ? ` and ${people.size - 3} more` : '';
  return plain([...people].slice(0, 3).join(', ') + more, 200);
}

/** Whether it is a write that this extension knows. */
export function isWrite(operation: string): operation is WriteOperation {
  return Object.hasOwn(writes, operation);
}
