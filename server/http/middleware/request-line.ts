import { type OperationName, operationNames, operations } from '../../../shared/operations.ts';
import { environmentName } from '../../callers/grants.ts';

/** The environment that a request line names, if it is a name. */
export function environmentAt(path: string): string | undefined {
  const segment = /^\/api\/environments\/([^/?]+)\//.exec(path)?.[1] ?? '';
  try {
    return environmentName.exec(decodeURIComponent(segment))?.[0];
  } catch {
    return undefined;
  }
}

/** The operation that a request line names, known before the request has proved anything: failures and log lines tell it. */
export function operationAt(method: string, path: string): OperationName | undefined {
  const tail = /^\/api\/environments\/[^/]+\/([^?]+)/.exec(path)?.[1];
  return operationNames.find((name) => operations[name].path === tail && operations[name].method === method);
}
