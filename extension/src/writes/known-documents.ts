import type { ActivityEntry, KnownWrite, WriteState } from '../../../shared/activity.ts';
import type { Client } from '../../../shared/client.ts';
import { referenceWords } from '../../../shared/external-references.ts';
import { createImportCalls } from '../../../shared/imports/client-calls.ts';
import type { ImportClient } from '../../../shared/imports/import-calls.ts';
import type { NamedDocument } from '../forms/form.ts';
import type { Obstacle } from '../forms/review.ts';
import type { Option } from '../forms/step.ts';
import { knownWords } from '../known-words.ts';
import { plain } from '../plain-text.ts';
import { ageWords } from '../time-words.ts';
import { isInTheWay, longestMs, within } from './known-person.ts';

/** @property known is the write that stands in the way of submitting this document. */
export type KnownDocument = { document: NamedDocument; known: KnownWrite };

export type KnownDocuments = {
  /** Those that were submitted before or may have been, with the same content for the same person, whoever sent them. */
  found: readonly KnownDocument[];
  /** The user's own newest write of documents for the person, if all are about one. */
  latest?: ActivityEntry | undefined;
};

type Clients = { imports: ImportClient; activity: Client['activity'] };

/** What the BFF knows of documents; nothing where it cannot be found out. Their files are read. */
export async function findKnownDocuments(
  { imports, activity }: Clients,
  environment: string,
  documents: readonly NamedDocument[],
  waitMs = longestMs,
): Promise<KnownDocuments> {
  const rows = documents.map((document) => ({ references: [], document }));
  const calls = createImportCalls<(typeof rows)[number]>(imports, {
    ...{ environment, operation: 'submitDocument', digest: '', again: false },
    requestOf: ({ document }) => document.request(),
  });
  const people = new Map(documents.map(({ reference }) => [JSON.stringify(reference), reference]));
  const [person, ...others] = people.values();
  const [looked, sent] = await Promise.all([
    within(waitMs, calls.lookUp(rows)),
    // The documents of a batch are not known one by one, but whom they were about is.
    person && others.length === 0 ? within(waitMs, activity({ environment, ...person })) : undefined,
  ]);
  const found = documents.flatMap((document, index): KnownDocument[] => {
    const known = looked?.known[index] ?? null;
    return isInTheWay(known) ? [{ document, known }] : [];
  });
  return { found, latest: sent?.activity.find(({ operation }) => operation.startsWith('submitDocument')) };
}

/** What the review says of documents that are known. Undefined if nothing stands in the way. */
export function documentsObstacle(
  count: number,
  { found }: Pick<KnownDocuments, 'found'>,
  now: number,
): Obstacle | undefined {
  const [first] = found;
  if (!first) return undefined;
  const words = ({ known }: KnownDocument) => knownWords('submitDocument', known, now) ?? '';
  const icon = found.every(({ known }) => known.state === 'succeeded') ? 'info' : 'question';
  if (count === 1)
    return { label: words(first), detail: 'It is the same document for the same person.', icon };
  const named = found.slice(0, 3).map((each) => `${plain(each.document.name, 60)}: ${words(each)}`);
  const label = `${found.length} of ${count} documents are known for the same person`;
  return { label, detail: `${named.join('; ')}${found.length > 3 ? '; and others' : ''}.`, icon };
}

/** A line of the review, as in `Known about SIS 20261234  submitted documents 2 min ago`. It keeps nobody from sending. */
export function personNote(latest: ActivityEntry, now: number): Pick<Option, 'label' | 'description'> {
  const { state, startedAt, externalReferences } = latest;
  const age = ageWords(Date.parse(startedAt), now);
  const words: Record<WriteState, string> = {
    succeeded: `documents submitted ${age}`,
    unknown: `documents may have been submitted ${age}: the outcome is unknown`,
    in_flight: 'documents are being sent right now',
    refused: `documents refused ${age}`,
    not_sent: `documents not sent ${age}`,
  };
  const who = plain(referenceWords(externalReferences.slice(0, 1)), 60) || 'this person';
  return { label: `Known about ${who}`, description: words[state] };
}
