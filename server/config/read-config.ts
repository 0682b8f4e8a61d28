import { defaultFileLimits } from '../../shared/documents.ts';
import { largestUploadOf } from '../../shared/endpoint-row.ts';
import { endpoints } from '../../shared/endpoints.ts';
import type { FileLimits } from '../../shared/environments.ts';
import { isExpired, readAccessFile } from '../callers/access-file.ts';
import { isMisspelt } from '../callers/key-format.ts';
import { isWeak } from '../callers/key-strength.ts';
import { startedAs } from '../command-line/started-as.ts';
import type { OutboundProxy } from '../network/connections.ts';
import { isLoopback } from '../network/loopback.ts';
import type { Secret } from '../secret.ts';
import { type AllowedOrigins, readAllowedOrigins } from './allowed-origins.ts';
import { dataDirectoryWarnings, readDataDirectory } from './data-directory.ts';
import { type DatabaseConfig, readDatabase } from './database-config.ts';
import { type EnvironmentConfig, readEnvironments } from './environment-config.ts';
import { readProxy } from './proxy-config.ts';
import { readPublicUrl } from './public-url.ts';
import { readSessions, type SessionConfig } from './session-config.ts';
import { createSettings, type Settings, type Variables } from './settings.ts';
import { readWindows, type WindowConfig } from './window-config.ts';

/** The whole configuration, checked. It is read once, at the start, and passed down. */
export type Config = {
  host: string;
  port: number;
  environments: EnvironmentConfig[];
  /** Whether the local Pearsana runs too. */
  local: boolean;
  /** Undefined if none is configured: then one is made at the first start. */
  accessKey: Secret | undefined;
  dataDirectory: string;
  /** The database that holds what must last; undefined if the data directory does. */
  database: DatabaseConfig | undefined;
  /** `stdout` also prints the journal as JSON lines. Its database in the data directory is written in either case. */
  journal: (typeof journals)[number];
  publicUrl: string | undefined;
  /** How many proxies in front of the BFF are believed. */
  trustProxy: number;
  allowedOrigins: AllowedOrigins;
  /** Undefined if sign-in in a browser is not set up. */
  sessions: SessionConfig | undefined;
  windows: WindowConfig;
  /** The proxy between the BFF and Pearsana. Loopback is never reached through it. */
  proxy: OutboundProxy | undefined;
  partnerTimeoutMs: number;
  tokenTimeoutMs: number;
  rateLimitPerMinute: number;
  /** How many rows of imports a minute. Half as many in a protected environment; 0 means that nobody may import. */
  importRateLimitPerMinute: number;
  fileLimits: FileLimits;
  /** The most bytes that the bodies of all requests may have together. */
  maxBytesInFlight: number;
  /** Where metrics are served; undefined if they are not. */
  metrics: { host: string; port: number } | undefined;
  logLevel: (typeof logLevels)[number];
  production: boolean;
};

type ConfigOutcome =
  | { config: Config; warnings: string[]; faults?: undefined }
  | { config?: undefined; warnings: string[]; faults: string[] };

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const journals = ['file', 'stdout'] as const;
const leastKeyLength = 24;
/** As long as what `accessKeys` takes for a key. */
const mostKeyLength = 512;
/** Above it, a file is nothing for one JSON body. */
const fileRange = [1, 200_000_000] as const;
/** Twenty documents of 10 MB at once. With these, the BFF took 540 to 715 MB of memory. */
const usualBytesInFlight = 300 * 1024 * 1024;

