import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { invitationForm } from '../../../extension/src/forms/invitation-form.ts';
import { reviewStep } from '../../../extension/src/forms/review.ts';
import { formAgain } from '../../../extension/src/writes/sent-before.ts';
import { createSentRequests, requestIdsOf } from '../../../extension/src/writes/sent-requests.ts';
import { resolvedWords } from '../../../extension/src/writes/write-words.ts';
import { sandbox } from '../samples.ts';

describe('the requests that a window has sent', () => {
  it('are found by their own id, and by that of the same request before', () => {
    const sent = createSentRequests();
    const argument = { environment: 'sandbox', request: { a: 1 } };
    const details = { id: '7', startedAt: '2026-01-30T00:00:00Z', requestId: 'first' };
    const failure = { code: 'OUTCOME_UNKNOWN', message: '', source: 'bff', retryable: false } as const;
    sent.remember(requestIdsOf({ error: { ...failure, requestId: 'second', details } }), argument);
    sent.remember(requestIdsOf({ error: failure }), { environment: 'sandbox', request: {} });
    assert.equal(sent.find('first'), argument);
    assert.equal(sent.find('second'), argument);
    assert.equal(sent.find('third'), undefined);
  });

  it('are forgotten, the oldest first', () => {
    const sent = createSentRequests();
    for (let number = 0; number < 1_000; number += 1)
      sent.remember(requestIdsOf({ requestId: `${number}` }), { environment: `${number}`, request: {} });
    assert.equal(sent.find('0'), undefined);
    assert.equal(sent.find('999')?.environment, '999');
  });
});

describe('the reasons that a window was told', () => {
  it('are found by the request, and the oldest are forgotten', () => {
    const sent = createSentRequests();
    sent.noteReason('first', 'She is\ninvited.');
    sent.noteReason('second', undefined);
    sent.noteReason(undefined, 'Nobody.');
    assert.deepEqual([sent.reasonOf('first'), sent.reasonOf('second')], ['She is invited.', undefined]);
    for (let number = 0; number < 6_000; number += 1) sent.noteReason(`${number}`, 'No.');
    assert.equal(sent.reasonOf('first'), undefined);
    assert.equal(sent.reasonOf('5999'), 'No.');
  });
});

describe('what somebody has found out of a write', () => {
  it('is told with what it is, whom it is about and where', () => {
    const write = (externalId: string, environment = 'sandbox') => ({
      ...{ environment, operation: 'createInvitation' },
      externalReferences: [{ namespace: 'SIS', externalId }],
    });
    assert.equal(
      resolvedWords([write('1')], false),
      'Marked as not sent: the invitation for SIS 1 in sandbox.',
    );
    assert.equal(
      resolvedWords([write('1'), write('2', 'local')], true),
      'Marked as sent: 2 writes in sandbox, local, for SIS 1, SIS 2.',
    );
  });
});

describe('the review of a write that was sent before', () => {
  const references = [{ namespace: 'SIS', externalId: 'A-1' }];
  const before = { startedAt: '2026-01-30T12:00:00Z', references };
  const first = async (state: 'unknown' | 'succeeded' | 'refused' | undefined) => {
    const form = formAgain(invitationForm, 'createInvitation', state && { ...before, state });
    const [option] = await reviewStep(form, sandbox).options({});
    return option;
  };

  it('says where it sends what may have happened, when, and to whom', async () => {
    const { label = '', detail = '' } = (await first('unknown')) ?? {};
    assert.match(label, /again — sandbox$/);
    assert.match(
      detail,
      /^The invitation for SIS A-1 may have been sent .*2026.* This sends it once more\.$/,
    );
    assert.match((await first('succeeded'))?.detail ?? '', /^The invitation for SIS A-1 was sent /);
  });

  it('says in its title that it is sent again and for whom, and why it asks for what the journal has not', () => {
    const form = formAgain(invitationForm, 'createInvitation', { ...before, state: 'refused' });
    assert.equal(form.title, 'Again for SIS A-1: Invite');
    const draft = { externalReferences: references };
    const prompts = form.steps(draft).map(({ prompt }) => prompt);
    assert.equal(prompts.filter((prompt) => prompt.endsWith('enter it again')).length, 3);
    const whole = { ...draft, email: 'a@b.co', identity: { firstName: 'A', lastName: 'B' } };
    assert.equal(
      form.steps(whole).some(({ prompt }) => prompt.endsWith('enter it again')),
      false,
    );
  });

  it('is as ever where nothing happened', async () => {
    assert.deepEqual(await first('refused'), await first(undefined));
    assert.doesNotMatch((await first(undefined))?.label ?? '', /again/);
  });
});
