/** Milliseconds. `wall` may be wrong; `running` never goes back, and starts with the process. */
export type JournalClock = { wall(): number; running(): number };

export const journalClock: JournalClock = {
  wall: Date.now,
  running: () => Math.floor(performance.now()),
};