/** Reads the configuration, or reports everything that is wrong with it. */
export function readConfig(variables: Variables): ConfigOutcome {
  const settings = createSettings(variables);
  const production = settings.text('NODE_ENV')?.toLowerCase() === 'production';
  const host = readHost(settings, 'HOST');
  const environments = readEnvironments(settings);
  const localWanted = settings.flag('BFF_LOCAL', false);
  const accessKey = readAccessKey(settings);
  const publicUrl = readPublicUrl(settings);
  const dataDirectory = readDataDirectory(settings);
  const database = readDatabase(settings);
  const isShared = settings.hasSecret('BFF_DATABASE_URL');
  const access = readAccessFile(dataDirectory);
  if (access.keys === undefined && !isShared) settings.fault(access.fault);
  if (!isLoopback(host)) {
    // A damaged file has its own fault, since it may contain keys; and so has a partly configured sign-in.
    // The keys in a database are read once it can be reached.
    const noKey = !isShared && !accessKey && access.keys?.every((key) => isExpired(key));
    if (noKey && !settings.isSet('BFF_OIDC_ISSUER'))
      settings.fault(
        `HOST is not loopback, but the BFF has no way to tell its callers apart: add access keys (${startedAs('access')} add …), set BFF_ACCESS_KEY, or set up a sign-in (BFF_OIDC_ISSUER).`,
      );
    if (!settings.isSet('BFF_PUBLIC_URL'))
      settings.fault(
        'HOST is not loopback, but BFF_PUBLIC_URL is missing: set it to the address that callers use.',
      );
  }
  if (production && localWanted) {
    settings.fault(
      'BFF_LOCAL is set, but the local Pearsana is for development only: unset BFF_LOCAL or NODE_ENV=production.',
    );
  }
  const noEnvironment = environments.length === 0 && settings.faults.length === 0;
  if (production && noEnvironment) {
    settings.fault(
      'No Pearsana environment is configured: set PEARSANA_SANDBOX_CLIENT_ID and PEARSANA_SANDBOX_CLIENT_SECRET, or the same with PRODUCTION.',
    );
  }

  if (!production && noEnvironment && settings.isSet('BFF_LOCAL') && !localWanted) {
    settings.fault(
      'BFF_LOCAL is false and no Pearsana environment is configured, so there is nothing to call: configure an environment, or unset BFF_LOCAL.',
    );
  }

  const local = !production && (localWanted || noEnvironment);
  const config: Config = {
    host,
    port: settings.integer('PORT', 8787, [0, 65_535]),
    environments,
    local,
    accessKey,
    dataDirectory,
    database,
    journal: settings.oneOf('BFF_JOURNAL', journals, 'file'),
    publicUrl,
    trustProxy: settings.integer('BFF_TRUST_PROXY', 0, [0, 10]),
    allowedOrigins: readAllowedOrigins(settings),
    sessions: readSessions(settings, {
      publicUrl,
      environments: environmentNamesOf({ environments, local }),
    }),
    windows: readWindows(settings),
    proxy: readProxy(settings, environments.length > 0 || settings.isSet('BFF_OIDC_ISSUER')),
    partnerTimeoutMs: settings.integer('PARTNER_TIMEOUT_MS', 10_000, [1, 600_000]),
    tokenTimeoutMs: settings.integer('TOKEN_TIMEOUT_MS', 5_000, [1, 600_000]),
    rateLimitPerMinute: settings.integer('RATE_LIMIT_PER_MINUTE', 120, [1, 1_000_000]),
    importRateLimitPerMinute: settings.integer('RATE_LIMIT_IMPORT_PER_MINUTE', 120, [0, 1_000_000]),
    ...readSizes(settings),
    metrics: readMetrics(settings),
    logLevel: settings.oneOf('LOG_LEVEL', logLevels, 'info'),
    production,
  };
  const warnings = [
    ...settings.warnings,
    ...settings
      .unread()
      .map((name) => `${name} is set, but the BFF does not know it. Check its spelling in .env.example.`),
    ...dataDirectoryWarnings(dataDirectory, { isShared }),
  ];
  return settings.faults.length > 0 ? { faults: settings.faults, warnings } : { config, warnings };
}

/** The names of all environments that callers can name, the local Pearsana included. */
export function environmentNamesOf({
  environments,
  local,
}: Pick<Config, 'environments' | 'local'>): string[] {
  return [...environments.map(({ id }) => id), ...(local ? ['local'] : [])];
}

