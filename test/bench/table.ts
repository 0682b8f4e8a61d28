import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { contestants, theBff } from './contestants.ts';
import type { ExtensionTimes } from './extension-times.ts';
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

/** The whole report. It holds no date, so that another run changes figures alone. */
export function markdown(
  rounds: readonly Round[],
  { extension, journal }: { extension: ExtensionTimes; journal: JournalCost },
): string {
  const [cpu] = cpus();
  const pinging = contestants.filter(({ pings }) => pings);
  const remembering = contestants.filter(({ memory }) => memory);
  return [
    `The BFF beside its peers: one run of \`npm run bench\` on ${cpus().length} × ${cpu?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, over loopback; medians of ${rounds.length} rounds, each after ${warmUpCalls.toLocaleString('en')} calls. The BFF authenticates, limits, validates and logs each ping; its peers only relay it. Load and upstream share the machine with the contestant, which holds back the fastest.`,
    '',
    row('', 'pings a second', 'the BFF’s, in the same round', 'processor time a ping'),
    row('---', '---', '---', '---'),
    ...pinging.map(({ name }) => pingRow(name, rounds)),
    '',
    row(`${constantRate} calls a second`, 'p50', 'p99', 'added to p50'),
    row('---', '---', '---', '---'),
    row('the upstream, called directly', ...latencyWords(rounds.map(({ direct }) => direct)), ''),
    ...pinging.map(({ name }) => latencyRow(name, rounds)),
    '',
    row(
      '',
      'start to first answer',
      'memory after it',
      `after ${callsBeforeMemory.toLocaleString('en')} calls`,
    ),
    row('---', '---', '---', '---'),
    ...remembering.map(({ name }) =>
      row(
        name,
        unit(of(rounds, name, 'firstAnswerMs'), 0, 'ms'),
        unit(of(rounds, name, 'idleMb'), 0, 'MB'),
        unit(of(rounds, name, 'loadedMb'), 0, 'MB'),
      ),
    ),
    '',
    row(
      'token requests',
      `${coldCallers.toLocaleString('en')} cold callers at once`,
      `${callsInARow} calls in a row, tokens of ${shortLifetimeSeconds} s`,
    ),
    row('---', '---', '---'),
    ...(rounds[0]?.tokenRequests ?? []).map(({ name }) => tokenRow(name, rounds)),
    '',
    journalTable(journal),
    '',
    `The extension: ${extension.loadMs.toFixed(1)} ms to load its bundle, ${extension.activateMs.toFixed(1)} ms in \`activate\`.`,
  ].join('\n');
}

/** Replaces what stands between the two markers. */
export function writeIntoReadme(file: string, table: string): void {
  const [begin, end] = ['<!-- bench -->', '<!-- /bench -->'];
  const text = readFileSync(file, 'utf8');
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from === -1 || to < from) throw new Error(`${file} has no place for the table: ${begin} … ${end}.`);
  writeFileSync(file, `${text.slice(0, from)}${begin}\n${table}\n${text.slice(to)}`);
}

function pingRow(name: string, rounds: readonly Round[]): string {
  const ratios = rounds.flatMap(({ figures }) => {
    const [bff, peer] = [figures.get(theBff.name)?.perSecond, figures.get(name)?.perSecond];
    return bff === undefined || peer === undefined ? [] : [bff / peer];
  });
  if (ratios.length === 0) return row(name, 'not on this machine', '', '');
  return row(
    name,
    Math.round(of(rounds, name, 'perSecond')).toLocaleString('en'),
    name === theBff.name ? '' : `${median(ratios).toFixed(2)} ×`,
    unit(of(rounds, name, 'processorMs'), 3, 'ms'),
  );
}

function latencyRow(name: string, rounds: readonly Round[]): string {
  const pairs = rounds.flatMap(({ direct, figures }) => {
    const latency = figures.get(name)?.latency;
    return latency ? [{ latency, added: latency.p50 - direct.p50 }] : [];
  });
  if (pairs.length === 0) return row(name, 'not on this machine', '', '');
  const added = median(pairs.map((pair) => pair.added));
  return row(name, ...latencyWords(pairs.map(({ latency }) => latency)), unit(added, 2, 'ms'));
}

function tokenRow(name: string, rounds: readonly Round[]): string {
  const counted = rounds.flatMap(({ tokenRequests }) => tokenRequests.filter((each) => each.name === name));
  const [cold, inARow] = [counted.map((each) => each.coldCallers), counted.map((each) => each.inARow)];
  return row(name, median(cold).toLocaleString('en'), median(inARow).toLocaleString('en'));
}

function latencyWords(latencies: readonly Latency[]): [p50: string, p99: string] {
  const [p50, p99] = [latencies.map((each) => each.p50), latencies.map((each) => each.p99)];
  return [unit(median(p50), 2, 'ms'), unit(median(p99), 2, 'ms')];
}

function of(rounds: readonly Round[], name: string, figure: Exclude<keyof Figures, 'latency'>): number {
  return median(rounds.flatMap(({ figures }) => figures.get(name)?.[figure] ?? []));
}

function unit(value: number, digits: number, name: string): string {
  return Number.isNaN(value) ? '–' : `${value.toFixed(digits)} ${name}`;
}

function row(...cells: string[]): string {
  return `| ${cells.join(' | ')} |`;
}
