import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copiedAtFile, journalFile, journalKeyFile, movedFile } from '../../config/journal-files.ts';
import type { DatabaseSync } from '../../files/sqlite.ts';
import { createDigests, type Digests } from '../../journal/digests.ts';
import { JournalFault } from '../../journal/journal-fault.ts';
import { schema, schemaVersion } from './schema.ts';
import { takeOver } from './take-over.ts';

export const ownerOnly = 0o600;
const secretBytes = 32;

const keyFile = (directory: string) => join(directory, journalKeyFile);

const versionOf = (database: DatabaseSync) =>
  Number(database.prepare('PRAGMA user_version').get()?.user_version);

/** Whether it has the tables of this version. */
export function isPrepared(database: DatabaseSync): boolean {
  return versionOf(database) === schemaVersion;
}

/** Creates the tables, or converts those of an older version, if needed. */
export function prepareSchema(database: DatabaseSync, directory: string, now: number): void {
  const version = versionOf(database);
  if (version === schemaVersion) return;
  if (version > schemaVersion) {
    throw new JournalFault(
      'the journal belongs to a newer version',
      `${join(directory, journalFile)} was written by a newer version of the BFF (its schema is ${version}, this version needs ${schemaVersion}). Update this BFF, or start the newer one.`,
    );
  }
  if (version === 0) {
    // The key is created after the tables, so this key belongs to a journal that is missing.
    if (sizeOf(keyFile(directory)) === secretBytes) throw gone(directory);
    database.exec(schema);
  } else {
    const digests = knownDigests(database, directory, 'SELECT digest FROM secret');
    takeOver(database, digests);
    nameJournal(database, digests, now);
  }
  database.exec(`PRAGMA user_version = ${schemaVersion}`);
}

/** The digests of this journal. A new journal gets a new secret. */
export function preparedDigests(database: DatabaseSync, directory: string, now: number): Digests {
  const file = keyFile(directory);
  if (database.prepare('SELECT id FROM journal').get()) {
    return knownDigests(database, directory, 'SELECT secret AS digest FROM journal');
  }
  // The key exists already if the process was killed between here and the next step.
  if (sizeOf(file) !== secretBytes) {
    const part = `${file}.part`;
    writeFileSync(part, randomBytes(secretBytes), { mode: ownerOnly, flush: true });
    renameSync(part, file);
  }
  const digests = createDigests(readFileSync(file));
  nameJournal(database, digests, now);
  return digests;
}

/** @param now the beginning of its running time. From then on, the wall clock is only compared. */
function nameJournal(database: DatabaseSync, digests: Digests, now: number): void {
  database
    .prepare('INSERT INTO journal VALUES (?, ?, ?, 0, NULL)')
    .run(`jrn_${randomUUID().replaceAll('-', '')}`, digests.ofNothing(), now);
}

/** With another secret, every key would look new, and could be used again. */
function knownDigests(database: DatabaseSync, directory: string, query: string): Digests {
  const file = keyFile(directory);
  if (sizeOf(file) > 0) {
    const digests = createDigests(readFileSync(file));
    const known = database.prepare(query).get()?.digest;
    if (known instanceof Uint8Array && Buffer.compare(digests.ofNothing(), known) === 0) return digests;
  }
  throw new JournalFault(
    'the key does not belong to the journal',
    `${file} is missing, or does not belong to the ${journalFile} beside it. Restore it from a backup; or move both files away, and the BFF forgets all earlier writes.`,
  );
}

export function gone(directory: string): JournalFault {
  if (sizeOf(join(directory, movedFile)) > 0)
    return new JournalFault(
      'the journal was moved',
      `The journal of ${directory} was moved into a database (${movedFile} is what it was before). Set BFF_DATABASE_URL and BFF_JOURNAL_KEY_FILE, so that the BFF uses that one.`,
    );
  return new JournalFault(
    'the journal is missing',
    `${join(directory, journalFile)} is missing or empty, but the ${journalKeyFile} beside it shows that there was a journal. Restore it from a backup; or move ${journalKeyFile} away, and the BFF forgets all earlier writes.`,
  );
}

/**
 * Stops whoever would send writes with the journal of a backup, until somebody has looked at what it lacks.
 * @throws JournalFault
 */
export function requireNoBackup(directory: string): void {
  const file = join(directory, copiedAtFile);
  if (sizeOf(file) === 0) return;
  throw new JournalFault(
    'the journal is a backup',
    `${directory} was restored from a backup of ${readFileSync(file, 'utf8').trim()}. Its journal lacks the writes that were sent after that, and a retry of one of them would be sent a second time. Look in the Pearsana portal at what was sent since, and tell your colleagues. Then remove ${file}, and start the BFF.`,
  );
}

/** In bytes; 0 if the file does not exist. */
export function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