/** An address to listen at; loopback unless told otherwise. In a URL an IPv6 address has brackets, and here it has none. */
function readHost(settings: Settings, name: string): string {
  return (settings.text(name) ?? '127.0.0.1').replace(/^\[(.*)\]$/, '$1');
}

/** The configured key of the owner. */
function readAccessKey(settings: Settings): Secret | undefined {
  const accessKey = settings.secret('BFF_ACCESS_KEY');
  if (!accessKey) return undefined;
  const key = accessKey.reveal();
  if (!/^[\x21-\x7e]+$/.test(key)) {
    settings.fault('BFF_ACCESS_KEY must be printable ASCII without spaces, since it is sent in a header.');
  } else if (key.length < leastKeyLength) {
    settings.fault(`BFF_ACCESS_KEY is too short to be safe: use at least ${leastKeyLength} characters.`);
  } else if (key.length > mostKeyLength) {
    settings.fault(`BFF_ACCESS_KEY is too long to be sent: use at most ${mostKeyLength} characters.`);
  } else if (isMisspelt(key)) {
    settings.fault(
      'BFF_ACCESS_KEY looks like a generated key, but its checksum is wrong: check for a mistyped or missing character.',
    );
  } else if (isWeak(key)) {
    settings.fault(
      'BFF_ACCESS_KEY can be guessed: it repeats itself, or consists of common words or of keys beside each other. Use a random one, such as openssl rand -hex 32 makes.',
    );
  }
  return accessKey;
}

/** Metrics are served on loopback, or where they are told to be. */
function readMetrics(settings: Settings): Config['metrics'] {
  const host = readHost(settings, 'BFF_METRICS_HOST');
  if (settings.isSet('BFF_METRICS_PORT'))
    return { host, port: settings.integer('BFF_METRICS_PORT', 0, [0, 65_535]) };
  if (settings.isSet('BFF_METRICS_HOST'))
    settings.fault(
      'BFF_METRICS_HOST is set, but BFF_METRICS_PORT is missing: set the port of the metrics, such as 9464.',
    );
  return undefined;
}

/**
 * The data directory, even if other parts of the configuration are wrong.
 * @throws Error if it cannot be determined. The message says how to correct that.
 */
export function dataDirectoryOf(variables: Variables): string {
  const settings = createSettings(variables);
  const directory = readDataDirectory(settings);
  if (settings.faults.length > 0) throw new Error(settings.faults.join('\n'));
  return directory;
}

/**
 * The database, even if other parts of the configuration are wrong; undefined if none is configured.
 * @throws Error if its settings have faults. The message says how to correct them.
 */
export function databaseOf(variables: Variables): DatabaseConfig | undefined {
  const settings = createSettings(variables);
  const database = readDatabase(settings);
  if (settings.faults.length > 0) throw new Error(settings.faults.join('\n'));
  return database;
}

/** How large files may be, and all request bodies together. */
function readSizes(settings: Settings): Pick<Config, 'fileLimits' | 'maxBytesInFlight'> {
  const fileLimits = {
    document: settings.integer('MAX_DOCUMENT_BYTES', defaultFileLimits.document, fileRange),
    batch: settings.integer('MAX_BATCH_BYTES', defaultFileLimits.batch, fileRange),
  };
  const maxBytesInFlight = settings.integer('MAX_BYTES_IN_FLIGHT', usualBytesInFlight, [1, 999_999_999]);
  const largestBody = largestUploadOf(endpoints, fileLimits);
  if (maxBytesInFlight < largestBody) {
    settings.fault(
      `MAX_BYTES_IN_FLIGHT must be at least ${largestBody}: one request with MAX_DOCUMENT_BYTES or MAX_BATCH_BYTES takes that much, since base64 adds a third.`,
    );
  }
  return { fileLimits, maxBytesInFlight };
}
