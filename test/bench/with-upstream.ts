import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Upstream } from './upstream.ts';

/** Measures something with a running upstream and a temporary folder, and removes both. */
export async function withUpstream<Found>(
  find: (upstream: Upstream, folder: string) => Promise<Found>,
): Promise<Found> {
  const partner = fork(join(import.meta.dirname, 'upstream.ts'));
  const partnerEnded = once(partner, 'exit');
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const [upstream]: Upstream[] = await once(partner, 'message');
    if (!upstream) throw new Error('The upstream did not say where it listens.');
    return await find(upstream, folder);
  } finally {
    partner.kill();
    await partnerEnded;
    rmSync(folder, { recursive: true, force: true });
  }
}
