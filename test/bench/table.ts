import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { mostRows } from '../../shared/import-record.ts';
import { contestants, sampleCode, theBff } from './contestants.ts';
import type { ExtensionTimes } from './extension-times.ts';
import type { ImportCheck } from './import-check.ts';
import { type JournalCost, journalTable } from './journal.ts';
import type { Latency } from './load.ts';
import { callsBeforeMemory, constantRate, type Figures, warmUpCalls } from './measure.ts';
import { median } from './median.ts';
import { callsInARow, coldCallers, shortLifetimeSeconds, type TokenRequests } from './token-requests.ts';

/** Each contestant's figures, by its name, and what calling the upstream without any of them took. */
export type Round = {
  direct: Latency;
  tokenRequests: readonly TokenRequests[];
  figures: ReadonlyMap<string, Figures>;
};

/** The whole of BENCHMARKS.md. It holds no date, so that another run changes figures alone. */
export function report(
  rounds: readonly Round[],
  {
    extension,
    importCheck,
    journal,
  }: { extension: ExtensionTimes; importCheck: ImportCheck; journal: JournalCost },
): string {
  const [cpu] = cpus();
  const pinging = contestants.filter(({ pings }) => pings);
  const remembering = contestants.filter(({ memory }) => memory);
  return [
    '# Benchmarks',
    '',
    `\`npm run bench\` measures the BFF beside its peers and writes this page. This run: ${cpus().length} × ${cpu?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, over loopback. Each figure is the median of ${rounds.length} rounds, but for the memory after many calls, which is read in the first one.`,
    '',
    'The BFF authenticates, limits, validates and logs each call. Bare peers only relay it. Four duties are those that somebody would add first: a key for callers, helmet’s headers, a limit by `express-rate-limit`, and a line in a log. “Express and undici, bare” is the least that a BFF on these two can cost. The load and the upstream share the machine with the contestant, which slows down the fastest ones most.',
    '',
    '## Throughput',
    '',
    `Each contestant is measured after ${warmUpCalls.toLocaleString('en')} calls. “BFF compared with it” is the BFF’s throughput divided by the peer’s, in the same round; “by processor time”, the peer’s processor time divided by the BFF’s.`,
    '',
    row('', 'pings a second', 'BFF compared with it', 'processor time a ping', 'by processor time'),
    row('---', '---', '---', '---', '---'),
    ...pinging.map(({ name }) => pingRow(name, rounds)),
    '',
    '## Latency',
    '',
    row(`${constantRate} calls a second`, 'median', '99th percentile', 'added to the median'),
    row('---', '---', '---', '---'),
    row('the upstream, called directly', ...latencyWords(rounds.map(({ direct }) => direct)), ''),
    ...pinging.map(({ name }) => latencyRow(name, rounds)),
    '',
    '## Start and memory',
    '',
    'The BFF runs as `deploy/` starts it, with Node’s `--max-semi-space-size=8`. Its journal gets a thread when somebody first writes, or looks at what was written.',
    '',
    row(
      '',
      'start to first answer',
      'memory after it',
      `after ${callsBeforeMemory.toLocaleString('en')} calls`,
      'and one to the journal',
    ),
    row('---', '---', '---', '---', '---'),
    ...remembering.map(({ name }) =>
      row(
        name,
        unit(of(rounds, name, 'firstAnswerMs'), 0, 'ms'),
        unit(of(rounds, name, 'idleMb'), 0, 'MB'),
        unit(of(rounds, name, 'loadedMb'), 0, 'MB'),
        unit(of(rounds, name, 'journalMb'), 0, 'MB'),
      ),
    ),
    '',
    '## Token requests',
    '',
    'How many tokens each client asks the authorization server for.',
    '',
    row(
      '',
      `${coldCallers.toLocaleString('en')} callers at once, no token yet`,
      `${callsInARow} calls in a row, tokens of ${shortLifetimeSeconds} s`,
    ),
    row('---', '---', '---'),
    ...tokenClients(rounds).map((name) => tokenRow(name, rounds)),
    '',
    '## Writes',
    '',
    'What the journal costs a write, and with it the promise that nothing is sent twice.',
    '',
    journalTable(journal),
    '',
    '## The extension',
    '',
    `VS Code takes ${extension.loadMs.toFixed(1)} ms to load the bundle, and ${extension.activateMs.toFixed(1)} ms to activate the extension.`,
    '',
    '## Imports',
    '',
    `A file of ${mostRows.toLocaleString('en')} rows is read and checked in ${unit(importCheck.tookMs, 0, 'ms')}. The longest turn of the event loop takes ${unit(importCheck.longestTurnMs, 1, 'ms')}.`,
    '',
  ].join('\n');
}

