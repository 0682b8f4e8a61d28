import { type DestinationStream, pino } from 'pino';
import type { AccessKeyLog } from './callers/access-keys.ts';
import type { RequestLog } from './http/middleware/request-context.ts';
import type { JournalLog } from './journal/journal.ts';
import type { SessionLog } from './sessions/sessions.ts';
import { standardOutput } from './standard-output.ts';
import type { DatabaseLog } from './store/postgres/postgres-store.ts';
import type { TokenLog } from './tokens/token-room.ts';

/**
 * The log, redacted by construction: each kind of line is a function that names the fields it writes. It never takes an
 * object, a header, a body or somebody else's error message.
 */
export type Log = RequestLog &
  TokenLog &
  AccessKeyLog &
  SessionLog &
  JournalLog &
  DatabaseLog & {
    ready: (facts: {
      url: string;
      publicUrl: string | undefined;
      environments: readonly string[];
      accessKeyFile: string | undefined;
    }) => void;
    shutdown: (why: string) => void;
  };

/** @param stream where the lines go: each is one JSON object. Standard output unless told otherwise. */
export function createLog(level: string, stream: DestinationStream = standardOutput()): Log {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: createTimes(),
      formatters: { level: (word) => ({ level: word }) },
    },
    stream,
  );
  return {
    request(context, { method, status, durationMs }) {
      const {
        requestId,
        address,
        path,
        operation,
        environment,
        caller,
        code,
        missingGrant,
        outcome,
        replayed,
        importId,
        partnerMs,
        partnerRequestId,
        journalId,
        host,
      } = context;
      const line = {
        requestId,
        address,
        method,
        path,
        operation,
        environment,
        caller: caller?.id,
        status,
        code,
        host,
        missingGrant,
        outcome,
        replayed,
        import: importId,
        durationMs,
        partnerMs,
        partnerRequestId,
        journal: journalId,
      };
      if (status === null) logger.warn(line, 'the caller went away');
      else if (status >= 500) logger.warn(line, 'request');
      else if (operation === undefined && status < 400) logger.debug(line, 'request');
      // The limit on wrong keys: the first ones have been logged, and nobody may fill the log with the others.
      else if (code === 'RATE_LIMITED' && caller === undefined) logger.debug(line, 'request');
      else logger.info(line, 'request');
    },
    unexpected(error, requestId) {
      const name = error instanceof Error ? error.name : typeof error;
      // A message may quote its input, so only the stack frames are logged.
      const stack = error instanceof Error ? error.stack?.replace(error.message, '') : undefined;
      const frames = stack?.split('\n').filter((each) => /^\s+at /.test(each)) ?? [];
      logger.error({ requestId, name, at: frames.map((frame) => frame.trim()) }, 'unexpected error');
    },
    ready({ url, publicUrl, environments, accessKeyFile }) {
      logger.info({ url, publicUrl, environments, accessKeyFile }, `ready at ${url}`);
      // Scripts wait for this line.
      logger.flush();
    },
    tokenFailed: ({ environment, scopes, code, servesUntil }) =>
      logger.warn(
        { environment, scopes, code, servesUntil },
        servesUntil === null
          ? 'no token could be obtained'
          : 'no new token could be obtained: the old one is still in use',
      ),
    secretReplaced: (environment) => logger.info({ environment }, 'the client secret was replaced'),
    secretUnreadable: (environment, code) =>
      logger.warn(
        { environment, code },
        'the file of the client secret cannot be read: the old secret is still in use',
      ),
    journalFailed: (failed) =>
      logger.error(
        failed,
        failed.step === 'outcome'
          ? 'the outcome of a write could not be recorded yet: the BFF keeps trying'
          : 'the journal cannot be used, so no write is sent',
      ),
    outcomesLost: (count) =>
      logger.error({ count }, 'the outcomes of writes could not be recorded: they stay unknown'),
    accessKeysRead: (count) => logger.info({ count }, 'the access file changed: its keys are now valid'),
    ownKeyReplaced: () => logger.info('the owner key was rotated: only the new key is valid'),
    accessFileUnreadable: (why) => logger.warn(`${why} The keys that were valid before stay valid.`),
    databaseUrlReplaced: () => logger.info('the URL of the database was replaced: new connections use it'),
    databaseUrlUnreadable: (code) =>
      logger.warn({ code }, 'the file of BFF_DATABASE_URL_FILE cannot be used: the old URL is still in use'),
    journalNotRemembered: (code) =>
      logger.warn(
        { code },
        'the data directory (BFF_DATA_DIR) cannot keep which journal this BFF uses: after a restart, it would not notice another database',
      ),
    providerFailed: (reason) => logger.warn({ reason }, 'the identity provider cannot sign anybody in'),
    userinfoFailed: ({ caller, reason }) =>
      logger.warn(
        { caller, reason },
        'the identity provider’s userinfo endpoint failed: a sign-in was decided by the ID token alone',
      ),
    claimUnread: ({ caller, claim, form }) =>
      logger.warn(
        { caller, claim, form },
        form === 'link'
          ? 'the identity provider sent a link in place of a claim that BFF_OIDC_GRANTS asks for: let it send the values, for example only the groups that are assigned to the BFF'
          : 'the identity provider sent a claim that BFF_OIDC_GRANTS asks for nested in an object: let it send the claim on its own, as a text or a list of texts',
      ),
    loginSecretReplaced: () => logger.info('the client secret for the identity provider was replaced'),
    loginSecretUnreadable: (code) =>
      logger.warn(
        { code },
        'the file of BFF_OIDC_CLIENT_SECRET_FILE cannot be read: the old secret is still in use',
      ),
    lastUseNotWritten: (code) => logger.warn({ code }, 'cannot record when each access key was last used'),
    warn: (sentence) => logger.warn(sentence),
    shutdown: (why) => logger.info(`shutting down: ${why}`),
  };
}

/** The time as a line has it. Making a text of it takes longer than the rest of a line, so lines of one millisecond share it. */
function createTimes(): () => string {
  let last = 0;
  let text = '';
  return () => {
    const now = Date.now();
    if (now !== last) text = `,"time":"${new Date(now).toISOString()}"`;
    last = now;
    return text;
  };
}
