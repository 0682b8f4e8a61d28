import type { KnownWrite } from '../../shared/activity.ts';
import type { ImportOperation } from '../../shared/import-record.ts';
import { idIn } from '../../shared/imports/row-verdict.ts';
import { ageWords } from './time-words.ts';

/** What was done with a person or a document. */
export const doneWords: Record<ImportOperation, string> = {
  createUser: 'created',
  createInvitation: 'invited',
  submitDocument: 'submitted',
};

/**
 * What is known of a person or a document, as in `Already invited in sandbox 2 min ago (inv_1)`. Undefined if nothing was ever
 * sent.
 *
 * @param environment its name, where nothing else says it
 */
export function knownWords(
  operation: ImportOperation,
  known: KnownWrite,
  now: number,
  environment?: string,
): string | undefined {
  const [place, to] = environment === undefined ? ['', ''] : [` in ${environment}`, ` to ${environment}`];
  const done = doneWords[operation] + place;
  const age = ageWords(Date.parse(known.startedAt), now);
  switch (known.state) {
    case 'succeeded': {
      const id = idIn(known.result);
      return `Already ${done} ${age}${id === undefined ? '' : ` (${id})`}`;
    }
    case 'unknown':
      return `May have been ${done} ${age}: the outcome is unknown`;
    case 'in_flight':
      return `Being sent${to} right now`;
    case 'refused':
      return `Refused${place} ${age}`;
    case 'not_sent':
      return undefined;
  }
}
