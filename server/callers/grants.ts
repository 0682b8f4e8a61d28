import type { Caller } from './caller.ts';

/** `environment:operation`; a star, alone, stands for all of either. */
export type Grant = { environment: string; operation: string };

/** The form of an environment's name; whether there is one is for the configuration to say. */
export const environmentName = /^[a-z][a-z0-9-]{0,30}$/;
const operationName = /^[a-zA-Z]{1,40}$/;

/** A grant, or nothing where the text is none. Whether there is such an operation is not looked at. */
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

/** Whether a caller may do anything at all in an environment: who may not need not even know that it is there. */
export function isGrantedAnything({ grants }: Pick<Caller, 'grants'>, environment: string): boolean {
  return grants.some((text) => ['*', environment].includes(parseGrant(text)?.environment ?? ''));
}
