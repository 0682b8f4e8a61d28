import type { WriteState } from '../../../shared/activity.ts';
import type { Environment } from '../../../shared/environments.ts';
import { referenceWords } from '../../../shared/external-references.ts';
import type { ImportRecord } from '../../../shared/import-record.ts';
import { type OperationName, operations } from '../../../shared/operations.ts';
import { callerWords } from '../authentication/session-store.ts';
import { type Color, colors } from '../contributions.ts';
import { capitalised, plain } from '../plain-text.ts';
import { ageWords, timeWords } from '../time-words.ts';
import type { Place, Wanted, Write } from './activity-pages.ts';
import { kindWords } from './environment-words.ts';
import type { Row } from './row.ts';

export const stateLooks: Record<WriteState, { words: string; icon: string; color?: Color }> = {
  in_flight: { words: 'being sent', icon: 'sync' },
  succeeded: { words: 'done', icon: 'pass', color: colors.succeeded },
  refused: { words: 'refused', icon: 'error', color: colors.failed },
  not_sent: { words: 'not sent', icon: 'circle-slash' },
  unknown: { words: 'outcome unknown', icon: 'question', color: colors.unknown },
};

/** As in `SIS 20261234`, or `SIS 20261234 and 2 more`; nothing where the write names nobody. */
export function personWords({ externalReferences }: Pick<Write, 'externalReferences'>): string {
  const [first, ...others] = externalReferences;
  if (!first) return '';
  const more = others.length > 0 ? ` and ${others.length} more` : '';
  return plain(referenceWords([first]), 50) + more;
}

export function operationTitle(operation: string): string {
  return plain(
    Object.hasOwn(operations, operation) ? operations[operation as OperationName].title : operation,
    60,
  );
}

/**
 * One write, as in “20261234  SIS · Invite · 3 min ago · refused”: whom it is about first, and what matters least last. In a
 * narrow side bar, an id that is cut names nobody.
 * @param place names the environment where a list has those of several.
 * @param reason why it failed, where this window knows it.
 */
export function writeRow(write: Write, now: number, place?: string, reason?: string): Row {
  const { id, environment, operation, state, startedAt, externalReferences } = write;
  const { words, icon, color } = stateLooks[state];
  const title = operationTitle(operation);
  const person = personWords(write);
  const age = ageWords(Date.parse(startedAt), now);
  const shown = state === 'succeeded' || state === 'unknown' ? '' : words;
  const [first, ...others] = externalReferences;
  const more = others.length > 0 ? `and ${others.length} more` : '';
  const facts = [first && plain(first.namespace, 20), more, first && title, place, age, shown];
  return {
    id: `write/${environment}/${id}`,
    label: first ? plain(first.externalId, 60) : title,
    description: plain(facts.filter(Boolean).join(' · '), 160),
    spoken: [person, title, words, place, age].filter(Boolean).join(', '),
    tooltip: writeFacts(write, reason)
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n'),
    icon,
    color,
  };
}

/** All that is known of a write, as pairs of a name and a value. */
function writeFacts(write: Write, reason?: string): [name: string, value: string][] {
  const { startedAt, endedAt, requestId, partnerRequestId, resolved, externalReferences } = write;
  const took = endedAt === null ? '' : ` (${Date.parse(endedAt) - Date.parse(startedAt)} ms)`;
  const facts: [name: string, value: string | false | null | undefined][] = [
    ['Outcome', capitalised(stateLooks[write.state].words)],
    ['Why', write.state !== 'succeeded' && reason],
    ['For', referenceWords(externalReferences)],
    ['Operation', operationTitle(write.operation)],
    ['Environment', write.environment],
    ['Sent', fullTime(startedAt) + took],
    ['Sent by', write.caller && callerWords(write.caller)],
    ['Error code', write.code],
    ['Pearsana answered', write.status !== null && String(write.status)],
    ...idsIn(write.result),
    ['Request ID', requestId],
    ['Pearsana’s request ID', partnerRequestId !== requestId && partnerRequestId],
    ['Import', write.importId],
    [
      'Resolved',
      resolved &&
        `${callerWords(resolved.by)} marked this as ${resolved.happened ? 'sent' : 'not sent'}, ${timeWords(resolved.at)}`,
    ],
  ];
  return facts.flatMap(([name, value]) => (value ? [[name, plain(value, 600)]] : []));
}

/** As in “Invite for SIS 20261234”. */
export function writeTitle(write: Write): string {
  const person = personWords(write);
  return operationTitle(write.operation) + (person && ` for ${person}`);
}

