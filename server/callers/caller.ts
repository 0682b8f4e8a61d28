/** Who is calling, once the BFF knows. */
export type Caller = {
  /** Stable, and safe to log: the name of the access key, such as `ada-laptop`. */
  id: string;
  kind: 'access-key' | 'session';
  /** `environment:operation`, with `*` for all of either. */
  grants: readonly string[];
  /** The person's name, if it is known. It is never logged. */
  name?: string;
  /** The id of the key in the access file, if the caller used one: with it, the key can be removed. */
  keyId?: string;
};

/** The caller that an `Authorization` header proves, if any. */
export type IdentifyCaller = (authorization: string) => Caller | undefined;
