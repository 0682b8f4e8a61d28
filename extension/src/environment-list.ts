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
      /** Offered first, and shown in the status bar; nothing without environments. It never decides where a write goes. */
      defaultId: string | undefined;
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
  /** Asks anew in the background, once it was asked for. Environments that are known are kept if that fails. */
  update(): Promise<void>;
  setDefault(environment: string): void;
  /** Makes it the default too, since something was sent there; a protected one becomes that by a choice alone. */
  sentTo(environment: Pick<Environment, 'id' | 'protected'>): void;
  onDidChange: Event<ListChange>;
};

export type Ask = (signal: AbortSignal) => Promise<EnvironmentsAnswer & { origin: string }>;

/** The environment that was chosen as default, by the BFF's origin. */
export type KeptDefaults = {
  get(origin: string): string | undefined;
  set(origin: string, id: string): unknown;
};

export function createEnvironmentList(ask: Ask, defaults: KeptDefaults): EnvironmentList {
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
      const defaultId = defaultOf(environments, defaults.get(origin));
      return { kind: 'listed', origin, environments, defaultId, fileLimits };
    } catch (error) {
      const failure = failureOf(error);
      return failure.code === 'NOT_SIGNED_IN' ? { kind: 'signedOut' } : { kind: 'failed', failure };
    }
  }

  const codeOf = (each: ListState) => (each.kind === 'failed' ? each.failure.code : undefined);
  function tellOfAll(): void {
    changes.fire('stale');
    changes.fire('loaded');
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
      if (state.kind !== 'listed' && state.kind !== 'failed') return;
      const { signal } = asking;
      const found = await askForState(signal);
      const before = state;
      if (signal.aborted) return;
      if (before.kind === 'listed' && found.kind === 'listed') {
        state = found;
        const changed = changedEnvironments(before.environments, found.environments);
        if (changed === 'all') tellOfAll();
        else if (changed.length > 0) changes.fire(changed);
      } else if (before.kind === 'failed' && codeOf(before) !== codeOf(found)) {
        state = found;
        tellOfAll();
      }
    },
    setDefault(environment) {
      if (state.kind !== 'listed') return;
      const { origin, defaultId } = state;
      void defaults.set(origin, environment);
      state = { ...state, defaultId: environment };
      changes.fire([environment, ...(defaultId === undefined ? [] : [defaultId])]);
    },
    sentTo({ id, protected: isProtected }) {
      if (!isProtected && state.kind === 'listed' && state.defaultId !== id) list.setDefault(id);
    },
  };
  return list;
}

/** Whether somebody is signed in, as far as a state tells; `failed` where the BFF does not tell. */
export function sessionOf({ kind }: ListState): 'signedIn' | 'signedOut' | 'failed' | undefined {
  return kind === 'listed' ? 'signedIn' : kind === 'unknown' ? undefined : kind;
}

/** What the key allows in one environment at least, for the menus; `none` without any. Nothing until it is known. */
export function grantsOf(state: ListState): string | undefined {
  if (state.kind !== 'listed') return undefined;
  const grants = new Set(state.environments.flatMap((environment) => environment.grants));
  return [...grants].join(' ') || 'none';
}

/** Until one is chosen: none that is protected, if there is another. */
function defaultOf(environments: readonly Environment[], kept: string | undefined): string | undefined {
  const found = environments.find(({ id }) => id === kept) ?? environments.find((each) => !each.protected);
  return (found ?? environments[0])?.id;
}

/** The ids whose facts differ; `all` when there are others, or in another order. */
function changedEnvironments(
  before: readonly Environment[],
  after: readonly Environment[],
): 'all' | string[] {
  const ids = (environments: readonly Environment[]) => environments.map(({ id }) => id).join(' ');
  if (ids(before) !== ids(after)) return 'all';
  return after
    .filter((each, index) => JSON.stringify(each) !== JSON.stringify(before[index]))
    .map(({ id }) => id);
}
