/** How many rows are in progress at once. Two hide the network's delay; eight are a light load for the BFF and Pearsana. */
const fewest = 2;
const most = 8;
/** After this many good answers, one more row may be in progress at once. */
const answersForOneMore = 4;
/** We stay just below the limit, because the BFF's clock and ours may differ a little. */
const partOfRate = 0.98;
/** How much of a delay we make up for afterwards. Making up for more would send a burst. */
const longestCatchUpMs = 1_000;

/** Decides when to send the next row, and how many may be in progress. It has no clock: the caller passes the time, in ms. */
export type Pace = {
  /** How long to wait before the next row, in ms. */
  wait: (now: number) => number;
  /** Notes that a row was sent. */
  sent: (now: number) => void;
  /** How many rows may be in progress at once. */
  atOnce: () => number;
  /** Notes that an answer arrived as it should. */
  good: () => void;
  /** The BFF or Pearsana is overloaded: sends fewer rows at once, and none before `until`. */
  slower: (until: number) => void;
};

/** @param perMinute how many rows a minute the BFF allows this import. */
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
