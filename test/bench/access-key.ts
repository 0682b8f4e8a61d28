export const accessKey = 'pbff_an-access-key-for-benchmarks';

/** What the load sends to every contestant; those that check no caller take no notice. */
export const authorization = `Bearer ${accessKey}`;
