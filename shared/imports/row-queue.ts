/** How often a postponed row is tried in all. */
const mostTries = 5;
/** How often a row is sent again after its connection broke. The number is high because the BFF may restart many times. */
const mostQuestions = 20;
const shortestWaitMs = 1_000;
const longestWaitMs = 60_000;

type Waiting<Row> = { row: Row; due: number };

/** The rows that have not ended yet, and when each may be sent. */
export type RowQueue<Row> = {
  isEmpty: () => boolean;
  /** How long to wait until a row may be sent, in ms. */
  wait: (now: number) => number;
  /** Takes the next row that may be sent. */
  next: (now: number) => Row | undefined;
  /**
   * Postpones a row by `afterMs`, or by a delay that grows each time.
   * @param isFree this does not count as a try of the row.
   * @returns when the row is due; undefined if it was postponed too often.
   */
  later: (row: Row, afterMs?: number | undefined, isFree?: boolean) => number | undefined;
  /**
   * Puts a row at the front that the BFF did not answer. @returns false if this has happened too often.
   * @param state `unknown` if the row may have reached the BFF.
   */
  askAgain: (row: Row, state: 'not_sent' | 'unknown') => boolean;
  /** Whether an answer about the row was lost, so that the row may have been sent. */
  mayHaveArrived: (row: Row) => boolean;
  ended: (row: Row) => void;
  /** The rows that have not ended, and whether each may have arrived even so. */
  rest: () => { row: Row; mayHaveArrived: boolean }[];
};

export function createRowQueue<Row>(
  rows: readonly Row[],
  { now, random }: { now: () => number; random: () => number },
): RowQueue<Row> {
  /** The index of the next row that has not been tried. */
  let place = 0;
  const asked: Row[] = [];
  const waiting: Waiting<Row>[] = [];
  const tries = new Map<Row, number>();
  /** How often each row was not answered. */
  const unanswered = new Map<Row, number>();
  /** The rows that may have reached the BFF even so. */
  const lost = new Set<Row>();

  const firstDue = () => waiting.reduce((first, { due }) => Math.min(first, due), Number.POSITIVE_INFINITY);

  return {
    isEmpty: () => asked.length === 0 && waiting.length === 0 && place >= rows.length,
    wait: (time) => (asked.length > 0 || place < rows.length ? 0 : Math.max(0, firstDue() - time)),
    next(time) {
      const question = asked.shift();
      if (question !== undefined) return question;
      const due = waiting.findIndex((each) => each.due <= time);
      if (due >= 0) return waiting.splice(due, 1)[0]?.row;
      const row = rows[place];
      if (place < rows.length) place += 1;
      return row;
    },
    later(row, afterMs, isFree = false) {
      const count = (tries.get(row) ?? 0) + (isFree ? 0 : 1);
      tries.set(row, count);
      if (count >= mostTries) return undefined;
      const growing =
        Math.min(longestWaitMs, shortestWaitMs * 2 ** Math.max(0, count - 1)) * (0.5 + random() / 2);
      const due = now() + (afterMs === undefined ? growing : afterMs + random() * shortestWaitMs);
      waiting.push({ row, due });
      return due;
    },
    askAgain(row, state) {
      const count = (unanswered.get(row) ?? 0) + 1;
      unanswered.set(row, count);
      if (state === 'unknown') lost.add(row);
      if (count > mostQuestions) return false;
      asked.push(row);
      return true;
    },
    mayHaveArrived: (row) => lost.has(row),
    ended(row) {
      tries.delete(row);
      unanswered.delete(row);
      lost.delete(row);
    },
    rest: () => {
      const open = [...asked, ...waiting.map(({ row }) => row), ...rows.slice(place)];
      return open.map((row) => ({ row, mayHaveArrived: lost.has(row) }));
    },
  };
}
