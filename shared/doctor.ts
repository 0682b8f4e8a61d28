import type { Client } from './client.ts';
import type { ClientErrorReason } from './client-error.ts';
import type { Environment, SessionAnswer } from './environments.ts';
import { type OperationName, type PartnerFacts, partnerApiVersion } from './operations.ts';
import type { ScopeFinding } from './scopes.ts';

/** What a check found: `ok`, `warning` (it works, but somebody should look), or `failed`. */
export type Finding = {
  state: 'ok' | 'warning' | 'failed';
  /** What was checked, as in `sandbox, ping`. */
  check: string;
  words: string;
  /** What to do about it, in a sentence. Messages of the BFF often say it themselves. */
  remedy?: string | undefined;
  /** What helps with it, for a program that can do it with a click. */
  help?: Help | undefined;
  environment?: string;
};
export type Help = 'startBackend' | 'signIn' | 'scopes' | 'activity' | 'url';

/** The calls that the checks make: a client has them, and so has whoever makes calls in another way. */
export type DoctorCalls = Pick<
  Client,
  'session' | 'environments' | 'health' | 'ping' | 'scopes' | 'activity'
> & { signInMethods(): Promise<unknown> };

/** A check of one environment: what it needs the grant for, if any, and what it finds. */
type EnvironmentCheck = {
  name: string;
  grant?: OperationName;
  run(calls: DoctorCalls, called: Called, about: Environment): Promise<Found[]>;
};
type Called = { environment: string; signal?: AbortSignal | undefined };
type Found = Omit<Finding, 'check' | 'environment'> & { about?: string };

/** From here on, times in Activity and of sign-ins are misleading; ms. */
const largestClockDifferenceMs = 60_000;

/** What is checked in every environment, in this order. All of it reads, and sends nothing in anybody's name. */
const environmentChecks: readonly EnvironmentCheck[] = [
  {
    name: 'health',
    grant: 'health',
    async run(calls, called) {
      const { result, partner } = await calls.health(called);
      if (result.status === 'ok') return [ok(`Pearsana is healthy (${Math.round(partner.durationMs)} ms)`)];
      return [warning(`Pearsana reports its health as “${result.status}”`, 'Try again later.')];
    },
  },
  {
    name: 'ping',
    grant: 'ping',
    async run(calls, called, { newerApiVersion }) {
      const { partner } = await calls.ping(called);
      const answered = ok(`Pearsana accepts the BFF’s token (${Math.round(partner.durationMs)} ms)`);
      return [answered, { ...versionFinding(partner, newerApiVersion), about: 'API version' }];
    },
  },
  {
    name: 'scopes',
    grant: 'scopes',
    async run(calls, called) {
      const { scopes } = (await calls.scopes(called)).result;
      const named = (enabled: boolean | null) => scopes.filter((each) => each.enabled === enabled);
      const tokens = named(true).length;
      return [
        ...(tokens === 0 ? [] : [ok(`there is a token for ${tokens} of the ${scopes.length} scopes`)]),
        ...notEnabled(named(false)),
        ...unknownScopes(named(null)),
      ];
    },
  },
  {
    name: 'journal',
    async run(calls, called) {
      const { activity } = await calls.activity(called);
      const unknown = activity.filter(({ state }) => state === 'unknown').length;
      if (unknown === 0) return [ok('works, and the outcome of every write is known')];
      return [
        {
          ...warning(
            unknown === 1
              ? '1 write has no known outcome'
              : `${unknown} of the latest writes have no known outcome`,
            'Check the Pearsana portal, then mark each as resolved.',
          ),
          help: 'activity',
        },
      ];
    },
  },
];

/**
 * Checks everything between this program and Pearsana: the BFF, the sign-in, both clocks, and every environment that the key
 * reaches. What depends on a failed check is not checked.
 * @param options.onFinding told of each finding as soon as there is one.
 * @param options.signal ends it early.
 * @returns all findings. It does not throw.
 */
export async function checkEverything(
  calls: DoctorCalls,
  options: { now?: () => number; onFinding?: (finding: Finding) => void; signal?: AbortSignal } = {},
): Promise<Finding[]> {
  const { now = Date.now, onFinding = () => {}, signal } = options;
  const findings: Finding[] = [];
  const add = (...found: Finding[]) => {
    for (const each of found) {
      findings.push(each);
      onFinding(each);
    }
  };
  /** Undefined if the call failed, which is a finding. */
  async function ask<Answer>(check: string, call: () => Promise<Answer>): Promise<Answer | undefined> {
    if (signal?.aborted) return undefined;
    try {
      return await call();
    } catch (error) {
      if (!signal?.aborted) add({ check, ...failed(error) });
      return undefined;
    }
  }

  if (!(await ask('BFF', () => calls.signInMethods()))) return findings;
  add({ check: 'BFF', ...ok('answers') });
  const askedAt = now();
  const session = await ask('Sign-in', () => calls.session({ signal }));
  if (!session) return findings;
  add({ check: 'Sign-in', ...ok(`you are signed in ${callerWords(session)}`) });
  add(...clockFindings(session, askedAt, now()));
  const list = await ask('Environments', () => calls.environments({ signal }));
  if (!list) return findings;
  const { environments } = list;
  if (environments.length === 0) {
    const remedy = 'Ask your BFF administrator for a grant.';
    add({ check: 'Environments', ...warning('your key has no access to any environment', remedy) });
  }
  for (const about of environments) {
    for (const { name, grant, run } of environmentChecks) {
      if (grant !== undefined && !about.grants.includes(grant)) continue;
      const check = `${about.name}, ${name}`;
      const found = await ask(check, () => run(calls, { environment: about.id, signal }, about));
      for (const { about: what, ...each } of found ?? [])
        add({
          ...{ check: what === undefined ? check : `${about.name}, ${what}`, environment: about.id },
          ...each,
        });
    }
  }
  return findings;
}

