// That VS Code stays responsive while a large file is read: no turn of the event loop is long.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { placeFinder } from '../../../extension/src/imports/cell-places.ts';
import { fittingOperations } from '../../../extension/src/imports/fitting-operations.ts';
import { checkImportFile } from '../../../extension/src/imports/import-file.ts';
import { markKinds, marksOf, runsOf } from '../../../extension/src/imports/row-marks.ts';
import { mostRows } from '../../../shared/import-record.ts';
import { valueAt } from '../../../shared/validate.ts';

/** Three times the longest turn that was measured, in milliseconds of processor time: the clock would count other programs. */
const mostMs = 50;

const cpuMs = () => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

/** How often it is measured if it seems long: what is long each time is no collection of garbage, nor the first call of anything. */
const rounds = 3;

async function longestTurn(work: () => Promise<void>): Promise<number> {
  let shortest = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds && shortest > mostMs / 2; round += 1)
    shortest = Math.min(shortest, await longestTurnOnce(work));
  return shortest;
}

/** The longest turn of the event loop while something is done, in milliseconds of processor time. */
async function longestTurnOnce(work: () => Promise<void>): Promise<number> {
  let [longest, before, isOver] = [0, cpuMs(), false];
  const look = () => {
    const now = cpuMs();
    longest = Math.max(longest, now - before);
    before = now;
    if (!isOver) setImmediate(look);
  };
  setImmediate(look);
  await work();
  isOver = true;
  look();
  return longest;
}

const people = Array.from({ length: mostRows }, (_, index) => ({
  email: `student${index}@example.edu`,
  identity: { firstName: 'Ada', lastName: 'Lovelace' },
  externalReferences: [{ namespace: 'SIS', externalId: `2026${index}` }],
  message: 'Welcome! '.repeat(85),
}));
const header = 'E-mail,First name,Last name,Namespace,Student ID,Message';
const lineOf = ({ email, message }: (typeof people)[number], index: number) =>
  `${email},Ada,Lovelace,SIS,2026${index},"${message}\nto all"`;
const files: Record<string, string> = {
  'a CSV file': [header, ...people.map(lineOf)].join('\r\n'),
  'a CSV file in which every row has several faults': [
    header,
    ...people.map(() => 'nobody,,,SIS,1.2E+10,'),
  ].join('\n'),
  'a JSON file': JSON.stringify(people, null, 1),
};

describe('10,000 rows', () => {
  for (const [what, text] of Object.entries(files)) {
    it(`of ${what} are read and checked in turns of at most ${mostMs} ms`, async (t) => {
      const bytes = new TextEncoder().encode(text);
      const begun = performance.now();
      const longest = await longestTurn(async () => {
        const [fit] = await fittingOperations(bytes);
        assert.equal(fit?.operation, 'createInvitation');
        const file = await checkImportFile(bytes, fit.operation, {});
        assert.equal(file.rows.length, mostRows);
        assert.equal(valueAt(file.rows.at(-1)?.draft, ['externalReferences', 0, 'namespace']), 'SIS');
        const placeOf = placeFinder(file.roster);
        for (const { faults } of file.rows.slice(0, 1_000)) for (const fault of faults) placeOf(fault);
        const marks = marksOf(file.rows, new Map());
        assert(markKinds.some((kind) => runsOf(marks, kind).length > 0));
      });
      t.diagnostic(`${longest.toFixed(1)} ms, ${Math.round(performance.now() - begun)} ms in all`);
      assert(longest <= mostMs, `${longest} ms`);
    });
  }
});
