import type { Success } from '../../../shared/operations.ts';
import { createEvent, type Event } from '../event.ts';
import type { CommandFailure } from '../failures/command-failure.ts';

/** What became of a ping, and when (ms since 1970). Nothing of its body is kept. */
export type PingRecord = { startedAt: number; endedAt: number } & (
  | { ok: true; latencyMs: number; apiVersion: string | null; requestId: string }
  | { ok: false; failure: CommandFailure }
);

/** The last ping of each environment of each BFF. */
export type PingHistory = {
  last(origin: string, environment: string): PingRecord | undefined;
  record(origin: string, environment: string, record: PingRecord): void;
  /** Of which environment a ping was recorded. */
  onDidRecord: Event<string>;
};

export function createPingHistory(): PingHistory {
  const recorded = createEvent<string>();
  const records = new Map<string, PingRecord>();
  const keyOf = (origin: string, environment: string) => `${origin} ${environment}`;
  return {
    last: (origin, environment) => records.get(keyOf(origin, environment)),
    record(origin, environment, record) {
      const key = keyOf(origin, environment);
      // A slow ping that was overtaken is not the last one.
      if (record.startedAt < (records.get(key)?.startedAt ?? 0)) return;
      records.set(key, record);
      recorded.fire(environment);
    },
    onDidRecord: recorded.event,
  };
}

export function successRecord(answer: Success<'ping'>, startedAt: number, endedAt: number): PingRecord {
  const { partner, requestId } = answer;
  return {
    startedAt,
    endedAt,
    ok: true,
    latencyMs: partner.durationMs,
    apiVersion: partner.apiVersion,
    requestId,
  };
}
