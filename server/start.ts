import { createAccessKeyCheck, firstAccessKey } from './callers/access-key.ts';
import type { EnvironmentConfig } from './config/environment-config.ts';
import type { Config } from './config/read-config.ts';
import { createApp } from './http/app.ts';
import { listen } from './http/listen.ts';
import type { Log } from './log.ts';
import { createApiVersions } from './partner/api-versions.ts';
import { createPartnerClient } from './partner/call-partner.ts';
import { createConnections } from './partner/connections.ts';
import { inFlightLimits, limitInFlight } from './partner/in-flight.ts';
import { createTransport } from './partner/transport.ts';
import { Secret } from './tokens/secret.ts';
import { watchSecretFile } from './tokens/secret-file.ts';
import { createTokenRequest } from './tokens/token-request.ts';
import { createTokenRoom } from './tokens/token-room.ts';

/** A BFF that answers, and how to end it. */
export type RunningBff = {
  /** Where it listens. */
  url: string;
  /** The address that callers use, where that is another one. */
  publicUrl: string | undefined;
  environments: readonly EnvironmentConfig[];
  /** Where the access key lies that this BFF made for itself; absent when one is configured. */
  accessKeyFile: string | undefined;
  accessKey: Secret;
  /** Ends it gently: what is under way is finished first. */
  stop(): Promise<void>;
};

/** A supervisor that has asked us to end seldom waits longer than half a minute. */
const longestStopMs = 20_000;

/** Builds the BFF from its parts and starts it. */
export async function startBff(config: Config, log: Log): Promise<RunningBff> {
  const key = config.accessKey
    ? { accessKey: config.accessKey, file: undefined }
    : firstAccessKey(config.dataDirectory);
  const local = config.local ? await startLocalEnvironment() : undefined;
  const environments = local ? [...config.environments, local.environment] : config.environments;

  const connections = createConnections(config.proxy);
  const transport = createTransport({ connections, timeoutMs: config.partnerTimeoutMs });
  const requestToken = createTokenRequest({
    dispatcher: connections.fresh,
    timeoutMs: config.tokenTimeoutMs,
  });
  const credentials = environments.map((each) => each.credentials);
  const tokens = createTokenRoom({ credentials, requestToken, transport, log });
  const stopWatching = credentials.flatMap(({ environment, clientSecretFile }) =>
    clientSecretFile === undefined
      ? []
      : [watchSecretFile(clientSecretFile, () => tokens.rereadSecret(environment))],
  );
  const versions = createApiVersions();
  const enterFlight = limitInFlight(inFlightLimits);

  let ready = true;
  const app = createApp({
    ...config,
    environments,
    tokens,
    callPartner: createPartnerClient({ tokens, transport, enterFlight, versions }),
    newerApiVersion: versions.newer,
    identify: createAccessKeyCheck(key.accessKey),
    log,
    isReady: () => ready,
  });
  async function stopOwnParts(longestMs: number): Promise<void> {
    for (const stop of stopWatching) stop();
    // A write goes on without its caller: then no connection of a caller's tells that it is under way.
    await connections.close(longestMs);
    await local?.stop();
  }
  const listening = await listen(app, config).catch(async (error: unknown) => {
    // What goes on listening would keep a program alive that has said that it did not start.
    await stopOwnParts(0);
    throw error;
  });
  const url = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${listening.port}`;

  async function stopGently(): Promise<void> {
    const end = performance.now() + longestStopMs;
    ready = false;
    await listening.close(longestStopMs);
    await stopOwnParts(Math.max(0, end - performance.now()));
  }
  let stopped: Promise<void> | undefined;

  return {
    url,
    publicUrl: config.publicUrl,
    environments,
    accessKeyFile: key.file,
    accessKey: key.accessKey,
    stop() {
      stopped ??= stopGently();
      return stopped;
    },
  };
}

/** The stand-in for the partner. It is a development dependency, so it is loaded only here, and only when used. */
async function startLocalEnvironment(): Promise<{ environment: EnvironmentConfig; stop(): Promise<void> }> {
  const { startLocalPearsana } = await import('./local-pearsana/start-local-pearsana.ts');
  const { apiUrl, authUrl, clientId, clientSecret, stop } = await startLocalPearsana();
  const credentials = { environment: 'local', authUrl, clientId, clientSecret: new Secret(clientSecret) };
  return {
    environment: { id: 'local', name: 'local', kind: 'local', protected: false, apiUrl, credentials },
    stop,
  };
}