/** All of a write, to be read and copied. */
export function writeText(write: Write, reason?: string): string {
  const facts = writeFacts(write, reason ?? whereReasonIs(write));
  const width = Math.max(...facts.map(([name]) => name.length)) + 2;
  return [writeTitle(write), '', ...facts.map(([name, value]) => name.padEnd(width) + value), ''].join('\n');
}

/** The sentence of a refusal is Pearsana's, and may be about a person: the BFF keeps its code alone. */
function whereReasonIs({ state, importId }: Write): string | undefined {
  if (state !== 'refused') return undefined;
  const lost = 'Pearsana’s explanation is not available here, because the BFF keeps only the code.';
  return importId === undefined
    ? lost
    : `${lost} If you saved the results of the import, that file contains it.`;
}

/** The id of what Pearsana made, such as `inv_…`. */
export function madeId({ result }: Pick<Write, 'result'>): string | undefined {
  return idsIn(result).find(([name]) => name.endsWith('Id'))?.[1];
}

/**
 * An import, as in “roster.csv  Import of 300 · Invite · 3 h ago · 298 done, 2 refused”.
 * @param fileName where this VS Code has sent it; else it is called “Import of 300”.
 */
export function importRow(record: ImportRecord, now: number, fileName?: string): Row {
  const { id, operation, rows, counts, startedAt, caller } = record;
  const ended = Object.entries(counts).flatMap(([state, count]) =>
    count > 0 ? `${count.toLocaleString('en')} ${stateLooks[state as WriteState].words}` : [],
  );
  const age = ageWords(Date.parse(startedAt), now);
  const count = rows.toLocaleString('en');
  const label = fileName === undefined ? `Import of ${count}` : plain(fileName, 60);
  const size = fileName === undefined ? [] : [`Import of ${count}`];
  const description = plain([...size, operationTitle(operation), age, ended.join(', ')].join(' · '), 160);
  return {
    id: `import/${id}`,
    label,
    description,
    tooltip: plain(
      `${label}, ${description}. Announced ${fullTime(startedAt)} by ${callerWords(caller)} (${id})`,
      400,
    ),
    icon: 'cloud-upload',
  };
}

/** Where the writes are that somebody has to look at. */
export function unresolvedRow(count: number): Row {
  const words = unresolvedWords(count);
  return {
    id: 'unresolved',
    label: 'Outcome Unknown',
    description: count.toLocaleString('en'),
    spoken: `Outcome unknown: ${words}`,
    tooltip: `${words}. Check the Pearsana portal, then mark each as resolved.`,
    icon: 'warning',
    color: colors.unknown,
  };
}

/** As in “2 writes may or may not have happened”. */
export function unresolvedWords(count: number): string {
  return count === 1
    ? '1 write may or may not have happened'
    : `${count.toLocaleString('en')} writes may or may not have happened`;
}

/** What the list is limited to, as in “SIS 20261234, refused”; nothing where it is not. */
export function wantedWords({ state, person }: Wanted): string {
  const who = person && plain(referenceWords([person]), 60);
  return [who, state && stateLooks[state].words].filter(Boolean).join(', ');
}

/** As in `Thursday, November 26, 2026 at 2:47:33 AM`, in the user's own way. */
function fullTime(time: string): string {
  return new Date(time).toLocaleString([], { dateStyle: 'full', timeStyle: 'medium' });
}

/** What was made, as in `invitationId inv_1`. */
function idsIn(result: unknown): [name: string, value: string][] {
  if (typeof result !== 'object' || result === null) return [];
  return Object.entries(result).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' ? [[name, value]] : idsIn(value),
  );
}

export function environmentRow(environment: Environment): Row {
  const { id, name, apiUrl } = environment;
  return {
    id: `environment/${id}`,
    label: plain(name, 60),
    description: kindWords(environment),
    tooltip: `What was sent to ${plain(apiUrl, 200)}`,
    icon: 'history',
  };
}

export function nothingRow(isFiltered: boolean): Row {
  if (!isFiltered) {
    return {
      id: 'none',
      label: 'Nothing sent in the last 30 days',
      tooltip: 'Whatever you send, from anywhere, is listed here.',
      icon: 'info',
    };
  }
  const label = 'Nothing matches the filter';
  return {
    ...{ id: 'none', label, tooltip: 'Click to clear the filter.', icon: 'info' },
    remedy: { title: 'Clear Filter', command: 'pearsana.clearActivityFilter' },
  };
}

export function moreRow(place: Place): Row {
  return {
    ...{ id: 'more', label: 'Show more…', tooltip: 'Shows older entries.', icon: 'ellipsis' },
    remedy: { title: 'Show More', command: 'pearsana.showMoreActivity', argument: place },
  };
}
