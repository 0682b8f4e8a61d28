import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { bff, type Contestant, yardsticks } from './contestants.ts';
import { load } from './load.ts';
import { warmUpCalls } from './measure.ts';
import { median } from './median.ts';
import { type Running, start } from './running.ts';
import { row, unit } from './table.ts';
import { withUpstream } from './with-upstream.ts';

const root = join(import.meta.dirname, '../..');
/** Of each version of the BFF, since the compiler does not decide alike in all processes of the same program. */
const processes = 3;
/** Many short ones: what else the machine does then falls on all of them alike, and the medians leave the rest out. */
const rounds = 8;
const callsOfARound = 1_000;

type Compared = { name: string; running: Running; processorMs: number[] };

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
      { ...bff('with metrics', 'dist/server.js', { BFF_METRICS_PORT: '0' }), pings: true },
      { ...bff(commit, join(before, 'dist/server.js')), pings: true },
      ...yardsticks,
    ];
    const all: Compared[] = [];
    try {
      for (let time = 0; time < processes; time += 1)
        for (const contestant of contestants) {
          if (time > 0 && yardsticks.includes(contestant)) continue;
          const own = join(folder, String(all.length));
          mkdirSync(own, { mode: 0o700 });
          const running = await start(contestant, own, upstream);
          if (!running) throw new Error(`${contestant.name} is not on this machine.`);
          all.push({ name: contestant.name, running, processorMs: [] });
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
      return table(contestants.map(({ name }) => all.filter((each) => each.name === name)));
    } finally {
      await Promise.all(all.map(({ running }) => running.stop()));
    }
  });
}

/** @param contestants the processes of each; the first one is the working tree. */
function table(contestants: readonly Compared[][]): string {
  const of = (its: readonly Compared[], figure: (each: Compared) => number) => median(its.map(figure));
  const costOf = (its: readonly Compared[]) => of(its, ({ processorMs }) => median(processorMs));
  const ours = costOf(contestants[0] ?? []);
  return [
    row('', 'processor time a ping', 'the working tree compared with it', 'start to first answer', 'memory'),
    row('---', '---', '---', '---', '---'),
    ...contestants.map((its) =>
      row(
        its[0]?.name ?? '',
        unit(costOf(its), 3, 'ms'),
        unit(costOf(its) / ours, 2, '×'),
        unit(
          of(its, ({ running }) => running.firstAnswerMs),
          0,
          'ms',
        ),
        unit(
          of(its, ({ running }) => running.residentMb()),
          0,
          'MB',
        ),
      ),
    ),
  ].join('\n');
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
