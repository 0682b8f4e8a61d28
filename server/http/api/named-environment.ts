import { BffError } from '../../bff-error.ts';
import type { Caller } from '../../callers/caller.ts';
import { isGranted, isGrantedAnything } from '../../callers/grants.ts';
import type { EnvironmentFacts } from '../../config/environment-config.ts';
import type { RequestContext } from '../middleware/request-context.ts';

/** The environments where a caller may do something. The caller is not told about the others. */
export function grantedTo(caller: Caller, environments: readonly EnvironmentFacts[]): EnvironmentFacts[] {
  return environments.filter(({ id }) => isGrantedAnything(caller, id));
}

export function requireGrant(
  context: RequestContext,
  caller: Caller,
  environment: string,
  operation: string,
): void {
  if (isGranted(caller, environment, operation)) return;
  const missingGrant = `${environment}:${operation}`;
  Object.assign(context, { environment, missingGrant } satisfies Partial<RequestContext>);
  throw BffError.of(
    'FORBIDDEN',
    `Your grants do not include ${missingGrant}. Ask your BFF administrator for it.`,
    { details: { missingGrant } },
  );
}

/** The environment of that name, if the caller may do anything there. */
export function knownEnvironment(
  caller: Caller,
  environments: readonly EnvironmentFacts[],
  name: string | undefined,
): EnvironmentFacts {
  const known = grantedTo(caller, environments);
  const environment = known.find(({ id }) => id === name);
  if (environment === undefined) throw environmentNotFound(known);
  return environment;
}

/** @param known the environments that the caller may know about. */
export function environmentNotFound(known: readonly EnvironmentFacts[]): BffError {
  const names = known.map(({ id }) => id).join(', ');
  return BffError.of(
    'ENVIRONMENT_NOT_FOUND',
    `There is no environment of that name here. ${names ? `Yours are: ${names}.` : 'You have access to none.'}`,
  );
}
