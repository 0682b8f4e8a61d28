import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Write } from '../../../extension/src/views/activity-pages.ts';
import {
  importRow,
  madeId,
  unresolvedRow,
  wantedWords,
  writeRow,
  writeText,
} from '../../../extension/src/views/activity-words.ts';
import { writeState } from '../../../shared/activity.ts';
import type { ImportRecord } from '../../../shared/import-record.ts';

const begun = '2026-01-30T12:00:00.000Z';
const now = Date.parse(begun) + 3 * 60_000;
const write: Write = {
  environment: 'sandbox',
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
  it('says whom it is about first, then what and when, and all of it in its tooltip', () => {
    const { label, description, tooltip } = writeRow(write, now);
    assert.deepEqual([label, description], ['A-1', 'SIS · and 1 more · Invite · 3 min ago']);
    for (const part of ['SIS A-1, LMS 77', '201', 'invitationId: inv_1', 'r-1', 'p-1', '(1000 ms)'])
      assert(tooltip.includes(part), `${part}\n${tooltip}`);
    // As people tell the time.
    assert.doesNotMatch(tooltip, /\dT\d/);
    assert.match(tooltip, /2026/);
  });

  it('is told to a screen reader with its outcome, which others see by its icon', () => {
    const rows = writeState.def.values.map((state) => writeRow({ ...write, state }, now, 'sandbox'));
    assert.equal(new Set(rows.map(({ spoken }) => spoken)).size, rows.length);
    assert.equal(new Set(rows.map(({ icon }) => icon)).size, rows.length);
    const unknown = writeRow({ ...write, state: 'unknown' }, now, 'sandbox');
    assert.equal(unknown.spoken, 'SIS A-1 and 1 more, Invite, outcome unknown, sandbox, 3 min ago');
    assert.deepEqual([unknown.color, rows[0]?.color], ['pearsana.unknown', undefined]);
    assert.equal(
      writeRow({ ...write, state: 'refused' }, now).description,
      'SIS · and 1 more · Invite · 3 min ago · refused',
    );
  });

  it('is named by its operation where it is about nobody', () => {
    const { label, description } = writeRow({ ...write, externalReferences: [] }, now);
    assert.deepEqual([label, description], ['Invite', '3 min ago']);
  });

  it('says who resolved it, and how', () => {
    const resolved = { happened: false, by: 'ada', at: begun };
    const text = writeText({ ...write, state: 'not_sent', resolved });
    assert.match(writeText({ ...write, caller: 'access-key' }), /^Sent by +owner key$/m);
    assert.match(text, /^Resolved .*ada marked this as not sent, .*\d/m);
    assert.match(text, /^Invite for SIS A-1 and 1 more\n\nOutcome +Not sent$/m);
  });

  it('says why it was refused while this window knows, and else where that stands', () => {
    const refused = { ...write, state: 'refused' as const, code: 'CONFLICT', status: 409 };
    assert.match(writeText(refused, 'She is invited.'), /^Why +She is invited\.$/m);
    assert.match(writeRow(refused, now, undefined, 'She is invited.').tooltip, /She is invited/);
    assert.match(writeText(refused), /^Why +Pearsana’s explanation is not available here/m);
    assert.doesNotMatch(writeText(refused), /results file/);
    assert.match(writeText({ ...refused, importId: 'imp_1' }), /results of the import/);
    assert.doesNotMatch(writeText(write), /Why/);
  });

  it('shows what others wrote as text, on one line, and operations that it does not know', () => {
    const externalReferences = [{ namespace: 'SIS', externalId: `a\nb\u202e${'x'.repeat(200)}` }];
    const row = writeRow({ ...write, operation: 'later\n', externalReferences, result: null }, now);
    assert.doesNotMatch(row.label + row.description, /[\n\u202e]/);
    assert.match(row.label, /^a b ?x+…$/);
    assert.match(row.description ?? '', /^SIS · later ·/);
  });

  it('knows the id of what was made, and no state for one', () => {
    assert.equal(madeId(write), 'inv_1');
    assert.equal(madeId({ result: { status: 'pending' } }), undefined);
    assert.equal(madeId({ result: null }), undefined);
  });
});

describe('what else is in the activity', () => {
  it('is an import with what became of its rows', () => {
    const counts = { succeeded: 2980, refused: 2, not_sent: 0, unknown: 1, in_flight: 0 };
    const record: ImportRecord = {
      ...{ id: 'imp_1', environment: 'sandbox', operation: 'createInvitation', rows: 3000, digest: 'd' },
      ...{ state: 'open', caller: 'access-key', startedAt: begun, endedAt: null, perMinute: 120, counts },
    };
    const { label, description, tooltip } = importRow(record, now);
    assert.equal(label, 'Import of 3,000');
    assert.match(tooltip, /by owner key \(imp_1\)$/);
    const named = importRow(record, now, 'roster.csv');
    assert.equal(named.label, 'roster.csv');
    assert.equal(named.description, `Import of 3,000 · ${description}`);
    assert.equal(description, 'Invite · 3 min ago · 2,980 done, 2 refused, 1 outcome unknown');
  });

  it('is how many outcomes are unknown, in words to a screen reader', () => {
    assert.equal(unresolvedRow(1).spoken, 'Outcome unknown: 1 write may or may not have happened');
    assert.match(unresolvedRow(1200).spoken ?? '', /1,200 writes may/);
  });

  it('is what the list is limited to', () => {
    const person = { namespace: 'SIS', externalId: 'A-1' };
    assert.equal(wantedWords({ state: 'not_sent', person }), 'SIS A-1, not sent');
    assert.equal(wantedWords({}), '');
  });
});
