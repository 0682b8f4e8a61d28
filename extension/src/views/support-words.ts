import type { Environment } from '../../../shared/environments.ts';
import { type OperationName, operations, partnerApiVersion } from '../../../shared/operations.ts';
import { plain } from '../plain-text.ts';
import type { Write } from './activity-pages.ts';
import { stateLooks } from './activity-words.ts';

/** What sent them, as in `Pearsana Partner 0.1.0, VS Code 1.140.0`. */
export type Versions = { extension: string; host: string };

/**
 * What Pearsana's support needs to find requests: ids, times (UTC) and versions. Nobody's data is in it: no id of a person,
 * no name, no content.
 */
export function supportText(
  writes: readonly Write[],
  environments: readonly Environment[],
  { extension, host }: Versions,
): string {
  const several = `${writes.length} requests`;
  const blocks = writes.map((write, index) => {
    const { environment, operation, state, startedAt, endedAt, requestId, partnerRequestId, code, status } =
      write;
    const apiUrl = environments.find(({ id }) => id === environment)?.apiUrl;
    const answer = status === null ? 'no answer from Pearsana' : `Pearsana answered ${status}`;
    return [
      `${index + 1}. ${callWords(operation)} at ${plain(apiUrl ?? environment, 200)}`,
      `   X-Request-Id: ${plain(requestId, 128)}`,
      partnerRequestId !== null &&
        partnerRequestId !== requestId &&
        `   Pearsana's request id: ${plain(partnerRequestId, 128)}`,
      `   Sent: ${startedAt}${endedAt === null ? '' : `, ended: ${endedAt}`}`,
      `   Outcome: ${stateLooks[state].words} (${[answer, code].filter(Boolean).join(', ')})`,
    ]
      .filter(Boolean)
      .join('\n');
  });
  return [
    `${writes.length === 1 ? 'One request' : several} to Pearsana's Partner API, version ${partnerApiVersion}`,
    ...blocks,
    `Sent with: ${extension}, ${host}`,
    '',
  ].join('\n\n');
}

/** As in `POST /v1/invitations`. */
function callWords(operation: string): string {
  if (!Object.hasOwn(operations, operation)) return plain(operation, 60);
  const { method, partner } = operations[operation as OperationName] as {
    method: string;
    partner?: { path: string };
  };
  return `${method} ${partner?.path ?? ''}`;
}
