import { largestUploadOf } from '../shared/endpoint-row.ts';
import { endpoints } from '../shared/endpoints.ts';
import { loginCallbackPath } from '../shared/sign-in.ts';
import type { AccessKeys } from './callers/access-keys.ts';
import { clock } from './clock.ts';
import type { EnvironmentConfig, EnvironmentFacts } from './config/environment-config.ts';
import type { Config } from './config/read-config.ts';
import type { SessionConfig } from './config/session-config.ts';
import { whenFileChanges } from './files/watch-file.ts';
import { importsPerMinuteOf } from './http/api/import-answers.ts';
import { createApp } from './http/app.ts';
import { limitBytesInFlight } from './http/bytes-in-flight.ts';
import { listen } from './http/listen.ts';
import { createWriteBudget } from './http/middleware/rate-limits.ts';
import type { Journal } from './journal/journal.ts';
import { createSendOnce } from './journal/send-once.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { ServedMetrics } from './metrics/serve-metrics.ts';
import { createBoundedFetch } from './network/bounded-exchange.ts';
import { type Connections, createConnections } from './network/connections.ts';
import { createTransport } from './network/transport.ts';
import type { DescribedTable } from './openapi/openapi-document.ts';
import { createApiVersions } from './partner/api-versions.ts';
import { createPartnerClient } from './partner/call-partner.ts';
import { inFlightLimits, limitInFlight } from './partner/in-flight.ts';
import { createReadiness } from './readiness.ts';
import { Secret } from './secret.ts';
import type { OpenHandles } from './sessions/handle-store.ts';
import { createSessions, type Sessions } from './sessions/sessions.ts';
import { standardOutput } from './standard-output.ts';
import type { Store } from './store/store.ts';
import { createTokenRequest } from './tokens/token-request.ts';
import { createTokenRoom, type TokenRoom } from './tokens/token-room.ts';
import { createReturnAddressCheck } from './window-codes/return-address.ts';
import { createWindowCodes } from './window-codes/window-codes.ts';

/** A running BFF, and how to stop it. */
export type RunningBff = {
  /** Where it listens. */
  url: string;
  /** The address that callers use, if it is a different one. */
  publicUrl: string | undefined;
  environments: readonly EnvironmentFacts[];
  /** The file of the owner's key that this BFF made; undefined if a key is configured, or if there is no owner's key. */
  accessKeyFile: string | undefined;
  /** The owner's key, with every grant; undefined if there are only the keys of the access file. */
  accessKey: Secret | undefined;
  /** Stops the BFF, after finishing what is in progress. */
  stop(): Promise<void>;
};

/** Supervisors rarely wait longer than half a minute before they kill a process. */
const longestStopMs = 20_000;

/** The owner's key, and its file if this BFF made it. */
export type OwnKey = { accessKey: Secret; file?: string };

/** What the BFF opens first: where it keeps what must last, and what is read from there. */
export type Opened = {
  own: OwnKey | undefined;
  store: Store;
  accessKeys: AccessKeys;
  journal: Journal;
};

