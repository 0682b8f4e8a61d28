import { defaultFileLimits } from '../../shared/documents.ts';
import type { Environment, EnvironmentsAnswer, FileLimits } from '../../shared/environments.ts';
import { createEvent, type Event } from './event.ts';
import { type CommandFailure, failureOf } from './failures/command-failure.ts';

/** What is known of the environments; nothing until somebody looks. */
export type ListState =
  | { kind: 'unknown' }
  | { kind: 'signedOut' }
  | { kind: 'failed'; failure: CommandFailure }
  | {
      kind: 'listed';
      origin: string;
      environments: readonly Environment[];
      /** Of the files that this BFF takes. */
      fileLimits: FileLimits;
    };

/** `stale`: to be asked for again. `loaded`: there is a new state. A list: these environments changed. */
export type ListChange = 'stale' | 'loaded' | readonly string[];

/** The list of environments, asked for when first needed, once for however many need it. */
export type EnvironmentList = {
  state(): ListState;
  load(): Promise<ListState>;
  /** Forgets it, and ends a request that is under way: its answer may be for another key or another BFF. */
  invalidate(): void;
  /** Asks anew in the background, and keeps what is known if that fails. */
  update(): Promise<void>;
  onDidChange: Event<ListChange>;
};

export type Ask = (signal: AbortSignal) => Promise<EnvironmentsAnswer & { origin: string }>;

export function createEnvironmentList(ask: Ask): EnvironmentList {
  const changes = createEvent<ListChange>();
  let state: ListState = { kind: 'unknown' };
  let loading: Promise<ListState> | undefined;
  let asking = new AbortController();

  async function read(signal: AbortSignal): Promise<ListState> {
    const found = await askForState(signal);
    if (signal.aborted) return list.load();
    state = found;
    loading = undefined;
    changes.fire('loaded');
    return state;
  }

  async function askForState(signal: AbortSignal): Promise<ListState> {
    try {
      const { origin, environments, fileLimits = defaultFileLimits } = await ask(signal);
      return { kind: 'listed', origin, environments, fileLimits };
    } catch (error) {
      const failure = failureOf(error);
      return failure.code === 'NOT_SIGNED_IN' ? { kind: 'signedOut' } : { kind: 'failed', failure };
    }
  }

  const list: EnvironmentList = {
    onDidChange: changes.event,
    state: () => state,
    async load() {
      if (state.kind !== 'unknown') return state;
      loading ??= read(asking.signal);
      return loading;
    },
    invalidate() {
      asking.abort();
      asking = new AbortController();
      loading = undefined;
      state = { kind: 'unknown' };
      changes.fire('stale');
    },
    async update() {
      if (state.kind !== 'listed') return;
      const { signal } = asking;
      const found = await askForState(signal);
      const before = state;
      if (signal.aborted || before.kind !== 'listed' || found.kind !== 'listed') return;
      state = found;
      const changed = changedEnvironments(before.environments, found.environments);
      if (changed === 'loaded') changes.fire('stale');
      else if (changed.length > 0) changes.fire(changed);
    },
  };
  return list;
}

/** Whether somebody is signed in, as far as a state tells. */
export function sessionOf(state: ListState): 'signedIn' | 'signedOut' | undefined {
  switch (state.kind) {
    case 'signedOut':
      return 'signedOut';
    case 'listed':
      return 'signedIn';
    case 'failed':
      // Whatever was sent was sent with a key.
      return state.failure.requestId === undefined ? undefined : 'signedIn';
    case 'unknown':
      return undefined;
  }
}

/** The ids whose facts differ; `loaded` when there are others, or in another order. */
function changedEnvironments(
  before: readonly Environment[],
  after: readonly Environment[],
): 'loaded' | string[] {
  const ids = (environments: readonly Environment[]) => environments.map(({ id }) => id).join(' ');
  if (ids(before) !== ids(after)) return 'loaded';
  return after
    .filter((each, index) => JSON.stringify(each) !== JSON.stringify(before[index]))
    .map(({ id }) => id);
}