/** The three figures that the README quotes: the BFF, and the sample code that it replaces. */
export function readmeFigures(rounds: readonly Round[]): string {
  const pings = (name: string) => Math.round(of(rounds, name, 'perSecond')).toLocaleString('en');
  const added = (name: string) => unit(addedLatency(name, rounds), 2, 'ms');
  const [ours = '', sample = ''] = tokenClients(rounds);
  const tokens = (name: string) => coldTokens(name, rounds).toLocaleString('en');
  return [
    `- **${pings(theBff.name)} pings a second**, against ${pings(sampleCode.name)}.`,
    `- **${added(theBff.name)} added to a ping** (median, at ${constantRate} calls a second), against ${added(sampleCode.name)}.`,
    `- **${tokens(ours)} token request** for ${coldCallers.toLocaleString('en')} callers that arrive at once, against ${tokens(sample)}.`,
  ].join('\n');
}

/** Replaces the lines between the two markers. */
export function writeFigures(file: string, figures: string): void {
  const [begin, end] = ['<!-- figures -->', '<!-- /figures -->'];
  const text = readFileSync(file, 'utf8');
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from === -1 || to < from) throw new Error(`${file} has no place for the figures: ${begin} … ${end}.`);
  writeFileSync(file, `${text.slice(0, from)}${begin}\n${figures}\n${text.slice(to)}`);
}

function pingRow(name: string, rounds: readonly Round[]): string {
  const ratios = rounds.flatMap(({ figures }) => {
    const [bff, peer] = [figures.get(theBff.name)?.perSecond, figures.get(name)?.perSecond];
    return bff === undefined || peer === undefined ? [] : [bff / peer];
  });
  if (ratios.length === 0) return row(name, 'not on this machine', '', '', '');
  const byProcessorTime = rounds.flatMap(({ figures }) => {
    const [bff, peer] = [figures.get(theBff.name)?.processorMs, figures.get(name)?.processorMs];
    return bff === undefined || peer === undefined ? [] : [peer / bff];
  });
  const compared = (values: readonly number[]) => (name === theBff.name ? '' : unit(median(values), 2, '×'));
  return row(
    name,
    Math.round(of(rounds, name, 'perSecond')).toLocaleString('en'),
    compared(ratios),
    unit(of(rounds, name, 'processorMs'), 3, 'ms'),
    compared(byProcessorTime),
  );
}

function latencyRow(name: string, rounds: readonly Round[]): string {
  const latencies = rounds.flatMap(({ figures }) => figures.get(name)?.latency ?? []);
  if (latencies.length === 0) return row(name, 'not on this machine', '', '');
  return row(name, ...latencyWords(latencies), unit(addedLatency(name, rounds), 2, 'ms'));
}

/** Compared within each round, so that it does not matter if the machine slows down between rounds. */
function addedLatency(name: string, rounds: readonly Round[]): number {
  const added = rounds.flatMap(({ direct, figures }) => {
    const latency = figures.get(name)?.latency;
    return latency ? [latency.p50 - direct.p50] : [];
  });
  return median(added);
}

function tokenClients(rounds: readonly Round[]): string[] {
  return (rounds[0]?.tokenRequests ?? []).map(({ name }) => name);
}

function coldTokens(name: string, rounds: readonly Round[]): number {
  return median(countsOf(name, rounds).map((each) => each.coldCallers));
}

function tokenRow(name: string, rounds: readonly Round[]): string {
  const inARow = median(countsOf(name, rounds).map((each) => each.inARow));
  return row(name, coldTokens(name, rounds).toLocaleString('en'), inARow.toLocaleString('en'));
}

function countsOf(name: string, rounds: readonly Round[]): TokenRequests[] {
  return rounds.flatMap(({ tokenRequests }) => tokenRequests.filter((each) => each.name === name));
}

function latencyWords(latencies: readonly Latency[]): [p50: string, p99: string] {
  const [p50, p99] = [latencies.map((each) => each.p50), latencies.map((each) => each.p99)];
  return [unit(median(p50), 2, 'ms'), unit(median(p99), 2, 'ms')];
}

function of(rounds: readonly Round[], name: string, figure: Exclude<keyof Figures, 'latency'>): number {
  return median(rounds.flatMap(({ figures }) => figures.get(name)?.[figure] ?? []));
}

export function unit(value: number, digits: number, name: string): string {
  return Number.isNaN(value) ? '–' : `${value.toFixed(digits)} ${name}`;
}

export function row(...cells: string[]): string {
  return `| ${cells.join(' | ')} |`;
}
