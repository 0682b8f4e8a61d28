import * as z from 'zod/mini';
import { externalReference } from '../../shared/fields.ts';
import { valueAt } from '../../shared/validate.ts';
import { BffError } from '../bff-error.ts';
import type { CallPartner, PartnerCall } from '../partner/call-partner.ts';
import type { Ending, Intent, Journal } from './journal.ts';

/** Of the partner's, which says nothing of its length. */
const resultId = z.string().check(z.maxLength(200));

/** Calls the partner, and writes down each write before it is sent and after its end. Reads are not its business. */
export function recordWrites(callPartner: CallPartner, journal: Journal): CallPartner {
  return async function callAndRecord(call) {
    if (!call.row.writes) return callPartner(call);
    const entry = await journal.begin(intentOf(call));
    let partner: Ending['partner'] = null;
    const onAnswer: PartnerCall['onAnswer'] = (facts) => {
      partner = { status: facts.status, requestId: facts.requestId };
    };
    try {
      const reply = await callPartner({ ...call, onAnswer });
      const { status, result } = reply;
      await entry.end({ outcome: 'succeeded', status, partner, ...resultIdOf(call, result) });
      return reply;
    } catch (error) {
      await entry.end({ ...failedEnding(error), partner });
      throw error;
    }
  };
}

function intentOf({ requestId, caller, environment, operation, row, request }: PartnerCall): Intent {
  // One, or a list, and nothing else of the request.
  const found = row.references === null ? [] : [valueAt(request, row.references)].flat();
  const references = found.flatMap((each) => externalReference.safeParse(each).data ?? []);
  return { requestId, caller, environment: environment.id, operation, references };
}

function resultIdOf({ row }: PartnerCall, result: unknown): Pick<Ending, 'resultId'> {
  const id = row.resultId && resultId.safeParse(valueAt(result, row.resultId)).data;
  return id ? { resultId: id } : {};
}

function failedEnding(error: unknown): Pick<Ending, 'outcome' | 'status' | 'code'> {
  // What nobody foresaw is answered so.
  const { outcome, status, code } = error instanceof BffError ? error : BffError.of('INTERNAL', '');
  return { outcome, status, code };
}
