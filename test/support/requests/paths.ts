import { endpoints } from '../../../shared/endpoints.ts';
import { type OperationName, operations } from '../../../shared/operations.ts';

/** The BFF's path of an operation; `environment` is a name, or how a description writes its place. */
export function operationPath(name: OperationName, environment: string): string {
  return operations[name].path.replace(':environment', environment);
}

/** Where the BFF answers for a caller's own writes. */
export function activityPath(environment: string): string {
  return endpoints.activity.path.replace(':environment', environment);
}
