import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, fetch as undiciFetch } from 'undici';
import { freePort } from '../../../scripts/free-port.ts';
import { readConfig } from '../../../server/config/read-config.ts';
import type {
  LocalPearsana,
  LocalPearsanaOptions,
} from '../../../server/local-pearsana/start-local-pearsana.ts';
import { createLog } from '../../../server/log.ts';
import { startBff } from '../../../server/start.ts';
import type { RunningBff } from '../../../server/start-parts.ts';
import { type Failure, failureBody } from '../../../shared/errors.ts';
import { type Partners, partnerVariables } from '../partner/partner-variables.ts';
import { storeVariables } from './test-store.ts';

export type CallInit = {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  /** How long to wait for the answer. */
  timeoutMs?: number;
};
export type Answer = { status: number; headers: Headers; text: string; body: unknown };

/** A real BFF in this process. */
export type TestBff = AsyncDisposable & {
  url: string;
  accessKey: string;
  /** Sends a request with the access key, or with the `authorization` in `init`; an empty one sends none. */
  call(path: string, init?: CallInit): Promise<Answer>;
  /** Everything that it logged, at level `trace`. */
  logLines: string[];
  running: RunningBff;
  stop(): Promise<void>;
};

type Variables = Record<string, string>;

const accessKey = 'pbff_an-access-key-for-tests-only';

/** A BFF whose environments are these partners. */
export async function startBffWith(
  partners: Partners,
  variables: Variables = {},
  given: Parameters<typeof startBff>[2] = {},
): Promise<TestBff> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'test-bff-'));
  const port = await freePort();
  const { config, faults } = readConfig({
    PORT: String(port),
    BFF_DATA_DIR: dataDirectory,
    BFF_ACCESS_KEY: accessKey,
    ...partnerVariables(partners),
    ...(await storeVariables(variables.BFF_DATA_DIR ?? dataDirectory)),
    ...variables,
  });
  assert(config, faults?.join('\n'));
  const logLines: string[] = [];
  const log = createLog('trace', { write: (line) => void logLines.push(line) });
  const removeData = () => rm(dataDirectory, { recursive: true, force: true });
  const running = await startBff(config, log, given).catch(async (error: unknown) => {
    await removeData();
    throw error;
  });
  const url = `http://127.0.0.1:${port}`;
  // The test's own connections: it closes them first, so that the BFF need not wait for idle ones.
  const dispatcher = new Agent({ connections: 64 });
  const stop = async () => {
    await dispatcher.destroy();
    await running.stop();
    await removeData();
  };

  const call = createCall(url, accessKey, dispatcher);
  return { url, accessKey, call, logLines, running, stop, [Symbol.asyncDispose]: stop };
}

/** Calls a BFF as a test does: with the access key, or with the `authorization` in `init`; an empty one sends none. */
export function createCall(url: string, accessKey: string, dispatcher: Agent): TestBff['call'] {
  return async function call(path, { headers = {}, timeoutMs, ...init } = {}) {
    const sent = { authorization: `Bearer ${accessKey}`, ...headers };
    const entries = Object.entries(sent).filter(([, value]) => value !== '');
    const response = await undiciFetch(url + path, {
      ...init,
      ...(timeoutMs !== undefined && { signal: AbortSignal.timeout(timeoutMs) }),
      headers: entries,
      redirect: 'manual',
      dispatcher,
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    return {
      status: response.status,
      headers: new Headers([...response.headers]),
      text,
      body: isJson ? JSON.parse(text) : undefined,
    };
  };
}

/** A BFF whose sandbox is a local Pearsana; so is production, if you pass options for it. */
export async function startTestBff(
  options: { variables?: Variables; pearsana?: LocalPearsanaOptions; production?: LocalPearsanaOptions } = {},
): Promise<TestBff & { pearsana: LocalPearsana; production: LocalPearsana | undefined }> {
  // Loaded only here, because it takes longer to load than everything else and most tests need none.
  const { startLocalPearsana } = await import('../../../server/local-pearsana/start-local-pearsana.ts');
  const pearsana = await startLocalPearsana(options.pearsana);
  const production = options.production && (await startLocalPearsana(options.production));
  const bff = await startBffWith({ sandbox: pearsana, ...(production && { production }) }, options.variables);
  const stop = async () => {
    await bff.stop();
    await Promise.all([pearsana.stop(), production?.stop()]);
  };
  return { ...bff, pearsana, production, stop, [Symbol.asyncDispose]: stop };
}

/** The failure in an answer. Fails unless the answer is the envelope, with the same request id in body and header. */
export function failureIn({ headers, text }: Pick<Answer, 'headers' | 'text'>): Failure {
  const { error } = failureBody.parse(JSON.parse(text));
  assert.equal(headers.get('x-request-id'), error.requestId);
  return error;
}
