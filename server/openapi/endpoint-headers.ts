import type { Json } from './document-types.ts';
import type { Endpoint } from './endpoint.ts';
import type { headers, ParameterName } from './headers.ts';

type HeaderName = keyof typeof headers;

export function parametersOf({
  inEnvironment,
  confirmed = false,
  writes,
  access,
  parameters: more = [],
}: Endpoint): Json[] {
  const refs = (...names: ParameterName[]) =>
    names.map((name) => ({ $ref: `#/components/parameters/${name}` }));
  return [
    ...(inEnvironment ? refs('environment') : []),
    ...more,
    ...refs('requestId'),
    ...(confirmed ? refs('confirmEnvironment') : []),
    ...(writes ? refs('idempotencyKey', 'importId') : []),
    ...(access === 'caller' || access === 'session' ? refs('client') : []),
  ];
}

/** The headers of an endpoint's answer with that status. */
export function headersOf({ limitedBy, crossOrigin, writes }: Endpoint, status: number | string): Json {
  const succeeds = String(status).startsWith('2');
  const names: HeaderName[] = [
    'X-Request-Id',
    ...(limitedBy === 'caller' ? (['RateLimit', 'RateLimit-Policy'] as const) : []),
    ...(crossOrigin ? (['Access-Control-Allow-Origin'] as const) : []),
    ...([409, 429, 503].includes(Number(status)) ? (['Retry-After'] as const) : []),
    ...(status === 401 ? (['WWW-Authenticate'] as const) : []),
    ...(writes && succeeds ? (['Idempotent-Replayed'] as const) : []),
  ];
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}
