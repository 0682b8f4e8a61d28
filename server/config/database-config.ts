import { readFileSync } from 'node:fs';
import { errorCodeOf } from '../error-code.ts';
import { othersMay } from '../files/others-may.ts';
import { Secret } from '../secret.ts';
import type { Settings } from './settings.ts';

/** A database that many BFFs share, in place of the files of one. */
export type DatabaseConfig = {
  /** With its user and password. */
  url: Secret;
  /** The file that the URL is in, if it is in one: its password may be changed there. */
  urlFile?: string | undefined;
  /** The secret of the journal's digests, in hex. It is in no database, and all BFFs have the same. */
  journalKey: Secret;
};

const keyBytes = 32;

/** Undefined if what must last is kept in the data directory. */
export function readDatabase(settings: Settings): DatabaseConfig | undefined {
  const url = settings.secret('BFF_DATABASE_URL');
  const file = settings.path('BFF_JOURNAL_KEY_FILE');
  if (!settings.hasSecret('BFF_DATABASE_URL')) {
    if (settings.isSet('BFF_JOURNAL_KEY_FILE'))
      settings.fault(
        'BFF_JOURNAL_KEY_FILE is set, but BFF_DATABASE_URL is missing. Without a database, the BFF keeps a key of its own in its data directory.',
      );
    return undefined;
  }
  if (url && !isPostgresUrl(url.reveal()))
    settings.fault(
      'BFF_DATABASE_URL must be the URL of a PostgreSQL database, such as postgres://user:password@host:5432/database.',
    );
  if (file === undefined) {
    if (!settings.isSet('BFF_JOURNAL_KEY_FILE'))
      settings.fault(
        `BFF_DATABASE_URL is set, but BFF_JOURNAL_KEY_FILE is missing: set it to a file of ${keyBytes} random bytes (openssl rand -out journal-key ${keyBytes}), the same for every BFF.`,
      );
    return undefined;
  }
  const journalKey = readKey(settings, file);
  return url && journalKey && { url, urlFile: settings.path('BFF_DATABASE_URL_FILE'), journalKey };
}

export function isPostgresUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, pathname } = new URL(text);
  return ['postgres:', 'postgresql:'].includes(protocol) && hostname !== '' && pathname.length > 1;
}

function readKey(settings: Settings, file: string): Secret | undefined {
  try {
    const { read, write } = othersMay(file);
    if (read || write)
      settings.warn(
        `other users of this machine can read the file of BFF_JOURNAL_KEY_FILE. Make it private: chmod 600 ${file}`,
      );
    const bytes = readFileSync(file);
    if (bytes.byteLength === keyBytes) return new Secret(bytes.toString('hex'));
    return settings.fault(
      `BFF_JOURNAL_KEY_FILE must name a file of exactly ${keyBytes} bytes, as openssl rand -out journal-key ${keyBytes} makes.`,
    );
  } catch (error) {
    return settings.fault(`BFF_JOURNAL_KEY_FILE names a file that cannot be read (${errorCodeOf(error)}).`);
  }
}
