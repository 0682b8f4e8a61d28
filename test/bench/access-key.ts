export const accessKey = 'pbff_an-access-key-for-benchmarks';

/** The key that the load sends to every contestant. Contestants that do not check callers ignore it. */
export const authorization = `Bearer ${accessKey}`;
