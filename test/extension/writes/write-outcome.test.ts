import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CommandFailure } from '../../../extension/src/failures/command-failure.ts';
import { explainWrite, type WriteRemedies } from '../../../extension/src/writes/write-outcome.ts';

const situation = {
  backend: 'https://bff.example',
  inBrowser: false,
  browserOrigin: undefined,
  remoteName: undefined,
};
const request = { externalReferences: [{ namespace: 'SIS', externalId: 'A-1' }] };
const remedies: WriteRemedies = {
  again: { title: 'Again', command: 'pearsana.invite' },
  anew: { title: 'Anew', command: 'pearsana.invite' },
  resolve: (requestId) => ({
    title: `Resolve ${requestId}`,
    command: 'pearsana.resolve',
    argument: { environment: 'sandbox', requestId },
  }),
};
const failure = (code: string, more: Partial<CommandFailure> = {}): CommandFailure => ({
  ...{ code, message: 'Words.', requestId: 'the-last', source: 'bff', retryable: false, outcome: 'unknown' },
  ...more,
});
const titles = (about: CommandFailure) =>
  explainWrite(about, situation, request, remedies).remedies.map(({ title }) => title);
const advice = (about: CommandFailure) => explainWrite(about, situation, request, remedies).advice;

describe('a write that failed', () => {
  for (const code of ['PARTNER_TIMEOUT', 'PARTNER_UNREACHABLE', 'INTERNAL']) {
    it(`with ${code}: is looked for, then resolved, or sent with a new key; never simply again`, () => {
      assert.deepEqual(titles(failure(code)), ['Resolve the-last', 'Anew']);
      assert.match(advice(failure(code)), /look in the Pearsana portal for .*SIS A-1, request id the-last/i);
    });
  }

  it('with OUTCOME_UNKNOWN: is about the first one', () => {
    const details = { id: '7', startedAt: '2026-01-30T00:00:00Z', requestId: 'the-first' };
    const about = failure('OUTCOME_UNKNOWN', { details });
    assert.deepEqual(titles(about), ['Resolve the-first', 'Anew']);
    assert.match(advice(about), /request id the-first/);
  });

  it('names each person once, however many documents there are', () => {
    const [reference] = request.externalReferences;
    const references = [reference, reference, { namespace: 'LMS', externalId: '7' }];
    const about = { externalReferences: references };
    const { advice } = explainWrite(failure('PARTNER_TIMEOUT'), situation, about, remedies);
    assert.match(advice, /the external reference SIS A-1 or LMS 7, request/);
  });

  for (const code of ['BFF_UNREACHABLE', 'CANCELLED', 'IDEMPOTENCY_IN_PROGRESS']) {
    it(`with ${code}: may be tried again, since its key is the same`, () => {
      assert.deepEqual(titles(failure(code, { source: 'extension' })), ['Again', 'Show Log']);
      assert.match(advice(failure(code)), /Trying again is safe/);
    });
  }

  it('with BACKEND_CHANGED: is not offered to another BFF', () => {
    const about = failure('BACKEND_CHANGED', { source: 'extension', outcome: 'not_sent' });
    assert.deepEqual(titles(about), ['Refresh']);
  });

  it('with OUTCOME_KNOWN: is done, and not offered again', () => {
    assert.deepEqual(titles(failure('OUTCOME_KNOWN')), ['Show Log']);
  });

  for (const outcome of ['refused', 'not_sent'] as const) {
    it(`and is ${outcome}: can be mended and sent again`, () => {
      assert.equal(titles(failure('CONFLICT', { outcome }))[0], 'Again');
    });
  }
});
