/** At once at the least and at the most: two hide a network's delay, and eight are no burden for anybody. */
const fewest = 2;
const most = 8;
/** After so many good answers one more may be under way at a time. */
const answersForOneMore = 4;
/** Just under the limit, so that the BFF's clock and ours may differ a little. */
const partOfRate = 0.98;
/** After a delay, so much of it is caught up with; more would be a burst. */
const longestCatchUpMs = 1_000;

/** When the next row may be sent, and how many may be under way. It has no clock: every call is told the time, in ms. */
export type Pace = {
  /** How long to wait before the next row, in ms. */
  wait: (now: number) => number;
  /** A row was sent. */
  sent: (now: number) => void;
  /** How many may be under way at once. */
  atOnce: () => number;
  /** An answer came as it should. */
  good: () => void;
  /** Somebody has too much to do: fewer at once, and none at all before `until`. */
  slower: (until: number) => void;
};

/** @param perMinute the rate that the BFF has given the import. */
export function createPace(perMinute: number): Pace {
  const intervalMs = 60_000 / (perMinute * partOfRate);
  let next: number | undefined;
  let limit = fewest;
  let goodAnswers = 0;

  return {
    wait: (now) => Math.max(0, (next ?? now) - now),
    sent(now) {
      next = Math.max(next ?? now, now - longestCatchUpMs) + intervalMs;
    },
    atOnce: () => limit,
    good() {
      goodAnswers += 1;
      if (goodAnswers % answersForOneMore === 0) limit = Math.min(most, limit + 1);
    },
    slower(until) {
      limit = Math.max(fewest, Math.floor(limit / 2));
      goodAnswers = 0;
      next = Math.max(next ?? until, until);
    },
  };
}
