import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { BffError } from '../../bff-error.ts';
import type { HandleKind, HandleOptions, HandleStore, OpenHandles } from '../../sessions/handle-store.ts';
import { busyWithoutDatabase } from './busy.ts';
import { cleanAlone } from './clean-alone.ts';
import { type Database, DatabaseFailure } from './database.ts';

const minuteMs = 60_000;
/** A value whose lifetime begins again at each use is written again only after this part of it. */
const renewAfter = 0.02;

type Row = { sealed: Uint8Array; left: number };

/** Keeps values in the database, so that every BFF finds them, and they survive a restart. */
type SealedHandles = { open: OpenHandles; stop(): void };

/**
 * Each value is sealed with its handle, which is not in the database. So the database tells nobody who signed in, and what it
 * holds lets nobody in.
 * @param now milliseconds since 1970; by default by the database's clock
 */
export function createSealedHandles(database: Database, now?: () => number): SealedHandles {
  const kinds = new Map<HandleKind, HandleOptions>();
  const at = () => now?.() ?? null;

  async function clean(): Promise<void> {
    for (const [kind, { most }] of kinds) {
      await cleanAlone(database, 'handles', (query) =>
        query(
          `DELETE FROM pearsana_bff.handles WHERE kind = $1 AND (expires_at < ${time('$2')} OR digest IN
             (SELECT digest FROM pearsana_bff.handles WHERE kind = $1 ORDER BY expires_at DESC OFFSET $3))`,
          [kind, at(), most],
        ),
      );
    }
  }
  // What fails here is done a minute later, and a handle that is too old is found by nobody.
  const cleaning = setInterval(() => void clean().catch(() => {}), minuteMs).unref();

  return {
    open(kind, options) {
      kinds.set(kind, options);
      return openHandles(database, kind, options, at);
    },
    stop: () => clearInterval(cleaning),
  };
}

function openHandles<Value extends object>(
  database: Database,
  kind: HandleKind,
  { lifetimeSeconds, renewed }: HandleOptions,
  at: () => number | null,
): HandleStore<Value> {
  const lifetimeMs = Math.floor(lifetimeSeconds * 1_000);

  async function ask<Found extends object>(text: string, values: readonly unknown[]): Promise<Found[]> {
    try {
      return await database.query<Found>(text, values);
    } catch (error) {
      if (!(error instanceof DatabaseFailure)) throw error;
      throw kind === 'session' || kind === 'presence'
        ? busyWithoutDatabase('whether you are signed in', error)
        : loginUnavailable(error);
    }
  }

  const where = 'WHERE kind = $1 AND digest = $2';
  const drop = (handle: string) => ask(`DELETE FROM pearsana_bff.handles ${where}`, [kind, digestOf(handle)]);
  const renew = (handle: string) =>
    ask(
      `UPDATE pearsana_bff.handles SET expires_at = ${time('$3')} + $4::bigint ${where}
         AND expires_at >= ${time('$3')} RETURNING kind`,
      [kind, digestOf(handle), at(), lifetimeMs],
    );

  return {
    async issue(value) {
      const handle = randomBytes(32).toString('base64url');
      await ask(
        `INSERT INTO pearsana_bff.handles (kind, digest, sealed, expires_at)
           VALUES ($1, $2, $3, ${time('$4')} + $5::bigint)`,
        [kind, digestOf(handle), seal(handle, kind, value), at(), lifetimeMs],
      );
      return handle;
    },
    async find(handle) {
      if (handle === undefined) return undefined;
      const [row] = await ask<Row>(
        `SELECT sealed, expires_at - ${time('$3')} AS left FROM pearsana_bff.handles ${where}`,
        [kind, digestOf(handle), at()],
      );
      if (!row) return undefined;
      if (row.left < 0) {
        await drop(handle);
        return undefined;
      }
      if (renewed && row.left < lifetimeMs * (1 - renewAfter)) await renew(handle);
      return unseal(handle, kind, row.sealed) as Value;
    },
    async take(handle) {
      if (handle === undefined) return undefined;
      const [row] = await ask<Row>(
        `DELETE FROM pearsana_bff.handles ${where} RETURNING sealed, expires_at - ${time('$3')} AS left`,
        [kind, digestOf(handle), at()],
      );
      return row && row.left >= 0 ? (unseal(handle, kind, row.sealed) as Value) : undefined;
    },
    renew: async (handle) => (await renew(handle)).length > 0,
    async drop(handle) {
      if (handle !== undefined) await drop(handle);
    },
  };
}

/** The time that a parameter gives, else that of the database. */
const time = (place: string) =>
  `coalesce(${place}::bigint, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)`;

const digestOf = (handle: string) => createHash('sha256').update(handle).digest();

const ivBytes = 12;
const tagBytes = 16;
const cipher = 'aes-256-gcm';

/** A handle is random enough to be a key. */
const keyOf = (handle: string, kind: HandleKind) =>
  new Uint8Array(hkdfSync('sha256', handle, '', `pearsana-bff ${kind}`, 32));

function seal(handle: string, kind: HandleKind, value: object): Buffer {
  const iv = randomBytes(ivBytes);
  const sealing = createCipheriv(cipher, keyOf(handle, kind), iv);
  const text = Buffer.concat([sealing.update(JSON.stringify(value), 'utf8'), sealing.final()]);
  return Buffer.concat([iv, sealing.getAuthTag(), text]);
}

function unseal(handle: string, kind: HandleKind, sealed: Uint8Array): unknown {
  const iv = sealed.subarray(0, ivBytes);
  const opening = createDecipheriv(cipher, keyOf(handle, kind), iv);
  opening.setAuthTag(sealed.subarray(ivBytes, ivBytes + tagBytes));
  const text = Buffer.concat([opening.update(sealed.subarray(ivBytes + tagBytes)), opening.final()]);
  return JSON.parse(text.toString('utf8'));
}

function loginUnavailable(cause: DatabaseFailure): BffError {
  return BffError.of(
    'LOGIN_UNAVAILABLE',
    'Nobody can sign in at the moment, because the BFF cannot reach its database. Access keys still work. Try again in a minute.',
    { retryAfterSeconds: 10, cause },
  );
}
