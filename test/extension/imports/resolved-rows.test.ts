import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Resolved, resolvedMark, resolvedRow } from '../../../extension/src/imports/resolved-rows.ts';
import type { KnownWrite } from '../../../shared/activity.ts';
import type { RowResult } from '../../../shared/imports/result-files.ts';

const row = { line: 3, cells: [], draft: {} };
const unknown: RowResult = {
  row,
  reference: 'SIS 1',
  state: 'unknown',
  requestId: 'r-1',
  message: 'No answer.',
};
const found = (happened: boolean, more: Partial<Resolved> = {}): Resolved => ({
  ...{ requestId: 'r-1', importId: 'imp_1', state: happened ? 'succeeded' : 'not_sent', result: null },
  externalReferences: [{ namespace: 'SIS', externalId: '1' }],
  resolved: { happened, by: 'ada', at: '2026-01-30T12:00:00Z' },
  ...more,
});

describe('what a person has found out of a row', () => {
  it('is its end, whether it happened or not', () => {
    assert.equal(resolvedRow(unknown, found(true), 'imp_1').state, 'succeeded');
    const notSent = resolvedRow(unknown, found(false), 'imp_1');
    assert.equal(notSent.state, 'not_sent');
    assert.match(notSent.message ?? '', /^Marked as not sent/);
  });

  it('is about the same write: by its request, and where the answer was lost by its import and person', () => {
    const lost = { ...unknown, requestId: undefined };
    assert.equal(resolvedRow(lost, found(true), 'imp_1').state, 'succeeded');
    for (const [result, write, importId] of [
      [lost, found(true), 'imp_2'],
      [lost, found(true, { importId: undefined }), undefined],
      [{ ...lost, reference: 'SIS 2' }, found(true), 'imp_1'],
      [{ ...unknown, requestId: 'r-2' }, found(true), 'imp_1'],
      [{ ...unknown, state: 'refused' as const }, found(true), 'imp_1'],
      [unknown, found(true, { resolved: null }), 'imp_1'],
    ] as const)
      assert.equal(resolvedRow(result, write, importId), result);
  });

  it('was done before where it is about the earlier write that kept the row from being sent', () => {
    const kept = { ...unknown, code: 'OUTCOME_UNKNOWN' };
    assert.equal(resolvedRow(kept, found(true), undefined).state, 'known');
    assert.equal(resolvedRow(kept, found(false), undefined).state, 'not_sent');
  });

  it('changes the mark at its line, whether that is of this import or of what was sent before', () => {
    const known: KnownWrite = {
      ...{ id: '1', state: 'unknown', startedAt: '2026-01-30T12:00:00.000Z', requestId: 'r-1', mine: true },
    };
    for (const mark of [
      { line: 2, kind: 'unknown' as const, result: unknown },
      { line: 2, kind: 'unknown' as const, known },
    ]) {
      assert.equal(resolvedMark(mark, found(true)).kind, 'done');
      const notSent = resolvedMark(mark, found(false));
      assert.equal(notSent.kind, 'new');
      assert.doesNotMatch(JSON.stringify(notSent), /unknown|No answer/);
      assert.equal(resolvedMark(mark, found(true, { requestId: 'r-2' })), mark);
    }
  });
});
