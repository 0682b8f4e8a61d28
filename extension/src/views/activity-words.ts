import type { ActivityEntry, WriteState } from '../../../shared/activity.ts';
import { type OperationName, operations } from '../../../shared/operations.ts';
import { type Color, colors } from '../contributions.ts';
import { capitalised, plain } from '../plain-text.ts';
import { ageWords, timeWords } from '../time-words.ts';
import type { Row } from './row.ts';

const states: Record<WriteState, { words: string; icon: string; color?: Color }> = {
  in_flight: { words: 'being sent', icon: 'sync' },
  succeeded: { words: 'succeeded', icon: 'pass', color: colors.succeeded },
  refused: { words: 'refused', icon: 'circle-slash', color: colors.failed },
  not_sent: { words: 'not sent', icon: 'circle-slash' },
  unknown: { words: 'outcome unknown', icon: 'question', color: colors.unknown },
};

/** One write, as in “Invite — succeeded · 3 min ago · SIS A-1”. */
export function activityRow(entry: ActivityEntry, now: number): Row {
  const { id, operation, state, startedAt, resolved } = entry;
  const { words, ...look } = states[state];
  const references = entry.externalReferences.map(
    ({ namespace, externalId }) => `${namespace} ${externalId}`,
  );
  const title = Object.hasOwn(operations, operation)
    ? operations[operation as OperationName].title
    : operation;
  const facts: (string | false | null | undefined)[] = [
    `${title}: ${words}`,
    references.length > 0 && `For ${references.join(', ')}`,
    capitalised(timeWords(startedAt, now, 'medium')) + durationWords(entry),
    entry.caller && `Sent by ${entry.caller}`,
    entry.code && `Error code ${entry.code}`,
    entry.status !== null && `Pearsana answered ${entry.status}`,
    ...idsIn(entry.result),
    `Request ${entry.requestId}`,
    entry.partnerRequestId !== null &&
      entry.partnerRequestId !== entry.requestId &&
      `Pearsana request ${entry.partnerRequestId}`,
    resolved &&
      `Marked as ${resolved.happened ? 'sent' : 'not sent'} by ${resolved.by}, ${timeWords(resolved.at, now)}`,
  ];
  return {
    id,
    label: plain(title, 60),
    description: plain(
      [words, ageWords(Date.parse(startedAt), now), references[0]].filter(Boolean).join(' · '),
      120,
    ),
    tooltip: facts.flatMap((fact) => (fact ? [plain(fact, 300)] : [])).join('\n'),
    ...look,
  };
}

export const noActivityRow: Row = {
  id: 'none',
  label: 'Nothing sent in the last 30 days',
  tooltip: 'Whatever you send, from anywhere, is listed here.',
  icon: 'info',
};

/** As in ` (18 ms)`; nothing where its end is not known. */
function durationWords({ startedAt, endedAt }: ActivityEntry): string {
  return endedAt === null ? '' : ` (${Date.parse(endedAt) - Date.parse(startedAt)} ms)`;
}

/** What was made, as in `invitationId inv_1`. */
function idsIn(result: unknown): string[] {
  if (typeof result !== 'object' || result === null) return [];
  return Object.entries(result).flatMap(([name, value]) =>
    typeof value === 'string' ? [`${name} ${value}`] : idsIn(value),
  );
}
