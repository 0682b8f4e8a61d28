import { type Answer, failureIn, type TestBff } from '../../support/bff/test-bff.ts';
import { operationPath } from '../../support/requests/paths.ts';
import { samples, type WriteName } from '../../support/requests/write-samples.ts';

export type Wanted = {
  name?: WriteName;
  key?: string;
  request?: unknown;
  environment?: string;
  headers?: Record<string, string>;
};

/** Sends a write, with this key where there is one. */
export function write(bff: Pick<TestBff, 'call'>, wanted: Wanted): Promise<Answer> {
  const { name = 'createInvitation', key, request = samples[name].least, environment = 'sandbox' } = wanted;
  return bff.call(operationPath(name, environment), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(key !== undefined && { 'idempotency-key': key }),
      ...wanted.headers,
    },
    body: JSON.stringify(request),
  });
}

/** The answer in short: its status and code, its outcome where it is a failure, and whether it was a replay. */
export function shortly(answer: Answer): string {
  if (answer.status < 300)
    return [answer.status, answer.headers.get('idempotent-replayed') === 'true' && 'replayed']
      .filter(Boolean)
      .join(' ');
  const { code, outcome, retryable } = failureIn(answer);
  return [answer.status, code, outcome, retryable && 'retryable'].filter(Boolean).join(' ');
}
