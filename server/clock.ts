/** Seconds that never step back, whatever happens to the wall clock. */
export type Clock = () => number;

/** The clock of this process. */
export const clock: Clock = () => performance.now() / 1_000;
