import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseConfig } from '../../../server/config/database-config.ts';
import { Secret } from '../../../server/secret.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** What BFFs that share a database have in common. */
export type Shared = AsyncDisposable & {
  variables: Record<string, string>;
  config: DatabaseConfig;
  journalKeyFile: string;
};

/** The settings for a database with this URL, with a new key for its journal. */
export function shareDatabase(url: Secret, key: Uint8Array = randomBytes(32)): Shared {
  const folder = temporaryFolder();
  const journalKeyFile = join(folder.path, 'journal-key');
  writeFileSync(journalKeyFile, key, { mode: 0o600 });
  return {
    variables: { BFF_DATABASE_URL: url.reveal(), BFF_JOURNAL_KEY_FILE: journalKeyFile },
    config: { url, journalKey: new Secret(Buffer.from(key).toString('hex')) },
    journalKeyFile,
    [Symbol.asyncDispose]: async () => folder[Symbol.dispose](),
  };
}
