/** The largest bodies that are read beside those of the table's rows, in bytes. */
export const bodyCaps = {
  /** Whether a write happened. */
  resolution: 1024,
  /** An answer on the page that lets a window in, or the code that it redeems. */
  windowForm: 2 * 1024,
} as const;
