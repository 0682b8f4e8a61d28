import { startedAs } from '../command-line/started-as.ts';
import { version } from '../version.ts';

/** Commands and what they do, in two columns. */
function lines(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([command]) => command.length));
  return rows.map(([command, words]) => `  ${command.padEnd(width)}   ${words}`).join('\n');
}

/** `--help`: everything that the program can be started with. */
export const manual =
  (): string => `Pearsana BFF ${version}: keeps Pearsana’s client secret and tokens, and offers its operations to your callers.

Usage:
${lines([
  [startedAs(), 'starts the BFF in the foreground; SIGTERM or Ctrl-C stops it'],
  [startedAs('--check'), 'checks the configuration and the data directory, and does not listen'],
  [startedAs('--check --tokens'), 'also asks each environment for a token'],
  [
    startedAs('--check --proxy'),
    'also calls the running BFF at BFF_PUBLIC_URL, and says what its proxy forgets',
  ],
  [`${startedAs('access')} <command>`, 'adds, lists, rotates and removes access keys'],
  [`${startedAs('journal')} <command>`, 'shows what was sent, and resolves writes with an unknown outcome'],
  [startedAs('migrate'), 'makes or updates the tables of the database (BFF_DATABASE_URL)'],
  [
    startedAs('move-to-database'),
    'moves the journal and the access keys from the data directory there, once',
  ],
  [startedAs('--version'), 'prints the version'],
  [startedAs('--help'), 'prints this'],
])}

Configuration: environment variables, or the file .env in the folder where the program is started. The variables win.
  PEARSANA_SANDBOX_CLIENT_ID, PEARSANA_SANDBOX_CLIENT_SECRET    the sandbox (…_CLIENT_SECRET_FILE: a file instead)
  PEARSANA_PRODUCTION_CLIENT_ID, …_CLIENT_SECRET                production, where every write is confirmed by name
  HOST, PORT                     where it listens (127.0.0.1, 8787; PORT=0 takes a free one)
  BFF_PUBLIC_URL                 the address that callers use; required if HOST is not loopback
  BFF_TRUST_PROXY                how many proxies are in front (0)
  BFF_DATA_DIR                   the data directory (~/.pearsana-bff): access keys and the journal
  BFF_DATABASE_URL               a PostgreSQL database in its place, which many BFFs share
  BFF_JOURNAL_KEY_FILE           then: a file of 32 random bytes, the same for all of them
  BFF_ACCESS_KEY                 one access key with every grant
  BFF_ALLOWED_ORIGINS            the pages that may call it from a browser
  LOG_LEVEL                      debug, info (default), warn, error or silent
.env.example explains all of them, and docs/operate.md how to run the BFF for others.

Exit status: 0 after a stop, 1 if it could not start or a check failed.
`;
