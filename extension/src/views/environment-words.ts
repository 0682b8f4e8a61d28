import type { Environment, EnvironmentKind, TokenStatus } from '../../../shared/environments.ts';
import { type OperationName, operationNames } from '../../../shared/operations.ts';
import { type Color, colors, operationDeeds } from '../contributions.ts';
import { explain, sentencesOf } from '../failures/explain-failure.ts';
import { retry, retryList } from '../failures/remedies.ts';
import { isOnThatMachine, machineOf, type Situation } from '../failures/situation.ts';
import { plain } from '../plain-text.ts';
import { ageWords, timeWords } from '../time-words.ts';
import type { PingRecord } from './ping-history.ts';
import { explanationRows, type Row, remedyRow } from './row.ts';
import { shortScope } from './scope-words.ts';

/** What the tree shows of an environment. Icons are names of VS Code's codicons. */
export type EnvironmentItem = {
  label: string;
  description: string;
  tooltip: string;
  icon: string;
  color: Color | undefined;
  /** `environment`, and the operations that are allowed there, for the menus' conditions. */
  contextValue: string;
};

/** As in `production · protected`, in words, since a colour is no guard; what its name says already is left out. */
export function kindWords(environment: Environment): string {
  const kinds: Record<EnvironmentKind, string> = {
    local: 'stand-in',
    sandbox: 'sandbox',
    production: 'production',
    other: 'own environment',
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
  ping: PingRecord | undefined,
  situation: Situation,
  now: number,
): EnvironmentItem {
  const kind = kindWords(environment);
  const words = ping && pingWords(ping, situation);
  return {
    label: plain(environment.name, 60),
    description: [kind, ping && `${words}, ${ageWords(ping.endedAt, now)}`].filter(Boolean).join(' · '),
    tooltip: environmentTooltip(environment, ping, situation, now),
    ...stateIcon(ping),
    contextValue: ['environment', ...environment.grants].join(' '),
  };
}

/** What stands below an environment: its last ping, and what to do about it if it failed. */
export function pingRows(
  environment: Environment,
  ping: PingRecord | undefined,
  situation: Situation,
  now: number,
): Row[] {
  const { id } = environment;
  const rowId = `${id}/ping`;
  const again = retry('pearsana.ping', { environment: id });
  if (!ping) {
    const mayPing = environment.grants.includes('ping');
    return [
      {
        id: rowId,
        label: 'Not pinged yet',
        tooltip: mayPing ? 'Click to ping.' : notGranted(id, 'ping'),
        icon: 'circle-large-outline',
        ...(mayPing && { remedy: { ...again, title: 'Ping' } }),
      },
    ];
  }
  const age = ageWords(ping.endedAt, now);
  if (ping.ok) {
    const facts = [latencyWords(ping.latencyMs), apiVersionWords(ping.apiVersion), age];
    const tooltip = [...facts, ...requestWords(ping)].join('\n');
    return [
      { id: rowId, label: 'Last ping ok', description: facts.join(' · '), tooltip, ...stateIcon(ping) },
    ];
  }
  const explanation = explain(ping.failure, situation, again);
  const last: Row = {
    id: rowId,
    label: 'Last ping failed',
    description: `${explanation.short} · ${age}`,
    tooltip: [sentencesOf(explanation), ...requestWords(ping)].join('\n'),
    ...stateIcon(ping),
  };
  return [last, ...explanationRows(rowId, explanation)];
}

export function emptyListRows(): Row[] {
  const label = 'Your key has no access to any environment';
  return [
    {
      id: 'list/empty',
      label,
      tooltip: `${label}. Ask your BFF administrator for access.`,
      icon: 'info',
    },
    remedyRow('list', { ...retryList, title: 'Refresh' }),
  ];
}

/** As in `ok 34 ms`, or `failed: secret rejected`. */
function pingWords(ping: PingRecord, situation: Situation): string {
  return ping.ok ? `ok ${latencyWords(ping.latencyMs)}` : `failed: ${explain(ping.failure, situation).short}`;
}

function stateIcon(ping: PingRecord | undefined): Pick<EnvironmentItem, 'icon' | 'color'> {
  if (!ping) return { icon: 'circle-large-outline', color: undefined };
  return ping.ok ? { icon: 'pass', color: colors.succeeded } : { icon: 'error', color: colors.failed };
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
  const version = ping.ok ? [apiVersionWords(ping.apiVersion)] : [];
  const last = `Last ping: ${pingWords(ping, situation)}, ${ageWords(ping.endedAt, now)}`;
  return [last, ...version, ...requestWords(ping)].join(', ');
}

function requestWords(ping: PingRecord): string[] {
  const requestId = ping.ok ? ping.requestId : ping.failure.requestId;
  return requestId === undefined ? [] : [`request ${plain(requestId, 128)}`];
}

function tokenLine({ scopes, state, expiresAt }: TokenStatus): string {
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

function latencyWords(ms: number): string {
  return `${Math.round(ms)} ms`;
}

function apiVersionWords(version: string | null): string {
  return version === null ? 'API version not stated' : `API ${plain(version, 40)}`;
}
