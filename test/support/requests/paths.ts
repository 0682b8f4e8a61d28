import { endpoints } from '../../../shared/endpoints.ts';
import { type OperationName, operations } from '../../../shared/operations.ts';

const anyId = (path: string) => path.replaceAll(/\/:\w+/g, '/an-id');

/** The BFF's path of an operation in an environment; whatever else it names is some id. */
export function operationPath(name: OperationName, environment: string): string {
  return anyId(operations[name].path.replace(':environment', environment));
}

/** What to look at first if a new operation is answered with 404. */
export const standInHint = 'has server/local-pearsana/api.ts a route for it, which answers for any id?';

/** The path that Pearsana is then called at; nothing where it is not called. */
export function partnerPath(name: OperationName): string | undefined {
  const row = operations[name];
  return 'partner' in row ? anyId(row.partner.path) : undefined;
}

/** Where the BFF answers for a caller's own writes. */
export function activityPath(environment: string): string {
  return endpoints.activity.path.replace(':environment', environment);
}

/** A path of the table as its description spells it. */
export function describedPath(name: keyof typeof endpoints): string {
  return endpoints[name].path.replaceAll(/\/:(\w+)/g, '/{$1}');
}
