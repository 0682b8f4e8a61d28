import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { activityRow } from '../../../extension/src/views/activity-words.ts';
import { type ActivityEntry, writeState } from '../../../shared/activity.ts';

const begun = '2026-01-30T12:00:00.000Z';
const now = Date.parse(begun) + 3 * 60_000;
const entry: ActivityEntry = {
  id: '7',
  operation: 'createInvitation',
  state: 'succeeded',
  startedAt: begun,
  endedAt: '2026-01-30T12:00:01.000Z',
  requestId: 'r-1',
  externalReferences: [
    { namespace: 'SIS', externalId: 'A-1' },
    { namespace: 'LMS', externalId: '77' },
  ],
  code: null,
  status: 201,
  partnerRequestId: 'p-1',
  result: { invitation: { invitationId: 'inv_1', status: 'pending' } },
  resolved: null,
};

describe('a write in the activity', () => {
  it('says what, its state, when, about whom, and all the ids', () => {
    const { label, description, tooltip } = activityRow(entry, now);
    assert.deepEqual([label, description], ['Invite', 'succeeded · 3 min ago · SIS A-1']);
    for (const part of ['SIS A-1, LMS 77', '201', 'invitationId inv_1', 'Request r-1', 'p-1', '(1000 ms)']) {
      assert(tooltip.includes(part), `${part}\n${tooltip}`);
    }
    // As people tell the time.
    assert.doesNotMatch(tooltip, /\dT\d/);
  });

  it('has words and an icon for each state', () => {
    const rows = writeState.options.map((state) => activityRow({ ...entry, state }, now));
    assert.equal(new Set(rows.map(({ description }) => description)).size, rows.length);
    assert.match(activityRow({ ...entry, state: 'unknown' }, now).description ?? '', /^outcome unknown/);
  });

  it('says who resolved it, and how', () => {
    const resolved = { happened: false, by: 'ada', at: begun };
    const { tooltip } = activityRow({ ...entry, state: 'not_sent', resolved }, now);
    assert.match(tooltip, /^Marked as not sent by ada, .*\d/m);
  });

  it('shows what others wrote as text, on one line, and operations that it does not know', () => {
    const externalReferences = [{ namespace: 'SIS', externalId: 'a\nb\u202e' }];
    const row = activityRow({ ...entry, operation: 'later\n', externalReferences, result: null }, now);
    assert.doesNotMatch(row.label + row.description, /[\n\u202e]/);
    assert.match(row.label, /^later/);
  });
});
