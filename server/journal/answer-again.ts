import type { EarlierWrite } from '../../shared/activity.ts';
import type { ErrorCode } from '../../shared/error-codes.ts';
import type { OperationRow } from '../../shared/operations.ts';
import { BffError } from '../bff-error.ts';
import type { PartnerReply } from '../partner/call-partner.ts';
import type { EarlierClaim } from './journal-store.ts';

/**
 * What is said to a request whose key belongs to an earlier write: the answer to that one, as far as it was recorded.
 * @throws BffError where there is none to give. In no case is anything sent.
 */
export function answerAgain(
  { earlier, partner, sameRequest }: EarlierClaim,
  row: OperationRow,
): PartnerReply {
  const { id, state, startedAt, requestId, result, resolved } = earlier;
  const details: EarlierWrite = { id, startedAt, requestId };
  const refusal = (code: ErrorCode, message: string, retryAfterSeconds?: number) =>
    BffError.of(code, message, { details, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) });
  const first = `the first one with this key (at ${startedAt}, request id ${requestId})`;

  if (!sameRequest) {
    throw refusal(
      'IDEMPOTENCY_MISMATCH',
      `This is another request than ${first}, so it was not sent. Use a new Idempotency-Key for it.`,
    );
  }
  if (state === 'in_flight') {
    throw refusal(
      'IDEMPOTENCY_IN_PROGRESS',
      `The same request is being sent at this moment: ${first}. Ask again with the same key for what became of it.`,
      1,
    );
  }
  if (state !== 'succeeded') {
    throw refusal(
      'OUTCOME_UNKNOWN',
      `Nobody knows what became of ${first}: it may have happened, so it is not sent again. Look at Pearsana for it; then say whether it happened (POST …/activity/${id}/resolve), or send it with a new key.`,
    );
  }
  if (!resolved && partner && row.response.safeParse(result).success) {
    return { status: partner.status, result, facts: partner };
  }
  const who = resolved ? `${resolved.by} has found out that it happened` : 'its answer was not recorded';
  throw refusal('OUTCOME_KNOWN', `This was done by ${first}, and was not sent again; ${who}.`);
}
