import { importBytes } from '../../journal/kept.ts';

export const schemaVersion = 2;

/**
 * A row of `writes` starts as `unknown`, so it is true at whatever moment the process ends. While its `owner` is alive, the
 * write counts as in flight; the outcome replaces both. `key_digest` is set as long as the key is taken. `kept_from` is the
 * running time of the row's last change. `bytes` is the size of the row with everything that belongs to it.
 */
const writes = `
  CREATE TABLE writes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    started_at INTEGER NOT NULL,
    caller TEXT NOT NULL,
    environment TEXT NOT NULL,
    operation TEXT NOT NULL,
    request_id TEXT NOT NULL,
    external_references TEXT NOT NULL,
    key_digest BLOB,
    fingerprint BLOB NOT NULL,
    owner TEXT,
    state TEXT NOT NULL DEFAULT 'unknown' CHECK (state IN ('unknown', 'succeeded', 'refused', 'not_sent')),
    ended_at INTEGER,
    code TEXT,
    partner TEXT,
    result TEXT,
    resolved_by TEXT,
    resolved_at INTEGER,
    import_id TEXT,
    kept_from INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE UNIQUE INDEX a_key_is_one_write ON writes (caller, environment, operation, key_digest)
    WHERE key_digest IS NOT NULL;
  CREATE INDEX writes_of_a_caller ON writes (caller, environment, id);
`;

/**
 * `persons` says which writes are about the same person. `callers` says how much is kept for each caller. `journal` has one
 * row: its name, a digest of the secret for all digests, and the running time (see `running-time.ts`), together with
 * `absences`. An import sends again what had succeeded up to the write `again_before`. `import_paces` says when the next row of
 * a caller's imports is due, in milliseconds since 1970.
 */
export const besideWrites = `
  CREATE INDEX writes_of_an_environment ON writes (environment, id);
  CREATE INDEX unresolved_writes ON writes (id) WHERE state = 'unknown';
  CREATE INDEX writes_by_age ON writes (kept_from) WHERE state <> 'unknown';
  CREATE INDEX submissions_of_a_document ON writes (fingerprint) WHERE operation = 'submitDocument';
  CREATE INDEX writes_of_an_import ON writes (import_id, state) WHERE import_id IS NOT NULL;
  CREATE TABLE persons (
    digest BLOB NOT NULL,
    write INTEGER NOT NULL REFERENCES writes ON DELETE CASCADE,
    PRIMARY KEY (digest, write)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX persons_of_a_write ON persons (write);
  CREATE TABLE callers (caller TEXT PRIMARY KEY, bytes INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TRIGGER bytes_are_added AFTER INSERT ON writes BEGIN
    INSERT INTO callers VALUES (new.caller, new.bytes) ON CONFLICT DO UPDATE SET bytes = bytes + new.bytes;
  END;
  CREATE TRIGGER bytes_are_changed AFTER UPDATE OF bytes ON writes BEGIN
    UPDATE callers SET bytes = bytes + new.bytes - old.bytes WHERE caller = new.caller;
  END;
  CREATE TRIGGER bytes_are_freed AFTER DELETE ON writes BEGIN
    UPDATE callers SET bytes = bytes - old.bytes WHERE caller = old.caller;
  END;
  CREATE TABLE imports (
    id TEXT NOT NULL UNIQUE,
    caller TEXT NOT NULL,
    environment TEXT NOT NULL,
    operation TEXT NOT NULL,
    rows INTEGER NOT NULL,
    digest TEXT NOT NULL,
    again_before INTEGER,
    started_at INTEGER NOT NULL,
    stopped_at INTEGER,
    last_at INTEGER NOT NULL,
    last_ran INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX imports_of_a_caller ON imports (environment, caller);
  CREATE INDEX imports_by_age ON imports (last_ran);
  CREATE TRIGGER bytes_of_imports_are_added AFTER INSERT ON imports BEGIN
    INSERT INTO callers VALUES (new.caller, ${importBytes})
      ON CONFLICT DO UPDATE SET bytes = bytes + ${importBytes};
  END;
  CREATE TRIGGER bytes_of_imports_are_freed AFTER DELETE ON imports BEGIN
    UPDATE callers SET bytes = bytes - ${importBytes} WHERE caller = old.caller;
  END;
  CREATE TABLE import_paces (
    caller TEXT NOT NULL,
    environment TEXT NOT NULL,
    due INTEGER NOT NULL,
    PRIMARY KEY (caller, environment)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE journal (
    id TEXT NOT NULL,
    secret BLOB NOT NULL,
    base INTEGER NOT NULL,
    ran INTEGER NOT NULL,
    counted_by TEXT
  ) STRICT;
  CREATE TABLE absences (since INTEGER NOT NULL, ms INTEGER NOT NULL) STRICT;
`;

export const schema = writes + besideWrites;
