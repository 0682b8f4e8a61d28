import type { Answer } from '../../../shared/client.ts';
import type { Success } from '../../../shared/operations.ts';
import type { EndedCall } from '../backend.ts';
import { createEvent, type Event } from '../event.ts';
import type { CommandFailure } from '../failures/command-failure.ts';

/** What became of a ping, and when (ms since 1970). Nothing of its body is kept. */
export type PingRecord = { startedAt: number; endedAt: number } & (
  | { ok: true; latencyMs: number; requestId: string }
  /** Not by a ping, but by a later call that found the same: then `before` is the ping that was ok until then. */
  | { ok: false; failure: CommandFailure; before?: PingRecord }
);

/** What past answers told of an environment. */
export type PastAnswers = {
  ping?: PingRecord;
  /** Pearsana's word for its health, and when it said so (ms since 1970). */
  health?: { endedAt: number; status: string; latencyMs: number };
  /** The version of Pearsana's API that was applied last. */
  apiVersion?: string;
  /** Scopes that no token was given for, or that are not enabled on the App Client. */
  missingScopes?: string[];
  /** How many scopes there are, once they have been listed. */
  scopeCount?: number;
};

/** What the calls of this window told of each environment of each BFF. It asks nothing by itself. */
export type AnswerHistory = {
  of(origin: string, environment: string): PastAnswers;
  record(call: EndedCall): void;
  /** Forgets all of it, and whatever was begun until now (ms since 1970): that is told to another key. */
  clear(now: number): void;
  /** What was recorded. */
  onDidRecord: Event<EndedCall>;
};

export function createAnswerHistory(): AnswerHistory {
  const recorded = createEvent<EndedCall>();
  const known = new Map<string, PastAnswers>();
  let clearedAt = Number.NEGATIVE_INFINITY;
  const of = (origin: string, environment: string) => known.get(`${origin} ${environment}`) ?? {};

  /** A tick would say that all is well, whatever a later call has found; and whoever has answered again is well. */
  function notePing(call: EndedCall): void {
    const here = `${call.origin} ${call.environment}`;
    const code = 'failure' in call ? call.failure.code : undefined;
    for (const [key, answers] of known) {
      const { ping } = answers;
      // Without the BFF, no environment of it can be reached.
      if (
        !ping ||
        !(key === here || (key.startsWith(`${call.origin} `) && ofBff.has(code ?? bffCodeOf(ping))))
      )
        continue;
      if ('answer' in call) {
        if (!ping.ok && ping.before) known.set(key, { ...answers, ping: ping.before });
      } else if (ping.ok && aPingFailsToo.has(call.failure.code) && call.endedAt > ping.endedAt) {
        const { startedAt, endedAt, failure } = call;
        known.set(key, { ...answers, ping: { startedAt, endedAt, ok: false, failure, before: ping } });
      }
    }
  }

  return {
    of,
    record(call) {
      const { origin, environment, operation, startedAt } = call;
      const before = of(origin, environment);
      // A slow ping that was overtaken is not the last one.
      const isOvertaken = operation === 'ping' && startedAt < (before.ping?.startedAt ?? 0);
      if (startedAt <= clearedAt || isOvertaken) return;
      const facts = 'failure' in call ? factsOfFailure(call, before) : factsOfAnswer(call);
      known.set(`${origin} ${environment}`, { ...before, ...facts });
      notePing(call);
      recorded.fire(call);
    },
    clear(now) {
      known.clear();
      clearedAt = now;
    },
    onDidRecord: recorded.event,
  };
}

const ofBff = new Set(['BFF_UNREACHABLE', 'SHUTTING_DOWN']);
/** What a ping would meet too. */
const aPingFailsToo = new Set([
  ...ofBff,
  ...['AUTH_UNREACHABLE', 'AUTH_TIMEOUT', 'CLIENT_CREDENTIALS_REJECTED'],
  ...['PARTNER_UNREACHABLE', 'PARTNER_TIMEOUT', 'PARTNER_UNAUTHORIZED'],
]);

const bffCodeOf = (ping: PingRecord) => (ping.ok ? '' : ping.failure.code);

function factsOfAnswer(call: EndedCall & { answer: Answer<EndedCall['operation']> }): PastAnswers {
  const { operation, startedAt, endedAt, answer } = call;
  const { requestId, partner } = answer;
  const latencyMs = partner?.durationMs ?? endedAt - startedAt;
  return {
    ...(operation === 'ping' && { ping: { startedAt, endedAt, ok: true, latencyMs, requestId } }),
    ...(operation === 'health' && {
      health: { endedAt, latencyMs, status: (answer as Success<'health'>).result.status },
    }),
    ...(operation === 'scopes' && factsOfScopes(answer as Success<'scopes'>)),
    ...(partner?.apiVersion && { apiVersion: partner.apiVersion }),
  };
}

function factsOfScopes({ result: { scopes } }: Success<'scopes'>): PastAnswers {
  const missing = scopes.filter(({ enabled }) => enabled === false);
  return { missingScopes: missing.map(({ scope }) => scope), scopeCount: scopes.length };
}

function factsOfFailure(
  { operation, startedAt, endedAt, failure }: EndedCall & { failure: CommandFailure },
  { missingScopes = [] }: PastAnswers,
): PastAnswers {
  const { code, requestId } = failure;
  const missing = code === 'SCOPE_NOT_ENABLED' ? missingIn(failure.details) : [];
  return {
    // Without a request id nothing was sent, which says nothing of the environment. Neither does giving up.
    ...(operation === 'ping' &&
      requestId !== undefined &&
      code !== 'CANCELLED' && { ping: { startedAt, endedAt, ok: false, failure } }),
    ...(missing.length > 0 && { missingScopes: [...new Set([...missingScopes, ...missing])] }),
  };
}

/** Of several scopes that were asked for at once, nobody says which of them is missing. */
function missingIn(details: unknown): string[] {
  const scopes = typeof details === 'object' && details !== null && 'scopes' in details ? details.scopes : [];
  return Array.isArray(scopes) && scopes.length === 1 ? scopes.map(String) : [];
}
