import type { OperationName } from '../../../shared/operations.ts';
import { BffError } from '../../bff-error.ts';
import type { Caller } from '../../callers/caller.ts';
import { isGranted, isGrantedAnything } from '../../callers/grants.ts';
import type { EnvironmentConfig } from '../../config/environment-config.ts';
import type { RequestContext } from '../middleware/request-context.ts';

/** Where a caller may do nothing, it need not know that there is anything. */
export function grantedTo(caller: Caller, environments: readonly EnvironmentConfig[]): EnvironmentConfig[] {
  return environments.filter(({ id }) => isGrantedAnything(caller, id));
}

export function requireGrant(
  context: RequestContext,
  caller: Caller,
  environment: string,
  operation: OperationName,
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

/** @param known those that the caller may know of. */
export function environmentNotFound(known: readonly EnvironmentConfig[]): BffError {
  const names = known.map(({ id }) => id).join(', ');
  return BffError.of(
    'ENVIRONMENT_NOT_FOUND',
    `There is no environment of that name here. ${names ? `Yours are: ${names}.` : 'You have access to none.'}`,
  );
}
