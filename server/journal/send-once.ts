import * as z from 'zod/mini';
import { keptWord } from '../../shared/fields.ts';
import type { PartnerFacts } from '../../shared/operations.ts';
import { BffError } from '../bff-error.ts';
import type { CallPartner, PartnerCall, PartnerReply } from '../partner/call-partner.ts';
import { answerAgain } from './answer-again.ts';
import type { Journal } from './journal.ts';
import type { Ending, Intent } from './journal-store.ts';

/** The partner's reply to a write, or the one that was recorded when it was sent the first time. */
export type SendOnce = (
  call: PartnerCall,
  asked: Omit<Intent, 'environment' | 'requestId'>,
) => Promise<{ reply: PartnerReply; replayed: boolean }>;

/** Sends a write only once its intent stands in the journal, and notes there what became of it. */
export function createSendOnce(journal: Pick<Journal, 'claim' | 'end'>, callPartner: CallPartner): SendOnce {
  return async function sendOnce(call, asked) {
    const { environment, row, requestId } = call;
    const claim = await journal.claim({ ...asked, environment: environment.id, requestId });
    if ('earlier' in claim) return { reply: answerAgain(claim, row), replayed: true };

    let partner: PartnerFacts | undefined;
    const onAnswer = (facts: PartnerFacts) => {
      partner = keptFacts(facts);
    };
    try {
      const reply = await callPartner({ ...call, onAnswer });
      const result = row.keptResult?.safeParse(reply.result).data;
      await journal.end(claim.id, { state: 'succeeded', partner, result }, requestId);
      return { reply, replayed: false };
    } catch (error) {
      await journal.end(claim.id, { ...endingOf(error), partner }, requestId);
      throw error;
    }
  };
}

/** What nobody foresaw may have happened after the write was sent. */
function endingOf(error: unknown): Pick<Ending, 'state' | 'code'> {
  if (!(error instanceof BffError)) return { state: 'unknown', code: 'INTERNAL' };
  const { outcome, code } = error;
  return { state: outcome ?? 'unknown', code: word(code) ?? undefined };
}

/** The partner writes these as it likes: what is no short word could be anything, a name too. */
function keptFacts(facts: PartnerFacts): PartnerFacts {
  const { requestId, apiVersion, apiVersionLatest, apiVersionSupported } = facts;
  return {
    ...facts,
    requestId: word(requestId),
    apiVersion: word(apiVersion),
    apiVersionLatest: word(apiVersionLatest),
    apiVersionSupported: word(apiVersionSupported),
  };
}

function word(text: string | null): string | null {
  return z.safeParse(keptWord, text).data ?? null;
}
