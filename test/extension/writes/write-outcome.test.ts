import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CommandFailure } from '../../../extension/src/failures/command-failure.ts';
import {
  explainWrite,
  type WriteRemedies,
  writeRemedies,
} from '../../../extension/src/writes/write-outcome.ts';

const situation = {
  backend: 'https://bff.example',
  inBrowser: false,
  browserOrigin: undefined,
  remoteName: undefined,
};
const externalReferences = [{ namespace: 'SIS', externalId: 'A-1' }];
const write = { operation: 'createInvitation', references: externalReferences } as const;
const remedies: WriteRemedies = {
  again: { title: 'Again', command: 'pearsana.invite' },
  anew: (before) => ({ title: `Anew, ${before.state}`, command: 'pearsana.invite' }),
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
  explainWrite(about, situation, write, remedies).remedies.map(({ title }) => title);
const advice = (about: CommandFailure) => explainWrite(about, situation, write, remedies).advice;

describe('a write that failed', () => {
  for (const code of ['PARTNER_TIMEOUT', 'PARTNER_UNREACHABLE', 'INTERNAL']) {
    it(`with ${code}: is looked for, then resolved, or sent with a new key; never simply again`, () => {
      assert.deepEqual(titles(failure(code)), ['Resolve the-last', 'Anew, unknown']);
      assert.equal(
        advice(failure(code)),
        'The invitation for SIS A-1 may have been sent: check the Pearsana portal before you retry.',
      );
    });
  }

  it('with OUTCOME_UNKNOWN: is about the first one', () => {
    const details = { id: '7', startedAt: '2026-01-30T00:00:00Z', requestId: 'the-first' };
    const about = failure('OUTCOME_UNKNOWN', { details });
    assert.deepEqual(titles(about), ['Resolve the-first', 'Anew, unknown']);
    const { what } = explainWrite(about, situation, write, remedies);
    assert.match(what, /^Not sent: the invitation for SIS A-1 \(.+\) has no known outcome\.$/);
    // Nobody is shown how computers tell the time, or ids.
    assert.doesNotMatch(what + advice(about), /\dT\d|the-first/);
  });

  it('with OUTCOME_UNKNOWN that does not say which one: is about itself, without a time', () => {
    const about = failure('OUTCOME_UNKNOWN');
    assert.deepEqual(titles(about), ['Resolve the-last', 'Anew, unknown']);
    const { what } = explainWrite(about, situation, write, remedies);
    assert.equal(what, 'Not sent: the invitation for SIS A-1 has no known outcome.');
  });

  it('names each person once, however many documents there are', () => {
    const document = (externalId: string) => ({ namespace: 'SIS', externalId });
    const words = (...people: string[]) =>
      explainWrite(
        failure('PARTNER_TIMEOUT'),
        situation,
        { operation: 'submitDocumentBatch', references: people.map(document) },
        remedies,
      ).advice;
    assert.match(words('1', '1', '2'), /^The batch of documents for SIS 1, SIS 2 may have been submitted: /);
    assert.match(
      words('1', '2', '3', '4', '5'),
      /^The batch of documents for SIS 1, SIS 2, SIS 3 and 2 more may /,
    );
  });

  it('is told of a lost connection in plain words, without codes', () => {
    const message = 'The connection to Pearsana broke off before an answer came (UND_ERR_SOCKET).';
    const { what } = explainWrite(failure('PARTNER_UNREACHABLE', { message }), situation, write, remedies);
    assert.equal(what, 'Connection lost before Pearsana answered.');
  });

  for (const code of ['BFF_UNREACHABLE', 'CANCELLED', 'IDEMPOTENCY_IN_PROGRESS']) {
    it(`with ${code}: may be tried again, since its key is the same`, () => {
      assert.deepEqual(titles(failure(code, { source: 'extension' })), ['Again', 'Show Log']);
      assert.match(
        advice(failure(code)),
        /^The invitation for SIS A-1 may have been sent\. Retrying is safe: it will not be sent twice\.$/,
      );
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
      const {
        what,
        advice,
        remedies: offered,
      } = explainWrite(failure('CONFLICT', { outcome }), situation, write, remedies);
      assert.equal(offered[0]?.title, 'Again');
      assert.equal(offered.filter(({ title }) => title === 'Again').length, 1);
      assert.match(what, /Words\./);
      assert.match(advice, outcome === 'refused' ? /^Nothing was changed\. / : /^Nothing was sent\. /);
    });
  }

  it('has remedies that bring back what was asked for, the second of them as a new intention', () => {
    const argument = { environment: 'sandbox', request: { email: 'ada@example.edu' } };
    const { again, anew, resolve } = writeRemedies('pearsana.invite', argument);
    assert.deepEqual(again, { title: 'Review and Try Again…', command: 'pearsana.invite', argument });
    const sentBefore = { state: 'unknown', startedAt: '2026-01-30T00:00:00Z' } as const;
    assert.deepEqual(anew(sentBefore), {
      title: 'Send Again Anyway…',
      command: 'pearsana.invite',
      argument: { ...argument, newKey: true, sentBefore },
    });
    assert.deepEqual(resolve('r-1'), {
      title: 'Mark as Resolved…',
      command: 'pearsana.resolve',
      argument: { environment: 'sandbox', requestId: 'r-1' },
    });
  });
});
