/** Who is calling, once the BFF knows. */
export type Caller = {
  id: string;
  kind: 'access-key' | 'session';
  /** `environment:operation`, with `*` for all of either. */
  grants: readonly string[];
};

/** Whether a caller may use an operation in an environment. */
export function isGranted(caller: Caller, environment: string, operation: string): boolean {
  return caller.grants.some((grant) => {
    const [where, what] = grant.split(':');
    return (where === '*' || where === environment) && (what === '*' || what === operation);
  });
}
