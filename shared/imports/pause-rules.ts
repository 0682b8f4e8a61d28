/** Why an import stops by itself until a person has looked. */
export type PauseReason =
  /** The first five rows were refused with the same code: the file, or what it asks for, is wrong as a whole. */
  | 'first-refused'
  /** Ten of the last twenty rows failed. */
  | 'many-failed'
  /** Three rows in a row have no known outcome: each more may reach a person without our knowing it. */
  | 'many-unknown';

type RowEnd = {
  state: 'succeeded' | 'known' | 'refused' | 'not_sent' | 'unknown';
  code?: string | undefined;
};

const firstRows = 5;
const lastRows = 20;
const mostFailures = 10;
const mostUnknown = 3;

/** Watches how rows end, in the order in which they do. */
export type PauseRules = {
  /** Gives the reason to pause now, if there is one. */
  note: (end: RowEnd) => PauseReason | undefined;
  /** Forgets what was seen: a person has decided to go on. */
  forget: () => void;
};

export function createPauseRules(): PauseRules {
  let ends: RowEnd[] = [];
  let unknownInARow = 0;
  let isBeginning = true;

  return {
    note(end) {
      ends.push(end);
      unknownInARow = end.state === 'unknown' ? unknownInARow + 1 : 0;
      if (unknownInARow >= mostUnknown) return 'many-unknown';
      const [first] = ends;
      if (isBeginning && ends.length === firstRows && first?.state === 'refused') {
        if (ends.every(({ state, code }) => state === 'refused' && code === first.code))
          return 'first-refused';
      }
      if (ends.length > lastRows) {
        isBeginning = false;
        ends = ends.slice(-lastRows);
      }
      const failed = ends.filter(({ state }) => state !== 'succeeded' && state !== 'known');
      return failed.length >= mostFailures ? 'many-failed' : undefined;
    },
    forget() {
      ends = [];
      unknownInARow = 0;
      isBeginning = false;
    },
  };
}
