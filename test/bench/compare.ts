import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { bff, type Contestant, yardsticks } from './contestants.ts';
import { load } from './load.ts';
import { median } from './median.ts';
import { type Running, start } from './running.ts';
import { row, unit } from './table.ts';
import { withUpstream } from './with-upstream.ts';

const root = join(import.meta.dirname, '../..');
/** Enough for the compiler to be done with most, and for a difference of a twentieth to show. */
const warmUpCalls = 8_000;
/** Many short ones: what else the machine does then falls on all of them alike, and the medians leave the rest out. */
const rounds = 15;
const callsOfARound = 1_500;
const starts = 3;

/**
 * Compares the working tree with a commit, in a minute: what a ping costs in processor time, how long the start takes, and
 * the memory after both. All of them run at the same time and are measured in turn, so that a busy machine is fair.
 * @returns a table in Markdown.
 */
export async function compareWith(commit: string): Promise<string> {
  return withUpstream(async (upstream, folder) => {
    build(root);
    const before = sourcesOf(commit, join(folder, 'before'));
    build(before);
    const contestants: Contestant[] = [
      { ...bff('the working tree', 'dist/server.js'), pings: true },
      { ...bff(commit, join(before, 'dist/server.js')), pings: true },
      ...yardsticks,
    ];
    const all = [];
    try {
      for (const [index, contestant] of contestants.entries()) {
        const own = join(folder, String(index));
        mkdirSync(own, { mode: 0o700 });
        const firstAnswers: number[] = [];
        const begin = async (): Promise<Running> => {
          const running = await start(contestant, own, upstream);
          if (!running) throw new Error(`${contestant.name} is not on this machine.`);
          firstAnswers.push(running.firstAnswerMs);
          return running;
        };
        for (let time = 1; time < starts; time += 1) await (await begin()).stop();
        const running = await begin();
        all.push({ name: contestant.name, running, firstAnswers, processorMs: [] as number[] });
      }
      for (const { running } of all) await load(running.pingUrl, { amount: warmUpCalls });
      for (let round = 0; round < rounds; round += 1) {
        // In turn from either end, so that none is always the one after another.
        for (const { running, processorMs } of round % 2 === 0 ? all : all.toReversed()) {
          const earlier = running.processorSeconds() ?? Number.NaN;
          const { answers } = await load(running.pingUrl, { amount: callsOfARound });
          processorMs.push((((running.processorSeconds() ?? Number.NaN) - earlier) / answers) * 1000);
        }
      }
      const [ours] = all;
      return [
        row(
          '',
          'processor time a ping',
          'the working tree compared with it',
          'start to first answer',
          'memory',
        ),
        row('---', '---', '---', '---', '---'),
        ...all.map(({ name, running, firstAnswers, processorMs }) =>
          row(
            name,
            unit(median(processorMs), 3, 'ms'),
            unit(
              median(processorMs.map((each, round) => each / (ours?.processorMs[round] ?? Number.NaN))),
              2,
              '×',
            ),
            unit(median(firstAnswers), 0, 'ms'),
            unit(running.residentMb(), 0, 'MB'),
          ),
        ),
      ].join('\n');
    } finally {
      await Promise.all(all.map(({ running }) => running.stop()));
    }
  });
}

function build(folder: string): void {
  execFileSync(process.execPath, ['scripts/build.ts', 'server'], { cwd: folder, stdio: 'inherit' });
}

/** The sources of a commit, with the packages of the working tree. @returns their folder. */
function sourcesOf(commit: string, folder: string): string {
  mkdirSync(folder);
  const archive = execFileSync('git', ['archive', commit], { cwd: root, maxBuffer: 2 ** 30 });
  execFileSync('tar', ['-x', '-C', folder], { input: archive });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  return folder;
}
