import {
  type Answer,
  backendOrigin,
  type CallOptions,
  type Client,
  type ClientOptions,
  createClient,
} from '../../shared/client.ts';
import { ClientError } from '../../shared/client-error.ts';
import type { EnvironmentsAnswer } from '../../shared/environments.ts';
import { type ImportClient, importMethods } from '../../shared/imports/import-calls.ts';
import type { OperationName } from '../../shared/operations.ts';
import type { KeptSession, SessionStore } from './authentication/session-store.ts';
import { type LogCall, logged } from './call-log.ts';
import {
  backendChanged,
  bffOutdated,
  CommandError,
  type CommandFailure,
  failureOf,
} from './failures/command-failure.ts';
import { timeWords } from './time-words.ts';

export type BackendDependencies = {
  /** The setting, as it is at this moment. */
  readUrl: () => string;
  sessions: SessionStore;
  log: LogCall;
  /** Told of each call of an operation, once it has ended. */
  onEnded?: (call: EndedCall) => void;
  /** For tests, as the next one. */
  fetch?: typeof fetch;
  /** In ms, from any beginning. */
  now?: () => number;
};

/** A call of an operation that has ended: where, of what, and when it was begun and ended (ms since 1970). */
export type EndedCall = {
  origin: string;
  operation: OperationName;
  environment: string;
  startedAt: number;
  endedAt: number;
} & ({ answer: Answer<OperationName> } | { failure: CommandFailure });

