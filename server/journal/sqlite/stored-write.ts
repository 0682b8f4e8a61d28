import type { WriteState } from '../../../shared/activity.ts';
import type { Outcome } from '../../../shared/errors.ts';
import type { PartnerFacts } from '../../../shared/operations.ts';
import type { KnownWrite } from '../journal-store.ts';

/** A row of `writes`; times are in milliseconds since 1970, what is composed is JSON. */
export type StoredWrite = {
  id: number;
  started_at: number;
  caller: string;
  environment: string;
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

/** A row as people see it. */
export function entryOf(row: StoredWrite, state: WriteState): KnownWrite {
  const partner = partnerOf(row);
  const { resolved_by: by, resolved_at: at } = row;
  return {
    id: String(row.id),
    environment: row.environment,
    operation: row.operation,
    caller: row.caller,
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

/** What the texts of a row take. */
export function bytesOf(...texts: readonly (string | null)[]): number {
  return texts.reduce((sum, each) => sum + Buffer.byteLength(each ?? ''), 0);
}

/** What a row takes beside its texts, more or less: digests, numbers, and its entries in the indexes. */
export function bytesBeside(references: number): number {
  return 400 + 64 * references;
}

function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function parsed(json: string | null) {
  return json === null ? null : JSON.parse(json);
}
