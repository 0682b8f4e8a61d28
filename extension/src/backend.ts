import {
  type Answer,
  backendOrigin,
  type CallOptions,
  type Client,
  type ClientOptions,
  createClient,
} from '../../shared/client.ts';
import type { EnvironmentsAnswer } from '../../shared/environments.ts';
import type { OperationName } from '../../shared/operations.ts';
import type { KeptSession, SessionStore } from './authentication/session-store.ts';
import { type LogCall, logged } from './call-log.ts';
import { CommandError, type CommandFailure, failureOf } from './failures/command-failure.ts';
import { timeWords } from './time-words.ts';

export type BackendDependencies = {
  /** The setting, as it is at this moment. */
  readUrl: () => string;
  sessions: SessionStore;
  log: LogCall;
  /** For tests. */
  fetch?: typeof fetch;
};

/** The BFF that the setting names, called with the access key that belongs to it. */
export type Backend = {
  /** @throws CommandError when the setting is no address that a key may be sent to. */
  origin(): string;
  /** Who is signed in there; nothing while nobody is, or while the setting is no address. */
  session(): Promise<{ origin: string; session: KeptSession } | undefined>;
  /** Calls an operation of the table. */
  call<Name extends OperationName>(name: Name, options: CallOptions<Name>): Promise<Answer<Name>>;
  environments(signal?: AbortSignal): Promise<EnvironmentsAnswer & { origin: string }>;
  /** The user's own writes, as the BFF has them. */
  activity: Client['activity'];
  resolve: Client['resolve'];
  /** Whether people can sign in in a browser there; no key is sent. */
  offersBrowser(): Promise<boolean>;
  /** Asks the BFF whether it takes this key, and keeps it if so. @returns the origin it is good for. */
  signIn(accessKey: string, signal?: AbortSignal): Promise<string>;
  /** Redeems what the browser brought back, at the BFF that was asked and no other, and keeps the key. */
  redeem(origin: string, code: string, verifier: string, signal: AbortSignal): Promise<void>;
  /** Forgets the key, and gives it back where it was given by signing in in a browser. */
  signOut(): Promise<SignedOut>;
};

/** The origin that the key was for; `notGivenBack` where the BFF could not be told, and until when it would take the key. */
export type SignedOut = { origin: string; notGivenBack?: { failure: CommandFailure; until: string } };

/** The part of the client that follows from the table; by this type the compiler keeps name, options and answer together. */
type OperationMethods = {
  [Name in OperationName]: (options: CallOptions<Name>) => Promise<Answer<Name>>;
};

/** What is answered by the BFF itself, so there is no call to Pearsana to wait for. */
const ownAnswerTimeoutMs = 10_000;
/** A question before the first question: whoever types a key finds out soon enough that nobody answers. */
const methodsTimeoutMs = 3_000;

