import type { Caller } from './caller.ts';

/** `environment:operation`; `*` means all environments, or all operations. */
type Grant = { environment: string; operation: string };

/** The form of an environment's name. Whether such an environment exists is up to the configuration. */
export const environmentName = /^[a-z][a-z0-9-]{0,30}$/;
const operationName = /^[a-zA-Z]{1,40}$/;

/** Parses a grant; undefined if the text is not one. It does not check whether the operation exists. */
export function parseGrant(text: string): Grant | undefined {
  const [environment = '', operation = '', ...rest] = text.split(':');
  const isGrant =
    rest.length === 0 &&
    (environment === '*' || environmentName.test(environment)) &&
    (operation === '*' || operationName.test(operation));
  return isGrant ? { environment, operation } : undefined;
}

/** Whether a caller may use an operation in an environment; `*` asks whether that is all of them. */
export function isGranted(
  { grants }: Pick<Caller, 'grants'>,
  environment: string,
  operation: string,
): boolean {
  return grants.some((text) => {
    const grant = parseGrant(text);
    return (
      grant !== undefined &&
      (grant.environment === '*' || grant.environment === environment) &&
      (grant.operation === '*' || grant.operation === operation)
    );
  });
}

/** Whether a caller may do anything at all in an environment. If not, the caller is not even told that it exists. */
export function isGrantedAnything({ grants }: Pick<Caller, 'grants'>, environment: string): boolean {
  return grants.some((text) => ['*', environment].includes(parseGrant(text)?.environment ?? ''));
}
