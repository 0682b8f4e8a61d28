import type { KnownWrite } from '../../../shared/activity.ts';
import type { ExternalReference } from '../../../shared/fields.ts';
import { createImportCalls } from '../../../shared/imports/client-calls.ts';
import type { ImportClient } from '../../../shared/imports/import-calls.ts';
import { idIn } from '../../../shared/imports/row-verdict.ts';
import type { PersonOperation } from '../forms/form.ts';
import type { Obstacle } from '../forms/review.ts';
import { capitalised, plain } from '../plain-text.ts';
import { ageWords, timeWords } from '../time-words.ts';
import { mayHaveHappened, writeWords } from './write-words.ts';

/** Nobody waits longer for a question that need not be answered. */
export const longestMs = 3_000;

type Person = { environment: string; operation: PersonOperation; references: readonly ExternalReference[] };

/**
 * The write that stands in the way of another one for this person, whoever sent it. Undefined where there is none, and
 * where it cannot be found out: a BFF that is older, slow or away keeps nobody from sending.
 */
export async function findKnown(
  client: ImportClient,
  { environment, operation, references }: Person,
  waitMs = longestMs,
): Promise<KnownWrite | undefined> {
  const calls = createImportCalls(client, {
    ...{ environment, operation, digest: '', again: false },
    requestOf: async () => undefined,
  });
  const found = await within(waitMs, calls.lookUp([{ references }]));
  return found?.known.find(isInTheWay) ?? undefined;
}

/** Undefined where it fails, or takes longer. */
export async function within<Value>(waitMs: number, asked: Promise<Value>): Promise<Value | undefined> {
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve(undefined), waitMs);
    void asked
      .catch(() => undefined)
      .then((answer) => {
        clearTimeout(late);
        resolve(answer);
      });
  });
}

export function isInTheWay(known: KnownWrite | null): known is KnownWrite {
  return known !== null && ['succeeded', 'unknown', 'in_flight'].includes(known.state);
}

/** What the review says of such a write. */
export function obstacleOf(
  { operation, references }: Omit<Person, 'environment'>,
  { state, startedAt, result, mine }: KnownWrite,
  now: number,
): Obstacle {
  const done = operation === 'createInvitation' ? 'invited' : 'created';
  const by = mine ? '' : ' by somebody else';
  const write = writeWords(operation, references);
  if (state === 'succeeded') {
    const id = idIn(result);
    const age = ageWords(Date.parse(startedAt), now);
    return {
      label: `Already ${done}${by} ${age}${id === undefined ? '' : ` (${plain(id, 60)})`}`,
      detail: `${capitalised(write)} was sent before.`,
      icon: 'info',
    };
  }
  if (state === 'in_flight')
    return {
      label: `Being ${done}${by} right now`,
      detail: `${capitalised(write)} has been sent and is not answered yet.`,
      icon: 'sync',
    };
  return {
    label: `${capitalised(write)} (${timeWords(startedAt, now)}) has no known outcome`,
    detail: `${mayHaveHappened(operation, references)}${by}. Check the Pearsana portal, then choose.`,
    icon: 'question',
  };
}
