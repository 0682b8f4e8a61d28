import { setImmediate as nextTurn } from 'node:timers/promises';
import { mostRows } from '../../shared/import-record.ts';
import { checkRoster } from '../../shared/imports/check-roster.ts';
import { readRoster } from '../../shared/imports/roster.ts';
import { median } from './median.ts';

/** How long it takes to read and check the largest file, and its longest turn of the event loop, in milliseconds. */
export type ImportCheck = { tookMs: number; longestTurnMs: number };

const rounds = 5;
const lines = Array.from(
  { length: mostRows },
  (_, index) => `student${index}@example.edu,Ada,Lovelace,SIS,2026${index}`,
);
const file = new TextEncoder().encode(
  ['E-mail,First name,Last name,Namespace,Student ID', ...lines].join('\r\n'),
);

export async function measureImportCheck(): Promise<ImportCheck> {
  const done: ImportCheck[] = [];
  for (let round = 0; round < rounds; round += 1) done.push(await checkOnce());
  return {
    tookMs: median(done.map(({ tookMs }) => tookMs)),
    longestTurnMs: median(done.map(({ longestTurnMs }) => longestTurnMs)),
  };
}

async function checkOnce(): Promise<ImportCheck> {
  const begun = performance.now();
  let [turnBegun, longestTurnMs] = [begun, 0];
  const breathe = async () => {
    longestTurnMs = Math.max(longestTurnMs, performance.now() - turnBegun);
    await nextTurn();
    turnBegun = performance.now();
  };
  const roster = await readRoster(file, 'createInvitation', { breathe });
  const rows = await checkRoster(roster, { breathe });
  await breathe();
  const fault = [...roster.faults, ...rows.flatMap(({ faults }) => faults)][0];
  if (fault || rows.length !== mostRows) throw new Error(`The file was not accepted: ${fault?.message}`);
  return { tookMs: performance.now() - begun, longestTurnMs };
}
