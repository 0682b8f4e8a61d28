import type { ActivityEntry, WriteState } from '../../../shared/activity.ts';
import { type OperationName, operations } from '../../../shared/operations.ts';
import { plain } from '../plain-text.ts';
import { ageText } from './ping-history.ts';
import type { Row } from './row.ts';

const states: Record<WriteState, { words: string; icon: string }> = {
  in_flight: { words: 'being sent', icon: 'sync' },
  succeeded: { words: 'succeeded', icon: 'pass' },
  refused: { words: 'refused', icon: 'circle-slash' },
  not_sent: { words: 'not sent', icon: 'circle-slash' },
  unknown: { words: 'outcome unknown', icon: 'question' },
};

/** One write, as in “Invite — succeeded · 3 min ago · SIS A-1”. */
export function activityRow(entry: ActivityEntry, now: number): Row {
  const { id, operation, state, startedAt, endedAt, resolved } = entry;
  const { words, icon } = states[state];
  const references = entry.externalReferences.map(
    ({ namespace, externalId }) => `${namespace} ${externalId}`,
  );
  const title = Object.hasOwn(operations, operation)
    ? operations[operation as OperationName].title
    : operation;
  const facts: (string | false | null)[] = [
    `${title}: ${words}`,
    references.length > 0 && `For ${references.join(', ')}`,
    `Begun ${startedAt}${endedAt === null ? '' : `, ended ${endedAt}`}`,
    entry.code && `Code ${entry.code}`,
    entry.status !== null && `Pearsana answered ${entry.status}`,
    ...idsIn(entry.result),
    `Request ${entry.requestId}`,
    entry.partnerRequestId !== null &&
      entry.partnerRequestId !== entry.requestId &&
      `Pearsana’s request ${entry.partnerRequestId}`,
    resolved &&
      `${resolved.by} found that it ${resolved.happened ? 'happened' : 'did not happen'} (${resolved.at})`,
  ];
  return {
    id,
    label: plain(title, 60),
    description: plain(
      [words, ageText(Date.parse(startedAt), now), references[0]].filter(Boolean).join(' · '),
      120,
    ),
    tooltip: facts.flatMap((fact) => (fact ? [plain(fact, 300)] : [])).join('\n'),
    icon,
  };
}

export const noActivityRow: Row = {
  id: 'none',
  label: 'You have written nothing in the last 30 days',
  tooltip: 'Whatever you create, invite or send from anywhere is listed here.',
  icon: 'info',
};

/** What was made, as in `invitationId inv_1`. */
function idsIn(result: unknown): string[] {
  if (typeof result !== 'object' || result === null) return [];
  return Object.entries(result).flatMap(([name, value]) =>
    typeof value === 'string' ? [`${name} ${value}`] : idsIn(value),
  );
}
