import type { Environment } from '../../../shared/environments.ts';
import { colors } from '../contributions.ts';
import { explain, sentencesOf } from '../failures/explain-failure.ts';
import { retry } from '../failures/remedies.ts';
import type { Situation } from '../failures/situation.ts';
import { plain } from '../plain-text.ts';
import { ageWords } from '../time-words.ts';
import { latencyWords, notGranted, requestWords, stateIcon, tokenLine } from './environment-words.ts';
import type { PastAnswers, PingRecord } from './past-answers.ts';
import { type Row, remedyRows } from './row.ts';
import { shortScope } from './scope-words.ts';

/** Of a row below it, which need not say again that the environment is protected. */
const resultIcon = (ping: PingRecord) => stateIcon({ protected: false }, ping);
const warning = { icon: 'warning', color: colors.unknown };

/** What is known of an environment, a row for each; of what nothing is known, there is none. */
export function environmentRows(
  environment: Environment,
  answers: PastAnswers,
  situation: Situation,
  now: number,
): Row[] {
  return [
    ...pingRows(environment, answers.ping, situation, now),
    ...healthRows(environment, answers, now),
    ...versionRows(environment, answers),
    ...tokenRows(environment),
    ...scopeRows(environment, answers),
  ];
}

function pingRows(
  { id, grants }: Environment,
  ping: PingRecord | undefined,
  situation: Situation,
  now: number,
): Row[] {
  const rowId = `${id}/ping`;
  const again = retry('pearsana.ping', { environment: id });
  if (!ping) {
    const mayPing = grants.includes('ping');
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
    const facts = [latencyWords(ping.latencyMs), age];
    const hint = grants.includes('ping') ? ['Click to ping again.'] : [];
    return [
      {
        ...{ id: rowId, label: 'Last ping ok', description: facts.join(' · '), ...resultIcon(ping) },
        tooltip: [...facts, ...requestWords(ping), ...hint].join('\n'),
        ...(hint.length > 0 && { remedy: { ...again, title: 'Ping' } }),
      },
    ];
  }
  const explanation = explain(ping.failure, situation, ping.before ? { ...again, title: 'Ping' } : again);
  const last: Row = {
    id: rowId,
    label: `Last ${ping.before ? 'call' : 'ping'} failed`,
    description: `${explanation.short} · ${age}`,
    tooltip: [sentencesOf(explanation), ...requestWords(ping)].join('\n'),
    ...resultIcon(ping),
  };
  return [last, ...remedyRows(rowId, explanation.remedies)];
}

function healthRows({ id, grants }: Environment, { health }: PastAnswers, now: number): Row[] {
  if (!health) return [];
  const { status, latencyMs, endedAt } = health;
  const facts = [plain(status, 40), latencyWords(latencyMs), ageWords(endedAt, now)].join(' · ');
  return [
    {
      id: `${id}/health`,
      label: 'Health',
      description: facts,
      tooltip: `Pearsana’s health: ${facts}`,
      ...(status === 'ok' ? { icon: 'heart' } : warning),
      ...(grants.includes('health') && { remedy: retry('pearsana.health', { environment: id }) }),
    },
  ];
}

function versionRows({ id, newerApiVersion }: Environment, { apiVersion }: PastAnswers): Row[] {
  const newer = newerApiVersion === undefined ? undefined : `${plain(newerApiVersion, 40)} is available`;
  const facts = [apiVersion && plain(apiVersion, 40), newer].filter(Boolean).join(' · ');
  if (facts === '') return [];
  const advice = newer && '\nAsk your BFF administrator when the BFF will use it.';
  return [
    {
      id: `${id}/version`,
      label: 'API version',
      description: facts,
      tooltip: `Version of Pearsana’s API: ${facts}${advice ?? ''}`,
      icon: newer ? 'info' : 'versions',
    },
  ];
}

function tokenRows({ id, tokens }: Environment): Row[] {
  if (tokens.length === 0) return [];
  const states = { fresh: 'in use', stale: 'in use', expired: 'expired', failing: 'unavailable' };
  const words = tokens.map(({ state }) => states[state]);
  const counts = ['unavailable', 'in use', 'expired'].flatMap((each) => {
    const count = words.filter((word) => word === each).length;
    return count > 0 ? `${count} ${each}` : [];
  });
  return [
    {
      id: `${id}/tokens`,
      label: tokens.length === 1 ? 'Token' : 'Tokens',
      description: tokens.length === 1 ? words.join() : counts.join(', '),
      tooltip: tokens.map(tokenLine).join('\n'),
      ...(words.includes('unavailable') ? warning : { icon: 'key' }),
    },
  ];
}

function scopeRows(
  { id, grants, tokens }: Environment,
  { missingScopes = [], scopeCount }: PastAnswers,
): Row[] {
  // Whoever enabled one meanwhile is not told any longer that it is missing.
  const had = tokens.filter(({ state }) => state === 'fresh').flatMap(({ scopes }) => scopes);
  const missing = missingScopes.filter((scope) => !had.includes(scope)).map(shortScope);
  const count = missing.length > 1 ? `${missing.length} · ` : '';
  if (missing.length === 0 && scopeCount === undefined) return [];
  return [
    {
      id: `${id}/scopes`,
      label: missing.length > 0 ? 'Missing scopes' : 'Scopes',
      description: missing.length > 0 ? count + missing.join(', ') : `all ${scopeCount} enabled`,
      tooltip:
        missing.length > 0
          ? `Not enabled on the App Client:\n${missing.join('\n')}\nAn administrator of your organisation can enable them in the Pearsana portal, under Developer → App Clients.`
          : 'Every documented scope is enabled on the App Client.',
      ...(missing.length > 0 ? warning : { icon: 'checklist' }),
      ...(grants.includes('scopes') && { remedy: retry('pearsana.scopes', { environment: id }) }),
    },
  ];
}
