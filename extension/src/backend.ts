import type * as vscode from 'vscode';
import { backendOrigin, type CallOptions, type Client, createClient } from '../../shared/client.ts';
import type { EnvironmentsAnswer } from '../../shared/environments.ts';
import type { OperationName, Success } from '../../shared/operations.ts';
import { CommandError } from './command-failure.ts';
import { type LogCall, logged } from './log.ts';

export type BackendDependencies = {
  /** The setting, as it is at this moment. */
  readUrl: () => string;
  secrets: Pick<vscode.SecretStorage, 'get' | 'store' | 'delete'>;
  log: LogCall;
  /** For tests. */
  fetch?: typeof fetch;
};

/** The BFF that the setting names, called with the access key that belongs to it. */
export type Backend = {
  /** @throws CommandError when the setting is no address that a key may be sent to. */
  origin(): string;
  /** Calls an operation of the table. */
  call<Name extends OperationName>(name: Name, options: CallOptions<Name>): Promise<Success<Name>>;
  environments(signal?: AbortSignal): Promise<EnvironmentsAnswer & { origin: string }>;
  /** Asks the BFF whether it takes this key, and keeps it if so. @returns the origin it is good for. */
  signIn(accessKey: string, signal?: AbortSignal): Promise<string>;
  /** Forgets the key. @returns the origin that it was for. */
  signOut(): Promise<string>;
};

/** The part of the client that follows from the table; by this type the compiler keeps name, options and answer together. */
type OperationMethods = {
  [Name in OperationName]: (options: CallOptions<Name>) => Promise<Success<Name>>;
};

/** These two are answered by the BFF itself, so there is no partner to wait for. */
const ownAnswerTimeoutMs = 10_000;

const secretPrefix = 'accessKey:';

/** Where the key of an origin is kept. A key is only ever looked up by the origin that it is then sent to. */
export function accessKeyName(origin: string): string {
  return `${secretPrefix}${origin}`;
}

export function isAccessKeyName(name: string): boolean {
  return name.startsWith(secretPrefix);
}

export function createBackend({ readUrl, secrets, log, fetch }: BackendDependencies): Backend {
  function origin(): string {
    try {
      return backendOrigin(readUrl().trim());
    } catch (error) {
      const message = error instanceof Error ? error.message : 'The BFF’s address is not usable.';
      throw new CommandError('BACKEND_URL_INVALID', message);
    }
  }

  function clientOf(baseUrl: string, accessKey: string, timeoutMs?: number): Client {
    return createClient({
      baseUrl,
      accessKey,
      ...(fetch && { fetch }),
      ...(timeoutMs !== undefined && { timeoutMs }),
    });
  }

  /** The setting is read once for each call: were it to change meanwhile, the key still goes where it belongs. */
  async function connect(timeoutMs?: number): Promise<{ at: string; client: Client }> {
    const at = origin();
    const accessKey = await secrets.get(accessKeyName(at));
    if (accessKey === undefined) {
      throw new CommandError('NOT_SIGNED_IN', `You are not signed in to the BFF at ${at}.`);
    }
    return { at, client: clientOf(at, accessKey, timeoutMs) };
  }

  return {
    origin,
    async call(name, options) {
      const { client } = await connect();
      const methods: OperationMethods = client;
      const method = methods[name];
      return logged(log, name, options.environment, () => method(options));
    },
    async environments(signal) {
      const { at, client } = await connect(ownAnswerTimeoutMs);
      const answer = await logged(log, 'environments', undefined, () =>
        client.environments(signal ? { signal } : {}),
      );
      return { ...answer, origin: at };
    },
    async signIn(accessKey, signal) {
      const at = origin();
      const client = clientOf(at, accessKey, ownAnswerTimeoutMs);
      await logged(log, 'session', undefined, () => client.session(signal ? { signal } : {}));
      // Cancelled after the answer came: then nothing is kept either.
      signal?.throwIfAborted();
      await secrets.store(accessKeyName(at), accessKey);
      return at;
    },
    async signOut() {
      const at = origin();
      await secrets.delete(accessKeyName(at));
      return at;
    },
  };
}
