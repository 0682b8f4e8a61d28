import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { KnownWrite } from '../../../shared/activity.ts';
import { type CheckedRow, checkRoster } from '../../../shared/imports/check-roster.ts';
import type { ImportCalls } from '../../../shared/imports/import-calls.ts';
import { planRoster } from '../../../shared/imports/plan-import.ts';
import { breathe, read } from './read.ts';

/** The calls of a BFF that has done a write for these people, and for 9 has one that nobody knows the outcome of. */
function callsOf(...done: string[]): ImportCalls<CheckedRow> {
  const unasked = () => assert.fail('nothing is sent');
  const write = { id: '1', startedAt: '2026-01-30T12:00:00.000Z', requestId: 'r-1', mine: true };
  const knownOf = ({ reference }: CheckedRow): KnownWrite | null => {
    if (done.includes(reference)) return { ...write, state: 'succeeded' };
    return reference === 'SIS 9' ? { ...write, state: 'unknown' } : null;
  };
  return {
    whoAnswers: async () => ({ caller: 'ada', journal: 'jrn_1' }),
    lookUp: async (rows) => ({ journal: 'jrn_1', known: rows.map(knownOf) }),
    announce: unasked,
    send: unasked,
  };
}

async function planned(lines: readonly string[], calls: ImportCalls<CheckedRow>, again = false) {
  const text = ['E-mail,First name,Last name,Namespace,Student ID', ...lines].join('\n');
  const checked = await checkRoster(await read(text), { breathe });
  const { rows, plan } = await planRoster(checked, calls, { again });
  return {
    faulty: rows.filter(({ faults }) => faults.length > 0).map(({ line }) => line),
    done: [...plan.ends].filter(([, { state }]) => state === 'known').map(([{ line }]) => line),
    toSend: plan.toSend.map(({ line }) => line),
  };
}

describe('a row with faults', () => {
  const lines = ['ada@example.edu,Ada,Lovelace,SIS,1', 'nobody,Charles,Babbage,SIS,2', 'x,No,One,SIS,9'];

  it('is done before where it was mended in another file, and is never sent', async () => {
    const all = callsOf('SIS 1', 'SIS 2');
    assert.deepEqual(await planned(lines, callsOf()), { faulty: [3, 4], done: [], toSend: [2] });
    assert.deepEqual(await planned(lines, all), { faulty: [4], done: [2, 3], toSend: [] });
    assert.deepEqual(await planned(lines, all, true), { faulty: [4], done: [3], toSend: [2] });
  });

  it('stays faulty where its id may be somebody else’s', async () => {
    const spoilt = [
      'ada@example.edu,Ada,Lovelace,SIS,1',
      // In two rows.
      'bob@example.edu,Bob,Builder,SIS,1',
      // As Excel shortens a long number.
      'eve@example.edu,Eve,Online,SIS,1.2E+10',
      // Moved by a comma too many.
      'joe@example.edu,Joe,Jr.,SIS,3,4',
    ];
    const { faulty } = await planned(spoilt, callsOf('SIS 1', 'SIS 1.2E+10', 'SIS 3'));
    assert.deepEqual(faulty, [3, 4, 5]);
  });
});
