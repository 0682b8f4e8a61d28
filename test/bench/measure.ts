import { authorization } from './access-key.ts';
import type { Contestant } from './contestants.ts';
import { type Latency, latencyAt, load } from './load.ts';
import { start } from './running.ts';
import type { Upstream } from './upstream.ts';

/** One contestant in one round. What isn't measured of it, or can't be, is missing. */
export type Figures = {
  firstAnswerMs: number;
  perSecond?: number;
  processorMs?: number;
  latency?: Latency;
  idleMb?: number;
  loadedMb?: number;
  /** After all calls, and one that uses the journal. */
  journalMb?: number;
};

/** Until then the compiler is still at work, and it costs more than the pings; the largest contestant has the most of it. */
export const warmUpCalls = 15_000;
export const loadSeconds = 3;
export const constantRate = 500;
export const constantRateSeconds = 2;
export const callsBeforeMemory = 100_000;

/**
 * Nothing where this machine lacks the contestant's program.
 * @param memory whether to make all the calls after which the memory is read, which takes longer than the rest.
 */
export async function measure(
  contestant: Contestant,
  { folder, upstream, memory }: { folder: string; upstream: Upstream; memory: boolean },
): Promise<Figures | undefined> {
  const running = await start(contestant, folder, upstream);
  if (!running) return undefined;
  const { pingUrl, firstAnswerMs, residentMb, processorSeconds } = running;
  try {
    const figures: Figures = { firstAnswerMs, idleMb: residentMb() };
    let calls = 0;
    if (contestant.pings) {
      calls += (await load(pingUrl, { amount: warmUpCalls })).answers;
      const before = processorSeconds();
      const { answers, perSecond } = await load(pingUrl, { seconds: loadSeconds });
      const after = processorSeconds();
      calls += answers;
      figures.perSecond = perSecond;
      if (before !== undefined && after !== undefined)
        figures.processorMs = ((after - before) / answers) * 1000;
      figures.latency = await latencyAt(pingUrl, constantRate, constantRateSeconds);
    }
    if (contestant.memory && memory) {
      await load(pingUrl, { amount: callsBeforeMemory - calls });
      figures.loadedMb = residentMb();
      if (contestant.journalPath !== undefined) {
        const answer = await fetch(new URL(contestant.journalPath, pingUrl), { headers: { authorization } });
        await answer.arrayBuffer();
        if (answer.ok) figures.journalMb = residentMb();
      }
    }
    return figures;
  } finally {
    await running.stop();
  }
}