/** How many findings of each kind there are, as in `11 ok, 1 warning, 2 failed`. */
export function findingCounts(findings: readonly Finding[]): string {
  const count = (state: Finding['state']) => findings.filter((each) => each.state === state).length;
  const warnings = count('warning');
  return [
    `${count('ok')} ok`,
    warnings > 0 && `${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`,
    count('failed') > 0 && `${count('failed')} failed`,
  ]
    .filter(Boolean)
    .join(', ');
}

function ok(words: string): Found {
  return { state: 'ok', words };
}

function warning(words: string, remedy: string): Found {
  return { state: 'warning', words, remedy };
}

function failed(error: unknown): Found {
  const words = error instanceof Error ? error.message : String(error);
  return { state: 'failed', words, ...remedyOf(error) };
}

/** For what only the caller's side can mend; the BFF's own messages say what to do. */
function remedyOf(error: unknown): Pick<Found, 'remedy' | 'help'> {
  const { reason, failure } = error as { reason?: ClientErrorReason; failure?: { code: string } };
  if (reason === 'unreachable' || reason === 'timeout')
    return {
      remedy: 'Run “npm start” in the BFF repository, or correct the URL of the BFF.',
      help: 'startBackend',
    };
  if (reason === 'contract')
    return { remedy: 'Check the URL of the BFF, and use the same version of both.', help: 'url' };
  if (failure?.code === 'UNAUTHORIZED')
    return {
      remedy: 'Sign in with another access key, or ask your BFF administrator for one.',
      help: 'signIn',
    };
  // What VS Code finds by itself.
  if (/^(NOT_SIGNED_IN|SIGN_IN_EXPIRED)$/.test(failure?.code ?? ''))
    return { remedy: 'Sign in.', help: 'signIn' };
  if (failure?.code === 'SCOPE_NOT_ENABLED') return { help: 'scopes' };
  return {};
}

function callerWords({ caller: { id } }: SessionAnswer): string {
  return id === 'access-key' ? 'with the owner key' : `as ${id}`;
}

/** Compares the BFF's clock with ours, at the middle of the call. A BFF of an older version does not tell its time. */
function clockFindings({ time }: SessionAnswer, askedAt: number, answeredAt: number): Finding[] {
  if (time === undefined || Number.isNaN(Date.parse(time))) return [];
  const differenceMs = Date.parse(time) - (askedAt + answeredAt) / 2;
  const check = 'Clock';
  if (Math.abs(differenceMs) <= largestClockDifferenceMs)
    return [{ check, ...ok('the BFF’s clock agrees with this machine’s') }];
  const minutes = Math.round(Math.abs(differenceMs) / 60_000);
  const words = `the BFF’s clock is ${minutes} min ${differenceMs > 0 ? 'ahead of' : 'behind'} this machine’s`;
  return [
    {
      check,
      ...warning(words, 'Set both clocks from a time server, because they decide when a sign-in ends.'),
    },
  ];
}

/** Versions are dates, so they compare as text. */
function versionFinding({ apiVersionLatest, apiVersionSupported }: PartnerFacts, newer?: string): Found {
  const ours = partnerApiVersion;
  const latest = [apiVersionLatest, newer].filter((each) => each && each > ours).at(0);
  const update = 'Update the BFF.';
  if (apiVersionSupported !== null && apiVersionSupported > ours)
    return {
      state: 'failed',
      words: `Pearsana no longer supports ${ours}, which the BFF uses: the oldest is ${apiVersionSupported}`,
      remedy: update,
    };
  if (latest === undefined || latest === null) return ok(`${ours} is the newest`);
  return apiVersionSupported === ours
    ? warning(
        `${ours} is the oldest that Pearsana supports, so its support ends next; the newest is ${latest}`,
        'Update the BFF before that.',
      )
    : warning(`the BFF uses ${ours}, and Pearsana has ${latest}`, update);
}

function notEnabled(scopes: readonly ScopeFinding[]): Found[] {
  if (scopes.length === 0) return [];
  const words = `not enabled on the App Client: ${scopes.map(shortName).join(', ')}`;
  const remedy = 'If you need them, enable them in the Pearsana portal, under Developer → App Clients.';
  return [{ ...warning(words, remedy), help: 'scopes' }];
}

/** One finding for each reason, which scopes mostly share. */
function unknownScopes(scopes: readonly ScopeFinding[]): Found[] {
  const reasonOf = ({ error }: ScopeFinding) => error?.message ?? 'The BFF gave no reason.';
  return [...new Set(scopes.map(reasonOf))].map((reason) => {
    const those = scopes.filter((each) => reasonOf(each) === reason).map(shortName);
    return { state: 'failed', words: `no token for ${those.join(', ')}: ${reason}`, help: 'scopes' };
  });
}

function shortName({ scope }: ScopeFinding): string {
  return scope.replace(/^pearsana-partner\//, '');
}
