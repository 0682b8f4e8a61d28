import * as z from 'zod/mini';
import { keptWord } from '../../shared/fields.ts';
import type { PartnerFacts } from '../../shared/operations.ts';
import { BffError } from '../bff-error.ts';
import type { CallPartner, PartnerCall, PartnerReply } from '../partner/call-partner.ts';
import { answerAgain } from './answer-again.ts';
import { createImportPause } from './imports/import-pause.ts';
import { refusedRow } from './imports/refused-row.ts';
import type { Journal } from './journal.ts';
import type { Ending, Intent } from './journal-store.ts';

const tooManyRequests = 429;

/** Pearsana's reply to a write, or the recorded reply from the first time that it was sent. */
export type SendOnce = (
  call: PartnerCall,
  asked: Omit<Intent, 'environment' | 'requestId'> & {
    /**
     * Takes the write from a budget, once it is really about to be sent; fails if nothing is left, and then nothing is
     * sent. What it gives takes that back.
     */
    spend?: () => () => void;
    /** Told which row of the journal holds the write, before it is sent. */
    onRow?: (id: string) => void;
  },
) => Promise<{ reply: PartnerReply; replayed: boolean }>;

/** Sends a write only after its intent is in the journal, and records its outcome there. */
export function createSendOnce(
  journal: Pick<Journal, 'claim' | 'mayBeSent' | 'end'>,
  callPartner: CallPartner,
): SendOnce {
  const pause = createImportPause();
  const { mayBeSent } = journal;

  return async function sendOnce(call, { spend, onRow, ...asked }) {
    const { environment, row, requestId } = call;
    if (asked.import) pause.check(environment.id);
    const claim = await journal.claim({ ...asked, environment: environment.id, requestId });
    if ('earlier' in claim) {
      onRow?.(claim.earlier.id);
      return { reply: answerAgain(claim, row), replayed: true };
    }
    if (!('id' in claim)) throw refusedRow(claim, asked, environment.id);
    onRow?.(claim.id);

    let giveBack: (() => void) | undefined;
    let partner: PartnerFacts | undefined;
    const onAnswer = (facts: PartnerFacts) => {
      partner = keptFacts(facts);
      call.onAnswer?.(facts);
    };
    try {
      giveBack = spend?.();
      const reply = await callPartner({
        ...{ ...call, onAnswer },
        ...(mayBeSent && { mayBeSent: () => mayBeSent(claim.id) }),
      });
      const result = row.keptResult?.safeParse(reply.result).data;
      pause.ended(environment.id);
      await journal.end(claim.id, { state: 'succeeded', partner, result }, requestId);
      return { reply, replayed: false };
    } catch (error) {
      if (error instanceof BffError && error.outcome === 'not_sent') giveBack?.();
      if (error instanceof BffError && error.source === 'pearsana' && error.status === tooManyRequests)
        pause.begin(environment.id, error.retryAfterSeconds);
      await journal.end(claim.id, { ...endingOf(error), partner }, requestId);
      throw error;
    }
  };
}

/** An unexpected error may have happened after the write was sent. */
function endingOf(error: unknown): Pick<Ending, 'state' | 'code'> {
  if (!(error instanceof BffError)) return { state: 'unknown', code: 'INTERNAL' };
  const { outcome, code } = error;
  return { state: outcome ?? 'unknown', code: word(code) ?? undefined };
}

/** Pearsana chooses these texts. Anything but a short word could be anything, even a name. */
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
