import * as z from 'zod/mini';
import { keptWord } from '../../shared/fields.ts';
import type { JournalRow, PartnerFacts } from '../../shared/operations.ts';
import { BffError } from '../bff-error.ts';
import type { CallPartner, PartnerCall, PartnerReply } from '../partner/call-partner.ts';
import { answerAgain } from './answer-again.ts';
import type { Journal } from './journal.ts';
import type { Ending, Intent } from './ledger.ts';

/** A write as somebody asked for it: the call, and what the journal needs beside it. */
export type Write = {
  call: PartnerCall;
  journal: JournalRow;
  intent: Omit<Intent, 'requestId' | 'environment' | 'request'>;
};

/** The partner's reply to a write, or the one that was recorded when it was sent the first time. */
export type SendOnce = (write: Write) => Promise<{ reply: PartnerReply; replayed: boolean }>;

/** Sends a write only once its intent stands in the journal, and notes there what became of it. */
export function createSendOnce(journal: Journal, callPartner: CallPartner): SendOnce {
  return async function sendOnce({ call, intent, journal: kept }) {
    const { environment, request, requestId, row } = call;
    const claim = journal.claim({ ...intent, environment: environment.id, request, requestId });
    if ('earlier' in claim) return { reply: answerAgain(claim, row), replayed: true };
    try {
      const reply = await callPartner(call);
      const result = kept.result.safeParse(reply.result).data;
      journal.end(claim.id, { state: 'succeeded', partner: keptFacts(reply.facts), result }, requestId);
      return { reply, replayed: false };
    } catch (error) {
      journal.end(claim.id, endingOf(error), requestId);
      throw error;
    }
  };
}

/** What nobody foresaw may have happened after the write was sent. */
function endingOf(error: unknown): Ending {
  if (!(error instanceof BffError)) return { state: 'unknown', code: 'INTERNAL' };
  const { outcome, code, partner } = error;
  return {
    state: outcome ?? 'unknown',
    code: word(code) ?? undefined,
    partner: partner && keptFacts(partner),
  };
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
