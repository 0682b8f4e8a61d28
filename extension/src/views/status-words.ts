import { callerWords } from '../authentication/session-store.ts';
import type { CommandId } from '../contributions.ts';
import type { ListState } from '../environment-list.ts';
import { explain, sentencesOf } from '../failures/explain-failure.ts';
import type { Situation } from '../failures/situation.ts';
import { plain } from '../plain-text.ts';
import { timeWords } from '../time-words.ts';
import { kindWords, latencyWords, pingWords, stateIcon } from './environment-words.ts';
import type { PingRecord } from './past-answers.ts';

/** What the status bar shows, and what a click does. */
export type StatusItem = {
  text: string;
  tooltip: string;
  /** For a screen reader: the text without its icon, or what a click does. */
  spoken: string;
  command: Extract<CommandId, 'pearsana.chooseEnvironment' | 'pearsana.signIn'>;
};

/** What it is made of; `caller` is who is signed in, as the BFF calls them. */
export type StatusFacts = {
  state: ListState;
  lastPing: (origin: string, environment: string) => PingRecord | undefined;
  caller: string | undefined;
  situation: Situation;
};

/** As in `✓ sandbox · 34 ms · owner key`. */
export function statusItem({ state, lastPing, caller, situation }: StatusFacts): StatusItem {
  const who = caller === undefined ? undefined : callerWords(caller);
  const backend = plain(situation.backend, 100);
  const command = 'pearsana.chooseEnvironment';
  if (state.kind === 'signedOut' || (state.kind === 'unknown' && who === undefined)) {
    const tooltip = `You are not signed in to ${backend}. Click to sign in.`;
    const { text } = shown('sign-in', 'Pearsana: Sign In');
    return { text, spoken: `Sign in to ${backend}`, tooltip, command: 'pearsana.signIn' };
  }
  const signedIn = who === undefined ? [] : [`Signed in to ${backend} as ${who}.`];
  if (state.kind === 'failed') {
    const words = sentencesOf(explain(state.failure, situation));
    return { ...shown('warning', 'Pearsana'), tooltip: [words, ...signedIn].join('\n'), command };
  }
  const { environments, defaultId, origin } =
    state.kind === 'listed' ? state : { environments: [], defaultId: undefined, origin: '' };
  const environment = environments.find(({ id }) => id === defaultId);
  if (!environment) {
    const tooltip = state.kind === 'listed' ? ['Your key has no access to any environment.'] : [];
    return { ...shown('plug', 'Pearsana', who), tooltip: [...tooltip, ...signedIn].join('\n'), command };
  }
  const ping = lastPing(origin, environment.id);
  const name = plain(environment.name, 60);
  const result = ping && (ping.ok ? latencyWords(ping.latencyMs) : 'failed');
  const kind = kindWords(environment);
  return {
    ...shown(stateIcon(environment, ping).icon, name, environment.protected && 'protected', result, who),
    tooltip: [
      `Pearsana, default environment: ${name}${kind && ` (${kind})`}. It is offered first.`,
      ping
        ? `Last ${!ping.ok && ping.before ? 'call' : 'ping'}: ${pingWords(ping, situation)}, ${timeWords(ping.endedAt)}.`
        : 'Not pinged yet.',
      ...signedIn,
      'Click to choose another.',
    ].join('\n'),
    command,
  };
}

function shown(icon: string, ...facts: (string | false | undefined)[]): Pick<StatusItem, 'text' | 'spoken'> {
  const words = facts.filter(Boolean);
  return { text: `$(${icon}) ${words.join(' · ')}`, spoken: words.join(', ') };
}
