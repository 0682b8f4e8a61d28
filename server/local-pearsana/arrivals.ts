/** One request as the API received it. */
export type Arrival = {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** The caller's `X-Request-Id` if it was well-formed; otherwise the one that the API made. */
  readonly requestId: string;
  /** Whether a token was sent and accepted. */
  authenticated: boolean;
  /** The parsed body, if it is no larger than 256 KB; `undefined` until it was read, which happens only after the token was accepted. */
  body: unknown;
  /** `undefined` until the request is answered. */
  status: number | undefined;
};

const kept = 1_000;

/** Records each request as it arrives, so that one that is never answered is listed too. The oldest are dropped first. */
export function recordArrival(
  arrivals: Arrival[],
  request: Pick<Arrival, 'method' | 'path' | 'requestId'>,
): Arrival {
  const arrival: Arrival = { ...request, authenticated: false, body: undefined, status: undefined };
  arrivals.push(arrival);
  if (arrivals.length > kept) arrivals.shift();
  return arrival;
}
