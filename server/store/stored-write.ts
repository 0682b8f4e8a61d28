import type { WriteState } from '../../shared/activity.ts';
import type { Outcome } from '../../shared/errors.ts';
import type { PartnerFacts } from '../../shared/operations.ts';
import type { Ending, RecordedWrite, Resolver } from '../journal/journal-store.ts';

/** A row of `writes`. Times are in milliseconds since 1970, and composed values are JSON. */
export type StoredWrite = {
  id: number;
  started_at: number;
  caller: string;
  environment: string;
  operation: string;
  request_id: string;
  external_references: string;
  import_id: string | null;
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

/** The facts of Pearsana's answer, if one came. */
export function partnerOf({ partner }: StoredWrite): PartnerFacts | null {
  return parsed(partner);
}

/** A row as callers see it. */
export function entryOf(row: StoredWrite, state: WriteState): RecordedWrite {
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
    ...(row.import_id !== null && { importId: row.import_id }),
    code: row.code,
    status: partner?.status ?? null,
    partnerRequestId: partner?.requestId ?? null,
    result: parsed(row.result),
    resolved: by === null || at === null ? null : { happened: state === 'succeeded', by, at: isoTime(at) },
  };
}

/** The size of a row's texts. */
export function bytesOf(...texts: readonly (string | null)[]): number {
  return texts.reduce((sum, each) => sum + Buffer.byteLength(each ?? ''), 0);
}

/** The approximate size of a row without its texts: digests, numbers, and its entries in indexes. */
export function bytesBeside(references: number): number {
  return 400 + 64 * references;
}

function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function parsed(json: string | null) {
  return json === null ? null : JSON.parse(json);
}

/** Where a page begins: below that id, among the unresolved writes or after them. */
export type Cursor = { unresolved: boolean; below: number };

export function cursorOf(before: string | undefined, unresolvedFirst: boolean): Cursor {
  if (before === undefined) return { unresolved: unresolvedFirst, below: Number.MAX_SAFE_INTEGER };
  return { unresolved: before.startsWith('u'), below: Number(before.replace('u', '')) };
}

export function isOf(
  row: StoredWrite,
  { caller = row.caller, environment = row.environment, operations }: Resolver,
): boolean {
  const isTheirs = row.caller === caller || operations?.includes(row.operation);
  return isTheirs === true && row.environment === environment;
}

/** Nothing happened, so the same write can be sent again after the cause is fixed. */
export function freesKey(state: Ending['state']): 0 | 1 {
  return state === 'not_sent' || state === 'refused' ? 1 : 0;
}

export function json(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
