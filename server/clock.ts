/** Seconds from a clock that never goes back, even if the wall clock is changed. */
export type Clock = () => number;

/** The clock of this process. */
export const clock: Clock = () => performance.now() / 1_000;
