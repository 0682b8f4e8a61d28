import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { OnRequestEnd, RequestContext, RequestEnd } from '../http/middleware/request-context.ts';
import type { Journal } from '../journal/journal.ts';
import type { TokenRoom } from '../tokens/token-room.ts';
import { type MetricsAddress, type ServedMetrics, serveMetrics } from './serve-metrics.ts';

/** What is counted, for Prometheus. No label names a caller or a person, and every label has few values. */
export type Metrics = {
  /** Counts each request at its end, and then does what is done besides. */
  beside(onEnd: OnRequestEnd): OnRequestEnd;
  /** Everything, in Prometheus's text format. */
  text(): Promise<string>;
  /** Serves it at a port of its own. @throws Error in words if it cannot listen there */
  serve(at: MetricsAddress): Promise<ServedMetrics>;
};

/** In seconds: a ping of the sandbox takes some 0.2 s, and a batch of documents up to minutes. */
const durations = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/**
 * Requests are counted together, this many at once: one alone, between all that a ping does, takes prom-client's code and
 * tables several times as long, since they have left the processor's caches by then.
 */
const mostGathered = 200;

/** What is counted of a request that has ended. Nothing else of it is kept. */
type Ended = {
  operation: string;
  environment: string;
  status: number;
  durationMs: number;
  code: string | undefined;
  partnerMs: number | undefined;
  partnerStatus: number | undefined;
  outcome: string | undefined;
  isImport: boolean;
};

/** What the gauges are read from, whenever somebody asks. */
type MetricsSources = {
  environments: readonly string[];
  tokens: Pick<TokenRoom, 'statuses'>;
  journal: Pick<Journal, 'unresolved' | 'isUsable'>;
  bytesInFlight: () => number;
  linesLost: () => number;
};

export function createMetrics(sources: MetricsSources): Metrics {
  const register = new Registry();
  // Memory, processor time, and how long the event loop is held.
  collectDefaultMetrics({ register });
  // Gauges with names of counters, which Prometheus's own check refuses.
  for (const what of ['handles', 'requests', 'resources'])
    register.removeSingleMetric(`nodejs_active_${what}_total`);
  const registers = [register];

  const durationsOf = (name: string, help: string) =>
    new Histogram({
      ...{ registers, name, help, buckets: durations },
      labelNames: ['operation', 'environment', 'status'],
    });

  const requests = durationsOf(
    'pearsana_bff_request_duration_seconds',
    'How long requests took, by operation, environment and status. Status 0: the caller went away.',
  );
  const pearsana = durationsOf(
    'pearsana_bff_pearsana_duration_seconds',
    'How long Pearsana took to answer, by operation, environment and status.',
  );
  const writes = new Counter({
    registers,
    name: 'pearsana_bff_writes_total',
    help: 'Writes by how they ended: succeeded, refused, not_sent, unknown, replayed from the journal, or caller_gone if nobody waited.',
    labelNames: ['operation', 'environment', 'outcome', 'import'],
  });
  const limited = new Counter({
    registers,
    name: 'pearsana_bff_limited_total',
    help: 'Requests that were refused because of a limit: RATE_LIMITED by the BFF, or BUSY.',
    labelNames: ['code'],
  });
  addGauges(registers, sources);

  let gathered: Ended[] = [];

  function gather(context: RequestContext, { status, durationMs }: RequestEnd): void {
    const { operation = 'other', environment = 'none', code, partnerMs, partnerStatus } = context;
    const outcome = outcomeOf(context, status);
    const isImport = context.importId !== undefined;
    gathered.push({
      operation,
      environment,
      status: status ?? 0,
      durationMs,
      code,
      partnerMs,
      partnerStatus,
      outcome,
      isImport,
    });
    if (gathered.length === mostGathered) countGathered();
  }

  function countGathered(): void {
    const all = gathered;
    gathered = [];
    for (const each of all) count(each);
  }

  function count(ended: Ended): void {
    const { operation, environment, status, durationMs, code, partnerMs, partnerStatus, outcome } = ended;
    requests.observe({ operation, environment, status }, durationMs / 1000);
    if (code === 'BUSY' || (code === 'RATE_LIMITED' && partnerStatus === undefined)) limited.inc({ code });
    if (partnerMs !== undefined && partnerStatus !== undefined)
      pearsana.observe({ operation, environment, status: partnerStatus }, partnerMs / 1000);
    if (outcome !== undefined)
      writes.inc({ operation, environment, outcome, import: ended.isImport ? 'yes' : 'no' });
  }

  const text = () => {
    countGathered();
    return register.metrics();
  };
  return {
    beside: (onEnd) => (context, end) => {
      gather(context, end);
      onEnd(context, end);
    },
    text,
    serve: (at) => serveMetrics({ text, contentType: register.contentType }, at),
  };
}

/** How a write ended; undefined if it never came to the journal. */
function outcomeOf(context: RequestContext, status: number | null): string | undefined {
  if (context.replayed) return 'replayed';
  if (context.outcome) return context.outcome;
  if (context.journalId === undefined) return undefined;
  // The write continues, and the journal records its outcome.
  if (status === null) return 'caller_gone';
  return status < 300 ? 'succeeded' : 'unknown';
}

function addGauges(registers: Registry[], sources: MetricsSources): void {
  const { environments, tokens, journal, bytesInFlight, linesLost } = sources;
  new Gauge({
    registers,
    name: 'pearsana_bff_tokens',
    help: 'Tokens by environment and state: fresh, stale, expired or failing.',
    labelNames: ['environment', 'state'],
    collect() {
      this.reset();
      for (const environment of environments) {
        for (const { state } of tokens.statuses(environment)) this.inc({ environment, state });
      }
    },
  });
  new Gauge({
    registers,
    name: 'pearsana_bff_journal_unresolved',
    help: 'Writes with an unknown outcome that nobody has resolved, by environment; at most 1000 in all.',
    labelNames: ['environment'],
    async collect() {
      const counts = await journal.unresolved().catch(() => undefined);
      this.reset();
      if (!counts) return;
      for (const environment of environments) this.set({ environment }, counts.get(environment) ?? 0);
    },
  });
  new Gauge({
    registers,
    name: 'pearsana_bff_journal_usable',
    help: '1 if the journal can be used. Otherwise no write is sent.',
    collect() {
      this.set(journal.isUsable() ? 1 : 0);
    },
  });
  new Gauge({
    registers,
    name: 'pearsana_bff_bytes_in_flight',
    help: 'Bytes that the bodies of all requests hold at this moment.',
    collect() {
      this.set(bytesInFlight());
    },
  });
  new Gauge({
    registers,
    name: 'pearsana_bff_log_lines_lost',
    help: 'Lines of the log that were lost since the start, because nobody read standard output.',
    collect() {
      this.set(linesLost());
    },
  });
}
