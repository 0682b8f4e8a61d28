const dayMs = 24 * 60 * 60 * 1000;
/** From its last change on. A write whose outcome nobody knows is kept until somebody resolves it. */
export const keptMs = 30 * dayMs;
/** A row with all its texts. An answer's ids that no longer fit are left out of it. */
export const mostRowBytes = 16 * 1024;
/** What is left of that for references: the rest is for ids, and for how the write ended. */
export const mostReferenceBytes = 14 * 1024;
/** What is kept of one caller, indexes included. */
export const mostCallerBytes = 100_000_000;
