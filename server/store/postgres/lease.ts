import { randomUUID } from 'node:crypto';
import type { Query } from './database.ts';

/**
 * Says that this instance is alive, for a while at a time, on the database's clock. Where that time has passed, everybody
 * else may take what the instance had in flight for unknown, and a person may resolve it; so the instance must not begin to
 * send it any more. An instance whose lease has ended goes on under a new name.
 */
export type Lease = {
  /** The name under which this instance claims. */
  owner(): string;
  /** Whether others still take this owner for alive. It says no a little too early, and never too late. */
  holds(owner: string): boolean;
  /** Renews it now. @throws DatabaseFailure */
  renew(): Promise<void>;
  /** The database's wall clock, in milliseconds since 1970, as it was at the last renewal and has gone on since. */
  wall(): number;
  /** Ends it, so that nothing of this instance looks as if it were in flight. */
  release(): Promise<void>;
};

/** Long enough to outlast a restart of the database, and short enough for whoever waits to resolve a write. */
export const usualLeaseMs = 15_000;

/** @param renewed is called after each renewal. */
export function createLease(query: Query, leaseMs: number, renewed: () => Promise<void>): Lease {
  let owner = randomUUID();
  let isBegun = false;
  let isReleased = false;
  let heldUntil = { running: 0, wall: 0 };
  let wallAhead = Date.now() - performance.now();
  let timer: NodeJS.Timeout | undefined;
  let renewing: Promise<void> | undefined;

  async function renewNow(): Promise<void> {
    // Before the question, since the database counts from its answer.
    const from = { running: performance.now(), wall: Date.now() };
    if (isBegun && !(await extended())) {
      owner = randomUUID();
      isBegun = false;
    }
    if (!isBegun) await begin();
    // A fifth less, in case a clock runs slower than the database's.
    heldUntil = { running: from.running + leaseMs * 0.8, wall: from.wall + leaseMs * 0.8 };
    await renewed();
  }

  async function begin(): Promise<void> {
    const text = `INSERT INTO pearsana_bff.instances VALUES ($1, ${afterLease}) RETURNING ${now}`;
    setWall(await query<{ now: number }>(text, [owner, leaseMs]));
    isBegun = true;
  }

  async function extended(): Promise<boolean> {
    const text = `UPDATE pearsana_bff.instances SET lease_until = ${afterLease}
      WHERE id = $1 AND lease_until > clock_timestamp() RETURNING ${now}`;
    return setWall(await query<{ now: number }>(text, [owner, leaseMs]));
  }

  function setWall([row]: { now: number }[]): boolean {
    if (row) wallAhead = row.now - performance.now();
    return row !== undefined;
  }

  function renew(): Promise<void> {
    renewing ??= renewNow().finally(() => {
      renewing = undefined;
      clearTimeout(timer);
      const isHeld = performance.now() < heldUntil.running - leaseMs * 0.4;
      if (!isReleased) timer = setTimeout(renewAgain, isHeld ? leaseMs / 5 : leaseMs / 20).unref();
    });
    return renewing;
  }
  const renewAgain = () => void renew().catch(() => {});

  return {
    owner: () => owner,
    // The first clock stands still while the machine sleeps, and the second one may be set back.
    holds: (name) => name === owner && performance.now() < heldUntil.running && Date.now() < heldUntil.wall,
    renew,
    wall: () => Math.floor(performance.now() + wallAhead),
    async release() {
      isReleased = true;
      clearTimeout(timer);
      await renewing?.catch(() => {});
      clearTimeout(timer);
      heldUntil = { running: 0, wall: 0 };
      if (isBegun) await query('DELETE FROM pearsana_bff.instances WHERE id = $1', [owner]);
    },
  };
}

const afterLease = `clock_timestamp() + $2::double precision * interval '1 ms'`;
const now = `floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now`;
