import { valueDigest } from '../../../shared/digest.ts';
import type { OperationName } from '../../../shared/operations.ts';
import type { Draft } from '../forms/request-draft.ts';
import type { State } from '../state.ts';

/** What somebody wants to be done once, and where. */
export type Intention = { origin: string; environment: string; operation: OperationName; request: Draft };

/**
 * The idempotency key of each intention, from before it is sent until it is known what became of it: then the same
 * request, even after a restart, asks the BFF about the first one and is not done a second time.
 */
export type Intentions = {
  keyOf(intention: Intention): Promise<string>;
  /** It is over: the same request would be another intention. */
  settle(intention: Intention): Promise<void>;
  /** The keys under which something may have been sent: the answer to a try was lost. */
  readonly lost: Set<string>;
};

/** Of the request there is only a digest. */
type Kept = { digest: string; key: string; since: number };

const stateName = 'intentions';
/** The BFF knows the writes of 30 days. */
const keptMs = 30 * 24 * 60 * 60 * 1000;
const mostIntentions = 200;

export function createIntentions(state: State): Intentions {
  const kept = (): Kept[] =>
    (state.get<Kept[]>(stateName) ?? []).filter(({ since }) => Date.now() - since < keptMs);

  return {
    lost: new Set(),
    async keyOf(intention) {
      const digest = await valueDigest(intention);
      const known = kept().find((each) => each.digest === digest);
      if (known) return known.key;
      const key = crypto.randomUUID();
      await state.update(stateName, [...kept(), { digest, key, since: Date.now() }].slice(-mostIntentions));
      return key;
    },
    async settle(intention) {
      const digest = await valueDigest(intention);
      await state.update(
        stateName,
        kept().filter((each) => each.digest !== digest),
      );
    },
  };
}
