/** Who is calling, once the BFF knows. */
export type Caller = {
  /** Stable, and fit for a log: the name that was given to a key, as in `ada-laptop`. */
  id: string;
  kind: 'access-key' | 'session';
  /** `environment:operation`, with `*` for all of either. */
  grants: readonly string[];
  /** For people, where it is known; it stands in no log. */
  name?: string;
  /** Which of the caller's keys it was, where it is one of the access file: what takes it away again. */
  keyId?: string;
};

/** The caller that an `Authorization` header proves, if any. */
export type IdentifyCaller = (authorization: string) => Caller | undefined;
