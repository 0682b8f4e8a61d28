const dayMs = 24 * 60 * 60 * 1000;
/** Counted from its last change. A write with an unknown outcome is kept until somebody resolves it. */
export const keptMs = 30 * dayMs;
/** Ages are exact to about ten minutes, and no row is removed too early. */
export const ageMarginMs = 60 * 60 * 1000;
/** A row with all its texts. If the ids of an answer do not fit, they are left out. */
export const mostRowBytes = 16 * 1024;
/** The part of that for references. The rest is for ids and the outcome. */
export const mostReferenceBytes = 14 * 1024;
/** The limit for one caller, including indexes. */
export const mostCallerBytes = 100_000_000;
/** What an import takes, its entries in the indexes included. */
export const importBytes = 500;
