import type { EarlierWrite } from '../../shared/activity.ts';
import type { OperationRow } from '../../shared/endpoint-row.ts';
import type { ErrorCode } from '../../shared/error-codes.ts';
import { BffError } from '../bff-error.ts';
import type { PartnerReply } from '../partner/call-partner.ts';
import type { EarlierClaim } from './journal-store.ts';

/**
 * Answers a request whose key belongs to an earlier write: with the recorded answer of that write, if there is one.
 * @throws BffError if there is none. In no case is anything sent.
 */
export function answerAgain(
  { earlier, partner, sameRequest }: EarlierClaim,
  row: OperationRow,
): PartnerReply {
  const { id, state, startedAt, requestId, result, resolved } = earlier;
  const details: EarlierWrite = { id, startedAt, requestId };
  const refusal = (code: ErrorCode, message: string, retryAfterSeconds?: number) =>
    BffError.of(code, message, { details, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) });
  const first = `the first request with this key (at ${startedAt}, request id ${requestId})`;

  if (!sameRequest) {
    throw refusal(
      'IDEMPOTENCY_MISMATCH',
      `Not sent: this request differs from ${first}. Use a new Idempotency-Key for it.`,
    );
  }
  if (state === 'in_flight') {
    throw refusal(
      'IDEMPOTENCY_IN_PROGRESS',
      `Not sent again: ${first} is being sent right now. Ask again with the same key to learn its outcome.`,
      1,
    );
  }
  if (state !== 'succeeded') {
    throw refusal(
      'OUTCOME_UNKNOWN',
      `Not sent: the outcome of ${first} is unknown, so it may have happened. Look for it in the Pearsana portal. Then record what you found (POST …/activity/${id}/resolve), or send the request with a new key.`,
    );
  }
  if (!resolved && partner && row.response.safeParse(result).success) {
    return { status: partner.status, result, facts: partner };
  }
  const who = resolved ? `${resolved.by} found that it happened` : 'its answer was not recorded';
  throw refusal('OUTCOME_KNOWN', `Not sent again: ${first} has done this (${who}).`);
}
