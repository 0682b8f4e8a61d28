import type { Dispatcher } from 'undici';
import * as z from 'zod/mini';
import { jsonIn } from '../json/json-in.ts';
import { type BoundedAnswer, boundedExchange } from '../network/bounded-exchange.ts';
import { isLoopback } from '../network/loopback.ts';
import { Secret } from '../secret.ts';
import { refusal, scopeNotEnabled, UnusableAnswer, whyNoToken } from './token-failure.ts';

/** The App Client that a token is for, and where to request it. */
export type ClientCredentials = {
  /** The environment's id, for messages. */
  environment: string;
  /** Pearsana's auth URL. The token endpoint is `/oauth2/token` below it. */
  authUrl: string;
  clientId: string;
  clientSecret: Secret;
  /** The file from which the secret is read again when it changes; undefined if there is none. */
  clientSecretFile?: string | undefined;
};

export type GrantedToken = { value: Secret; lifetimeSeconds: number };

/** Requests a token of exactly these scopes. It ends within its own time limit, whoever waits for it. */
export type RequestToken = (
  credentials: ClientCredentials,
  scopes: readonly string[],
) => Promise<GrantedToken>;

/** RFC 6749 allows a server to leave out `expires_in`. Such a token is kept for a minute. */
const defaultLifetimeSeconds = 60;
/** A longer lifetime is not believed. A much longer one could not even be expressed as a date. */
const longestLifetimeSeconds = 24 * 3600;

/** The client credentials grant of RFC 6749, 4.4, as Pearsana's authentication page describes it. */
export function createTokenRequest(options: { dispatcher: Dispatcher; timeoutMs: number }): RequestToken {
  const { dispatcher, timeoutMs } = options;

  return async function requestToken(credentials, scopes) {
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const answer = await boundedExchange(dispatcher, tokenEndpointOf(credentials), {
        method: 'POST',
        headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
        body: formOf(credentials, scopes),
        signal,
      });
      if (answer.status !== 200) throw refusal(answer, credentials, scopes);
      return accept(answer, credentials, scopes);
    } catch (cause) {
      throw whyNoToken(cause, credentials, { timedOut: signal.aborted, timeoutMs });
    }
  };
}

/** @throws Error for plain http beyond this machine, which the configuration does not allow. */
function tokenEndpointOf({ authUrl }: ClientCredentials): string {
  const { protocol, hostname } = new URL(authUrl);
  if (protocol !== 'https:' && !isLoopback(hostname)) throw new Error('A client secret goes over TLS alone.');
  return `${authUrl}/oauth2/token`;
}

function formOf({ clientId, clientSecret }: ClientCredentials, scopes: readonly string[]): string {
  return new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret.reveal(),
    scope: scopes.join(' '),
  }).toString();
}

/** RFC 6749, 5.1. Some servers write the lifetime in quotes, and a few its unit after it. */
const tokenAnswer = z.object({
  access_token: z.string().check(z.minLength(1)),
  token_type: z.string(),
  expires_in: z.optional(z.union([z.number(), z.string()])),
  scope: z.optional(z.string()),
});

/** Accepts only a complete token answer. Anything else is a failure that says what is wrong with it. */
function accept(
  answer: BoundedAnswer,
  { environment }: ClientCredentials,
  scopes: readonly string[],
): GrantedToken {
  if (answer.unreadable !== undefined) throw new UnusableAnswer(answer.unreadable);
  if (!/^application\/json\s*(;|$)/i.test(answer.header('content-type') ?? ''))
    throw new UnusableAnswer('has a content type that is not JSON');
  const parsed = tokenAnswer.safeParse(jsonIn(answer.text));
  if (!parsed.success) {
    const [field = 'form'] = parsed.error.issues.map(({ path }) => path[0]?.toString());
    throw new UnusableAnswer(
      `is not a token: ${field === 'form' ? 'it is no JSON object' : `its ${field} is missing or has another form`}`,
    );
  }
  const { access_token: token, token_type: type, expires_in: lifetime, scope } = parsed.data;
  if (type.toLowerCase() !== 'bearer') throw new UnusableAnswer('has a token type other than Bearer');
  // RFC 6750, 2.1. In a header, anything else would fail each call, as if Pearsana were to blame.
  if (!/^[!-~]+$/.test(token)) throw new UnusableAnswer('has a token with characters that no token may have');
  const seconds = secondsIn(lifetime ?? defaultLifetimeSeconds);
  if (!Number.isFinite(seconds))
    throw new UnusableAnswer('has a token whose expires_in is no number of seconds');
  if (seconds <= 0) throw new UnusableAnswer('has a token that has already expired');
  // RFC 6749, 5.1: without `scope`, all requested scopes are granted.
  const granted = scope === undefined ? scopes : scope.split(' ');
  const missing = scopes.filter((each) => !granted.includes(each));
  if (missing.length > 0) throw scopeNotEnabled(environment, missing);
  return { value: new Secret(token), lifetimeSeconds: Math.min(seconds, longestLifetimeSeconds) };
}

/** NaN for a text that says it in another way, such as `1 hour` or a date: its first digits mean something else. */
function secondsIn(lifetime: number | string): number {
  if (typeof lifetime === 'number') return lifetime;
  return Number(/^(-?\d+(?:\.\d+)?)(?:\s*s(?:econds)?)?$/i.exec(lifetime.trim())?.[1] ?? Number.NaN);
}