export function createBackend({ readUrl, sessions, log, fetch }: BackendDependencies): Backend {
  function origin(): string {
    try {
      return backendOrigin(readUrl().trim());
    } catch (error) {
      const message = error instanceof Error ? error.message : 'The BFF’s address is not usable.';
      throw new CommandError('BACKEND_URL_INVALID', message);
    }
  }

  function clientOf(
    baseUrl: string,
    more: Pick<ClientOptions, 'accessKey' | 'timeoutMs'> = { timeoutMs: ownAnswerTimeoutMs },
  ): Client {
    return createClient({ baseUrl, ...more, ...(fetch && { fetch }) });
  }

  /** The setting is read once for each call: were it to change meanwhile, the key still goes where it belongs. */
  async function connect(timeoutMs?: number): Promise<{ at: string; client: Client }> {
    const at = origin();
    const session = await sessions.get(at);
    if (!session) throw new CommandError('NOT_SIGNED_IN', `You are not signed in to the BFF at ${at}.`);
    const { accessKey, expiresAt } = session;
    if (expiresAt !== undefined && isOver(expiresAt)) {
      const until = timeWords(expiresAt);
      throw new CommandError('SIGN_IN_EXPIRED', `You were signed in to the BFF at ${at} until ${until}.`);
    }
    return { at, client: clientOf(at, { accessKey, ...(timeoutMs !== undefined && { timeoutMs }) }) };
  }

  /** Asks for what the BFF answers by itself. */
  async function askBff<Answer extends { requestId: string }>(
    operation: string,
    environment: string | undefined,
    ask: (client: Client, origin: string) => Promise<Answer>,
  ): Promise<Answer> {
    const { at, client } = await connect(ownAnswerTimeoutMs);
    return logged(log, operation, environment, () => ask(client, at));
  }

  /** What the BFF takes is kept, with who it says that this is. */
  async function keep(at: string, key: Omit<KeptSession, 'caller'>, signal?: AbortSignal): Promise<void> {
    const client = clientOf(at, { accessKey: key.accessKey, timeoutMs: ownAnswerTimeoutMs });
    const { caller } = await logged(log, 'session', undefined, () =>
      client.session(signal ? { signal } : {}),
    );
    // Cancelled after the answer came: then nothing is kept either.
    signal?.throwIfAborted();
    const before = await sessions.get(at);
    await sessions.keep(at, { ...key, caller: caller.id });
    if (before && before.accessKey !== key.accessKey) void giveBack(at, before);
  }

  /** Ends a key that was given for a time: why it could not be, or nothing. Other keys are not ours to end. */
  async function giveBack(at: string, key: Omit<KeptSession, 'caller'>): Promise<CommandFailure | undefined> {
    const { accessKey, expiresAt } = key;
    if (expiresAt === undefined || isOver(expiresAt)) return undefined;
    const client = clientOf(at, { accessKey, timeoutMs: ownAnswerTimeoutMs });
    try {
      await logged(log, 'sign-out', undefined, () => client.endKey());
      return undefined;
    } catch (error) {
      const failure = failureOf(error);
      // The BFF knows it no longer: that is what was wanted.
      return failure.code === 'UNAUTHORIZED' ? undefined : failure;
    }
  }

  return {
    origin,
    async session() {
      try {
        const at = origin();
        const session = await sessions.get(at);
        return session && { origin: at, session };
      } catch {
        return undefined;
      }
    },
    async call(name, options) {
      const { client } = await connect();
      const methods: OperationMethods = client;
      const method = methods[name];
      return logged(log, name, options.environment, () => method(options));
    },
    environments: (signal) =>
      askBff('environments', undefined, async (client, at) => ({
        ...(await client.environments(signal ? { signal } : {})),
        origin: at,
      })),
    activity: (options) => askBff('activity', options.environment, (client) => client.activity(options)),
    resolve: (options) => askBff('resolve', options.environment, (client) => client.resolve(options)),
    async offersBrowser() {
      const client = clientOf(origin(), { timeoutMs: methodsTimeoutMs });
      try {
        const { methods } = await logged(log, 'sign-in methods', undefined, () => client.signInMethods());
        return methods.includes('browser');
      } catch {
        // An older BFF, or none: the key is asked for, and what is wrong is said where it is typed.
        return false;
      }
    },
    async signIn(accessKey, signal) {
      const at = origin();
      await keep(at, { accessKey }, signal);
      return at;
    },
    async redeem(asked, code, verifier, signal) {
      if (origin() !== asked) throw new CommandError('BACKEND_CHANGED', 'The BFF was changed meanwhile.');
      const client = clientOf(asked);
      const { accessKey, expiresAt } = await logged(log, 'sign-in', undefined, () =>
        client.redeemCode({ code, verifier, signal }),
      );
      try {
        await keep(asked, { accessKey, expiresAt }, signal);
      } catch (error) {
        // Nobody has it, so nobody shall be able to use it.
        void giveBack(asked, { accessKey, expiresAt });
        throw error;
      }
    },
    async signOut() {
      const at = origin();
      const session = await sessions.get(at);
      await sessions.forget(at);
      const failure = session && (await giveBack(at, session));
      const until = timeWords(session?.expiresAt ?? '');
      return { origin: at, ...(failure && { notGivenBack: { failure, until } }) };
    },
  };
}

function isOver(time: string): boolean {
  return Date.parse(time) <= Date.now();
}
