import type { ActivityEntry, WriteState } from '../../shared/activity.ts';
import type { Outcome } from '../../shared/errors.ts';
import type { PartnerFacts } from '../../shared/operations.ts';

export const schemaVersion = 1;

/**
 * A row is born `unknown`: whatever ends the process at whatever moment, it says the truth. While its `owner` lives it
 * is in flight, and its outcome takes both away. `key` is the digest of an idempotency key, for as long as it is taken.
 * The one row of `secret` is a digest of the secret that all digests are made with.
 */
export const schema = `
  CREATE TABLE writes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    started_at INTEGER NOT NULL,
    caller TEXT NOT NULL,
    environment TEXT NOT NULL,
    operation TEXT NOT NULL,
    request_id TEXT NOT NULL,
    external_references TEXT NOT NULL,
    key BLOB,
    fingerprint BLOB NOT NULL,
    owner TEXT,
    state TEXT NOT NULL DEFAULT 'unknown' CHECK (state IN ('unknown', 'succeeded', 'refused', 'not_sent')),
    ended_at INTEGER,
    code TEXT,
    partner TEXT,
    result TEXT,
    resolved_by TEXT,
    resolved_at INTEGER
  ) STRICT;
  CREATE UNIQUE INDEX a_key_is_one_write ON writes (caller, environment, operation, key) WHERE key IS NOT NULL;
  CREATE INDEX writes_of_a_caller ON writes (caller, environment, id);
  CREATE INDEX writes_by_age ON writes (started_at);
  CREATE TABLE secret (digest BLOB PRIMARY KEY) STRICT;
`;

/** A row of `writes`; times are in milliseconds since 1970, what is composed is JSON. */
export type StoredWrite = {
  id: number;
  started_at: number;
  operation: string;
  request_id: string;
  external_references: string;
  fingerprint: Uint8Array;
  owner: string | null;
  state: 'succeeded' | Outcome;
  ended_at: number | null;
  code: string | null;
  partner: string | null;
  result: string | null;
  resolved_by: string | null;
  resolved_at: number | null;
};

/** What the partner's answer said of itself, where one came. */
export function partnerOf({ partner }: StoredWrite): PartnerFacts | null {
  return parsed(partner);
}

/** A row as callers see it. */
export function entryOf(row: StoredWrite, state: WriteState): ActivityEntry {
  const partner = partnerOf(row);
  const { resolved_by: by, resolved_at: at } = row;
  return {
    id: String(row.id),
    operation: row.operation,
    state,
    startedAt: isoTime(row.started_at),
    endedAt: row.ended_at === null ? null : isoTime(row.ended_at),
    requestId: row.request_id,
    externalReferences: parsed(row.external_references),
    code: row.code,
    status: partner?.status ?? null,
    partnerRequestId: partner?.requestId ?? null,
    result: parsed(row.result),
    resolved: by === null || at === null ? null : { happened: state === 'succeeded', by, at: isoTime(at) },
  };
}

function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function parsed(json: string | null) {
  return json === null ? null : JSON.parse(json);
}