/** Builds the other parts of the BFF, and listens. */
export async function startParts(
  config: Config,
  log: Log,
  { own, store, accessKeys, journal, described }: Opened & { described?: DescribedTable | undefined },
): Promise<RunningBff> {
  const { dataDirectory } = config;
  const local = config.local ? await startLocalEnvironment(config.maxBytesInFlight) : undefined;
  const configured = local ? [...config.environments, local.environment] : config.environments;
  // Only the token room gets the credentials.
  const credentials = configured.map((each) => each.credentials);
  const environments = configured.map(({ credentials: _, ...facts }): EnvironmentFacts => facts);

  const connections = createConnections(config.proxy);
  const transport = createTransport({ connections, timeoutMs: config.partnerTimeoutMs });
  const requestToken = createTokenRequest({
    dispatcher: connections.fresh,
    timeoutMs: config.tokenTimeoutMs,
  });
  const tokens = createTokenRoom({ credentials, requestToken, transport, log });
  const { openHandles } = store;
  const sessions =
    config.sessions &&
    (await openSessions(config.sessions, openHandles, connections, config.tokenTimeoutMs, log));
  const watched = [
    ...credentials.map(({ environment, clientSecretFile }) => ({
      file: clientSecretFile,
      reread: () => tokens.rereadSecret(environment),
    })),
    { file: config.sessions?.clientSecretFile, reread: () => sessions?.rereadSecret() },
  ];
  const stopWatching = watched.flatMap(({ file, reread }) =>
    file === undefined ? [] : [whenFileChanges(file, reread)],
  );
  const versions = createApiVersions();
  const enterFlight = limitInFlight(inFlightLimits);
  const callPartner = createPartnerClient({ tokens, transport, enterFlight, versions });

  let isStopping = false;
  const { host, publicUrl, trustProxy, allowedOrigins, fileLimits, windows } = config;
  const perMinute = { requests: config.rateLimitPerMinute, importRows: config.importRateLimitPerMinute };
  const table = described?.table ?? endpoints;
  const holdBytes = limitBytesInFlight(config.maxBytesInFlight, largestUploadOf(table, fileLimits));
  const metrics =
    config.metrics && (await loadMetrics({ environments, tokens, journal, bytesInFlight: holdBytes.held }));
  const app = createApp({
    endpoints: table,
    described,
    address: { host, publicUrl, trustProxy },
    callers: {
      accessKeys,
      sessions,
      allowedOrigins,
      perMinute,
    },
    api: {
      environments,
      tokens,
      callPartner,
      sendOnce: createSendOnce(journal, callPartner),
      spendWrite: createWriteBudget(config.rateLimitPerMinute),
      importsPerMinute: importsPerMinuteOf(config.importRateLimitPerMinute),
      journal,
      newerApiVersion: versions.newer,
      fileLimits,
      holdBytes,
    },
    windows: {
      windowCodes: createWindowCodes(openHandles),
      returnAddressOf: createReturnAddressCheck({
        schemes: windows.schemes,
        origins: windows.origins,
        vscodeWeb: allowedOrigins.vscodeWeb,
      }),
      keySeconds: windows.keySeconds,
      accessKeys,
    },
    log: metrics ? { ...log, request: metrics.beside(log.request) } : log,
    readiness: createReadiness({
      ...{ tokens, journal, dataDirectory },
      ...{ areKeysRead: accessKeys.areRead, isStopping: () => isStopping },
    }),
  });
  async function stopOwnParts(longestMs: number): Promise<void> {
    await servedMetrics?.stop();
    for (const stop of stopWatching) stop();
    // A write continues without its caller, so callers' connections do not show that it is in progress.
    await connections.close(longestMs);
    // Its outcome must be recorded.
    await journal.settle();
    await accessKeys.stop();
    await local?.stop();
    await journal.close();
    await store.close();
  }
  let servedMetrics: ServedMetrics | undefined;
  async function listenEverywhere() {
    await journal.opened;
    servedMetrics = metrics && config.metrics && (await metrics.serve(config.metrics));
    return listen(app, config);
  }
  const listening = await listenEverywhere().catch(async (error: unknown) => {
    // Anything that still listens would keep the program alive after it said that it did not start.
    await stopOwnParts(0);
    throw error;
  });
  const url = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${listening.port}`;

  async function stopGently(): Promise<void> {
    const end = performance.now() + longestStopMs;
    isStopping = true;
    await listening.close(longestStopMs);
    await stopOwnParts(Math.max(0, end - performance.now()));
  }
  let stopped: Promise<void> | undefined;

  return {
    url,
    publicUrl: config.publicUrl,
    environments,
    accessKeyFile: own?.file,
    accessKey: own?.accessKey,
    stop() {
      stopped ??= stopGently();
      return stopped;
    },
  };
}

/** The library for OpenID is loaded only where people sign in, so that nobody else's start waits for it. */
async function openSessions(
  config: SessionConfig,
  openHandles: OpenHandles,
  connections: Connections,
  timeoutMs: number,
  log: Log,
): Promise<Sessions> {
  const { createIdentityProvider } = await import('./sessions/identity-provider.ts');
  const redirectUri = config.publicOrigin + loginCallbackPath;
  const fetch = createBoundedFetch(connections.fresh);
  return createSessions({
    config,
    provider: createIdentityProvider({ ...config, redirectUri, fetch, timeoutMs, clock, log }),
    openHandles,
    log,
  });
}

/** Loaded only where metrics are wanted, so that nobody else's start waits for it. */
async function loadMetrics(sources: {
  environments: readonly EnvironmentFacts[];
  tokens: TokenRoom;
  journal: Journal;
  bytesInFlight: () => number;
}): Promise<Metrics> {
  const { createMetrics } = await import('./metrics/metrics.ts');
  const environments = sources.environments.map(({ id }) => id);
  return createMetrics({ ...sources, environments, linesLost: () => standardOutput().lost() });
}

/** The stand-in for Pearsana. It needs development dependencies, so it is loaded only here, and only when used. */
async function startLocalEnvironment(
  mostDocumentBytes: number,
): Promise<{ environment: EnvironmentConfig; stop(): Promise<void> }> {
  const { startLocalPearsana } = await import('./local-pearsana/start-local-pearsana.ts');
  const { apiUrl, authUrl, clientId, clientSecret, stop } = await startLocalPearsana({ mostDocumentBytes });
  const credentials = { environment: 'local', authUrl, clientId, clientSecret: new Secret(clientSecret) };
  return {
    environment: { id: 'local', name: 'local', kind: 'local', protected: false, apiUrl, credentials },
    stop,
  };
}
