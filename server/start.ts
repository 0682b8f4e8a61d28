import { createAccessKeyCheck, firstAccessKey } from './callers/access-key.ts';
import type { EnvironmentConfig } from './config/environment-config.ts';
import type { Config } from './config/read-config.ts';
import { createApp } from './http/app.ts';
import { limitBytesInFlight } from './http/bytes-in-flight.ts';
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

/** Builds the BFF from its parts and starts it. */
export async function startBff(config: Config, log: Log): Promise<RunningBff> {
  const key = config.accessKey
    ? { accessKey: config.accessKey, file: undefined }
    : firstAccessKey(config.dataDirectory);
  const local = config.local ? await startLocalEnvironment(config.maxBytesInFlight) : undefined;
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
    holdBytes: limitBytesInFlight(config.maxBytesInFlight),
    identify: createAccessKeyCheck(key.accessKey),
    log,
    isReady: () => ready,
  });
  async function stopOwnParts(): Promise<void> {
    for (const stop of stopWatching) stop();
    await local?.stop();
    await connections.destroy();
  }
  const listening = await listen(app, config).catch(async (error: unknown) => {
    // What goes on listening would keep a program alive that has said that it did not start.
    await stopOwnParts();
    throw error;
  });
  const url = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${listening.port}`;

  return {
    url,
    publicUrl: config.publicUrl,
    environments,
    accessKeyFile: key.file,
    accessKey: key.accessKey,
    async stop() {
      ready = false;
      await listening.close();
      await stopOwnParts();
    },
  };
}

/** The stand-in for the partner. It is a development dependency, so it is loaded only here, and only when used. */
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
