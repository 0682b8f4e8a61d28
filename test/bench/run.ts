// `npm run bench`: figures of this machine, the BFF beside its peers in one run. It asserts nothing: a machine's speed is
// no test. It prints its report and writes it into BENCHMARKS.md, and three figures into the README.
// `npm run bench -- COMMIT` takes a minute: it compares the working tree with a commit, and writes nothing.
// `npm run bench -- cluster` takes two: it measures one and many BFFs on PostgreSQL, and writes nothing.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measureCluster } from './cluster.ts';
import { compareWith } from './compare.ts';
import { contestants } from './contestants.ts';
import { extensionTimes } from './extension-times.ts';
import { measureImportCheck } from './import-check.ts';
import { measureJournal } from './journal.ts';
import { type Latency, latencyAt } from './load.ts';
import { constantRate, constantRateSeconds, type Figures, measure } from './measure.ts';
import { type Round, readmeFigures, report, writeFigures } from './table.ts';
import { countTokenRequests } from './token-requests.ts';
import { withUpstream } from './with-upstream.ts';

const root = join(import.meta.dirname, '../..');
const rounds = 3;

const [commit] = process.argv.slice(2);
if (commit === undefined) await runAll();
else process.stdout.write(`\n${commit === 'cluster' ? await measureCluster() : await compareWith(commit)}\n`);

async function runAll(): Promise<void> {
  execFileSync(process.execPath, ['scripts/build.ts'], { cwd: root, stdio: 'inherit' });
  const extension = extensionTimes();
  const importCheck = await measureImportCheck();
  const measured: Round[] = await withUpstream(async (upstream, folder) => {
    const done: Round[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const direct: Latency = await latencyAt(`${upstream.apiUrl}/ping`, constantRate, constantRateSeconds);
      const tokenRequests = await countTokenRequests();
      const figures = new Map<string, Figures>();
      // In turn, so that a machine that slows down slows down all of them.
      for (const contestant of contestants) {
        say(`round ${round} of ${rounds}: ${contestant.name}`);
        const found = await measure(contestant, { folder, upstream, memory: round === 1 });
        if (found) figures.set(contestant.name, found);
      }
      done.push({ direct, tokenRequests, figures });
    }
    return done;
  });

  say('writes with and without the journal');
  const journal = await measureJournal();

  const benchmarks = report(measured, { extension, importCheck, journal });
  process.stdout.write(`\n${benchmarks}`);
  writeFileSync(join(root, 'BENCHMARKS.md'), benchmarks);
  writeFigures(join(root, 'README.md'), readmeFigures(measured));
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