/** The BFF that the setting names, called with the access key that belongs to it. */
export type Backend = {
  /** @throws CommandError when the setting is no address that a key may be sent to. */
  origin(): string;
  /** Who is signed in there; nothing while nobody is any longer, or while the setting is no address. */
  session(): Promise<{ origin: string; session: KeptSession } | undefined>;
  /** Calls an operation of the table. */
  call<Name extends OperationName>(name: Name, options: CallOptions<Name>): Promise<Answer<Name>>;
  environments(signal?: AbortSignal): Promise<EnvironmentsAnswer & { origin: string }>;
  /** The user's own writes, as the BFF has them. */
  activity: Client['activity'];
  resolve: Client['resolve'];
  /**
   * The calls of an import, each under the key of whoever is signed in when it is made.
   * @param asked the BFF's origin, as the user reviewed it: once the setting names another, nothing is sent.
   */
  imports(asked: string): ImportClient;
  /**
   * How people can sign in at this origin: `browser`, `access-key`. No key is sent.
   * @throws ClientError where nobody answers, or whoever does is not a BFF.
   */
  signInMethods(origin: string, signal?: AbortSignal): Promise<string[]>;
  /**
   * Asks the BFF whether it takes this key, and keeps it if so.
   * @param asked its origin, as the user saw it: once the setting names another, nothing is sent.
   */
  signIn(asked: string, accessKey: string, signal?: AbortSignal): Promise<void>;
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
/** Partner calls have the client's own limit. */
const partnerTimeoutMs = 60_000;
/** So long after a BFF answered, the same one is taken to be there. */
const provenMs = 5_000;

/** One call, for the log; its signal ends the question before it too. */
type Called = { operation: string; environment?: string | undefined; signal?: AbortSignal | undefined };

export function createBackend({
  readUrl,
  sessions,
  log,
  onEnded,
  fetch,
  now = () => performance.now(),
}: BackendDependencies): Backend {
  /** When a BFF last answered at an origin (ms of this window). */
  const provenAt = new Map<string, number>();

  function origin(): string {
    try {
      return backendOrigin(readUrl().trim());
    } catch (error) {
      const message = error instanceof Error ? error.message : 'The BFF’s address is not usable.';
      throw new CommandError('BACKEND_URL_INVALID', message);
    }
  }

  function clientOf(at: string, more: Pick<ClientOptions, 'accessKey' | 'timeoutMs'>): Client {
    return createClient({ baseUrl: at, timeoutMs: ownAnswerTimeoutMs, ...more, ...(fetch && { fetch }) });
  }

  /** @throws ClientError where whatever answers is not a BFF; no key is sent. */
  async function methodsAt(at: string, signal?: AbortSignal): Promise<string[]> {
    const client = clientOf(at, {});
    const { methods } = await logged(log, 'sign-in methods', undefined, () =>
      client.signInMethods({ signal }),
    );
    provenAt.set(at, now());
    return methods;
  }

  /** A call with a key, which goes only to a BFF: who answers for another program's port, or in another shape, gets none. */
  async function callWithKey<Answer extends { requestId: string }>(
    at: string,
    key: Pick<ClientOptions, 'accessKey' | 'timeoutMs'>,
    { operation, environment, signal }: Called,
    call: (client: Client) => Promise<Answer>,
  ): Promise<Answer> {
    const proven = provenAt.get(at);
    if (proven === undefined || now() - proven > provenMs) await methodsAt(at, signal);
    return logged(log, operation, environment, () => call(clientOf(at, key)));
  }

  /** The setting is read once for each call: were it to change meanwhile, the key still goes where it belongs. */
  async function callSignedIn<Answer extends { requestId: string }>(
    called: Called & { timeoutMs?: number | undefined },
    call: (client: Client, at: string) => Promise<Answer>,
  ): Promise<Answer> {
    const at = origin();
    const session = await sessions.get(at);
    if (!session) throw new CommandError('NOT_SIGNED_IN', 'You are not signed in.');
    const { accessKey, expiresAt } = session;
    if (expiresAt !== undefined && isOver(expiresAt)) {
      const until = timeWords(expiresAt);
      throw new CommandError('SIGN_IN_EXPIRED', `Your sign-in to the BFF at ${at} has expired (${until}).`);
    }
    const { timeoutMs = ownAnswerTimeoutMs } = called;
    return callWithKey(at, { accessKey, timeoutMs }, called, (client) => call(client, at));
  }

  /** What the BFF takes is kept, with who it says that this is. */
  async function keep(at: string, key: Omit<KeptSession, 'caller'>, signal?: AbortSignal): Promise<void> {
    const { accessKey } = key;
    const { caller } = await callWithKey(at, { accessKey }, { operation: 'session', signal }, (client) =>
      client.session({ signal }),
    );
    // Cancelled after the answer came: then nothing is kept either.
    signal?.throwIfAborted();
    const before = await sessions.get(at);
    await sessions.keep(at, { ...key, caller: caller.id });
    if (before && before.accessKey !== accessKey) void giveBack(at, before);
  }

  /** Ends a key that was given for a time: why it could not be, or nothing. Other keys are not ours to end. */
  async function giveBack(at: string, key: Omit<KeptSession, 'caller'>): Promise<CommandFailure | undefined> {
    const { accessKey, expiresAt } = key;
    if (expiresAt === undefined || isOver(expiresAt)) return undefined;
    try {
      await callWithKey(at, { accessKey }, { operation: 'sign-out' }, (client) => client.endKey());
      return undefined;
    } catch (error) {
      const failure = failureOf(error);
      // The BFF knows it no longer: that is what was wanted.
      return failure.code === 'UNAUTHORIZED' ? undefined : failure;
    }
  }

  function requireUnchanged(asked: string): void {
    if (origin() !== asked) throw backendChanged();
  }

  return {
    origin,
    async session() {
      try {
        const at = origin();
        const session = await sessions.get(at);
        const isPast = session?.expiresAt !== undefined && isOver(session.expiresAt);
        return isPast ? undefined : session && { origin: at, session };
      } catch {
        return undefined;
      }
    },
    async call(name, options) {
      const begun = { origin: origin(), environment: options.environment, startedAt: Date.now() };
      const end = (outcome: { answer: Answer<OperationName> } | { failure: CommandFailure }) =>
        onEnded?.({ ...begun, operation: name, endedAt: Date.now(), ...outcome });
      try {
        const called = { ...options, operation: name, timeoutMs: partnerTimeoutMs };
        const answer = await callSignedIn(called, (client) => {
          const methods: OperationMethods = client;
          return methods[name](options);
        });
        end({ answer });
        return answer;
      } catch (error) {
        end({ failure: failureOf(error) });
        throw error;
      }
    },
    environments: (signal) =>
      callSignedIn({ operation: 'environments', signal }, async (client, at) => ({
        ...(await client.environments({ signal })),
        origin: at,
      })),
    activity: (options) =>
      callSignedIn({ ...options, operation: 'activity' }, (client) => client.activity(options)),
    resolve: (options) =>
      callSignedIn({ ...options, operation: 'resolve' }, (client) => client.resolve(options)),
    imports(asked) {
      const call = (name: keyof ImportClient) => (options: CallOptions<OperationName>) =>
        callSignedIn({ ...options, operation: name, timeoutMs: partnerTimeoutMs }, (client, at) => {
          if (at !== asked) throw backendChanged();
          return (client[name] as (given: typeof options) => Promise<{ requestId: string }>)(options);
        }).catch((error: unknown) => {
          throw error instanceof ClientError && error.isFromOlderBff ? bffOutdated() : error;
        });
      return Object.fromEntries(importMethods.map((name) => [name, call(name)])) as unknown as ImportClient;
    },
    signInMethods: methodsAt,
    async signIn(asked, accessKey, signal) {
      requireUnchanged(asked);
      await methodsAt(asked, signal);
      await keep(asked, { accessKey }, signal);
    },
    async redeem(asked, code, verifier, signal) {
      requireUnchanged(asked);
      const client = clientOf(asked, {});
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
  // What is no time is over too.
  return !(Date.parse(time) > Date.now());
}
