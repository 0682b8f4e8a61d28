import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { importResultsText, resultOfWrite } from '../../../extension/src/imports/import-results-text.ts';
import type { ActivityEntry } from '../../../shared/activity.ts';
import type { ResultLine } from '../../../shared/imports/result-files.ts';

const row = (line: number) => ({ line, cells: [], draft: {} });

describe('the results of an import', () => {
  it('begin with the rows that need somebody, and say beside each person why it failed', () => {
    const lines: ResultLine[] = [
      { row: row(2), reference: 'SIS 1', state: 'succeeded', id: 'inv_1', requestId: 'r-1' },
      { row: row(3), reference: 'SIS 2', state: 'known' },
      { row: row(4), reference: 'SIS 30', state: 'refused', message: 'No\nsuch role.', requestId: 'r-3' },
      { row: row(5), reference: '', state: 'invalid', message: 'E-mail: is required' },
      { row: row(6), reference: 'SIS 5', state: 'unknown', code: 'PARTNER_TIMEOUT' },
      { row: row(7), reference: 'SIS 6', state: 'not_sent', message: 'Not sent: the import ended.' },
    ];
    assert.deepEqual(importResultsText('Import of a.csv', lines).split('\n'), [
      'Import of a.csv',
      '',
      'line  person  result           why, or Pearsana’s id  request',
      '5     -       faulty           E-mail: is required  -',
      '4     SIS 30  refused          No such role.  r-3',
      '6     SIS 5   outcome unknown  PARTNER_TIMEOUT  -',
      '7     SIS 6   not sent         The import ended.  -',
      '2     SIS 1   done             inv_1  r-1',
      '3     SIS 2   done before      -  -',
      '',
    ]);
  });

  it('come from the BFF where another window sent the rows', () => {
    const write: ActivityEntry = {
      ...{ id: '1', operation: 'createInvitation', state: 'refused', code: 'USER_EXISTS', status: 409 },
      ...{ startedAt: '2026-11-26T10:00:00.000Z', endedAt: '2026-11-26T10:00:01.000Z', requestId: 'r-9' },
      ...{ externalReferences: [{ namespace: 'SIS', externalId: '9' }], resolved: null },
      ...{ partnerRequestId: null, result: null, importId: 'imp_1' },
    };
    const text = importResultsText('', [
      resultOfWrite(write),
      resultOfWrite({ ...write, state: 'succeeded', code: null, result: { user: { userId: 'usr_1' } } }),
      resultOfWrite({ ...write, state: 'in_flight', code: null, endedAt: null }),
    ]);
    assert.match(text, /^- {5}SIS 9 {3}refused {10}USER_EXISTS {2}r-9$/m);
    assert.match(text, /^- {5}SIS 9 {3}outcome unknown {2}It is being sent right now\./m);
    assert.match(text, /^- {5}SIS 9 {3}done {13}usr_1 {2}r-9$/m);
  });
});
