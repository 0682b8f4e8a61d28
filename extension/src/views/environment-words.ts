import type { Environment, EnvironmentKind, TokenStatus } from '../../../shared/environments.ts';
import { type OperationName, operationNames } from '../../../shared/operations.ts';
import { type Color, colors, operationDeeds } from '../contributions.ts';
import { traceableId } from '../failures/command-failure.ts';
import { explain, sentencesOf } from '../failures/explain-failure.ts';
import { isOnThatMachine, machineOf, type Situation } from '../failures/situation.ts';
import { plain } from '../plain-text.ts';
import { ageWords, timeWords } from '../time-words.ts';
import type { PastAnswers, PingRecord } from './past-answers.ts';
import { shortScope } from './scope-words.ts';

/** What the tree shows of an environment. Icons are names of VS Code's codicons. */
export type EnvironmentItem = {
  label: string;
  description: string;
  tooltip: string;
  icon: string;
  color: Color | undefined;
  /**
   * `environment`, `protected` where it is, and the operations that are allowed there, for the menus' conditions. What is
   * protected has no button beside it: its name is never cut, and a write to it is chosen by its name.
   */
  contextValue: string;
};

/** As in `production · protected`, in words, since a colour is no guard; what its name says already is left out. */
export function kindWords(environment: Environment): string {
  const kinds: Record<EnvironmentKind, string> = {
    local: 'stand-in',
    sandbox: 'sandbox',
    production: 'production',
    other: 'custom environment',
  };
  const kind = kinds[environment.kind];
  const words = [kind === environment.name ? '' : kind, environment.protected ? 'protected' : ''];
  return words.filter(Boolean).join(' · ');
}

/**
 * What a key may not do, and who can allow it, before anything is asked for or sent.
 * @param environment nothing for all of them.
 */
export function notGranted(environment: string | undefined, operation: OperationName): string {
  const place = environment === undefined ? 'any environment' : plain(environment, 60);
  const grant = `${environment === undefined ? '<environment>' : place}:${operation}`;
  return `Your key cannot ${operationDeeds[operation]} in ${place}. Ask your BFF administrator for the grant ${grant}.`;
}

export function environmentItem(
  environment: Environment,
  { ping }: PastAnswers,
  situation: Situation,
  now: number,
): EnvironmentItem {
  const kind = kindWords(environment);
  const words = ping && pingWords(ping, situation);
  return {
    label: plain(environment.name, 60),
    description: [kind, ping && `${words}, ${ageWords(ping.endedAt, now)}`].filter(Boolean).join(' · '),
    tooltip: environmentTooltip(environment, ping, situation, now),
    ...stateIcon(environment, ping),
    contextValue: [
      'environment',
      ...(environment.protected ? ['protected'] : []),
      ...environment.grants,
    ].join(' '),
  };
}

/** By its icon and its colour, a protected environment looks like no other, whatever its state. */
export function stateIcon(
  environment: Pick<Environment, 'protected'>,
  ping: PingRecord | undefined,
): Pick<EnvironmentItem, 'icon' | 'color'> {
  const [unknown, ok, failed] = environment.protected
    ? ['shield', 'workspace-trusted', 'workspace-untrusted']
    : ['circle-large-outline', 'pass', 'error'];
  if (ping && !ping.ok) return { icon: failed, color: colors.failed };
  const color = environment.protected ? colors.protected : ping && colors.succeeded;
  return { icon: ping ? ok : unknown, color };
}

/** A failed ping in whole sentences, for where they are not cut; that of the last one, if there are several. */
export function failedPingMessage(
  known: readonly { environment: Environment; ping: PingRecord | undefined }[],
  situation: Situation,
): string | undefined {
  const failed = known.flatMap(({ environment: { name }, ping }) =>
    ping && !ping.ok ? [{ name, ...ping }] : [],
  );
  const last = failed.sort((a, b) => b.endedAt - a.endedAt)[0];
  return last && `${plain(last.name, 60)}: ${sentencesOf(explain(last.failure, situation))}`;
}

/** As in `ok 34 ms`, or `failed: secret rejected`. */
export function pingWords(ping: PingRecord, situation: Situation): string {
  return ping.ok ? `ok ${latencyWords(ping.latencyMs)}` : `failed: ${explain(ping.failure, situation).short}`;
}

function environmentTooltip(
  environment: Environment,
  ping: PingRecord | undefined,
  situation: Situation,
  now: number,
): string {
  const { tokens, grants } = environment;
  const missing = operationNames.filter((name) => !grants.includes(name));
  return [
    [plain(environment.name, 60), kindWords(environment)].filter(Boolean).join(': '),
    ...(environment.kind === 'local'
      ? [`Runs on ${isOnThatMachine(situation.backend) ? machineOf(situation) : 'the BFF’s machine'}.`]
      : []),
    `API: ${plain(environment.apiUrl, 200)}`,
    environment.protected
      ? 'Protected: you confirm every write by typing the environment’s name.'
      : 'Not protected.',
    ...missing.map((operation) => notGranted(environment.id, operation)),
    ping ? lastPingLine(ping, situation, now) : 'Last ping: none yet',
    ...(tokens.length === 0 ? ['Tokens: none yet'] : tokens.map(tokenLine)),
  ].join('\n');
}

function lastPingLine(ping: PingRecord, situation: Situation, now: number): string {
  const last = `Last ping: ${pingWords(ping, situation)}, ${ageWords(ping.endedAt, now)}`;
  return [last, ...requestWords(ping)].join(', ');
}

export function requestWords(ping: PingRecord): string[] {
  const requestId = ping.ok ? ping.requestId : traceableId(ping.failure);
  return requestId === undefined ? [] : [`request ${plain(requestId, 128)}`];
}

export function tokenLine({ scopes, state, expiresAt }: TokenStatus): string {
  const states: Record<TokenStatus['state'], string> = {
    fresh: 'in use',
    stale: 'in use, being renewed',
    expired: 'expired, renewed at the next call',
    failing: 'unavailable',
  };
  const until =
    expiresAt === null || Number.isNaN(Date.parse(expiresAt)) ? '' : ` (until ${timeWords(expiresAt)})`;
  return `Token for ${scopes.map(shortScope).join(', ')}: ${states[state]}${until}`;
}

export function latencyWords(ms: number): string {
  return `${Math.round(ms)} ms`;
}
