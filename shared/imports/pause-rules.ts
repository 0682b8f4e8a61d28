import type { RowEnd } from './row-end.ts';

/** Why an import pauses until a person has looked. */
export type PauseReason =
  /** The first five rows were refused with the same code, so the whole file is probably wrong. */
  | 'first-refused'
  /** Ten of the last twenty rows failed. */
  | 'many-failed'
  /** Three rows in succession have no known outcome. Each further row might reach a person without our knowing. */
  | 'many-unknown';

/** Each reason in words, for the person who looks. */
export const pauseWords: Record<PauseReason, string> = {
  'first-refused':
    'Paused: the first five rows were refused for the same reason, so the file is probably wrong.',
  'many-failed': 'Paused: ten of the last twenty rows failed.',
  'many-unknown':
    'Paused: the last three rows have no known outcome. Check the Pearsana portal before you continue.',
};

const firstRows = 5;
const lastRows = 20;
const mostFailures = 10;
const mostUnknown = 3;

/** Watches how the rows end, in the order in which they end. */
export type PauseRules = {
  /** Notes how a row ended. @returns the reason to pause now, if there is one. */
  note: (end: RowEnd) => PauseReason | undefined;
  /** Starts anew, because a person has decided to continue. */
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
