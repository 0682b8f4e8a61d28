import type { CommandFailure } from '../../extension/src/failures/command-failure.ts';
import type { Situation } from '../../extension/src/failures/situation.ts';
import type { Environment } from '../../shared/environments.ts';

export const backend = 'http://127.0.0.1:8787';

/** A desktop window without a remote. */
export const desktop: Situation = {
  inBrowser: false,
  browserOrigin: undefined,
  remoteName: undefined,
  backend,
};

export const sandbox: Environment = {
  id: 'sandbox',
  name: 'sandbox',
  kind: 'sandbox',
  protected: false,
  apiUrl: 'https://sandbox.api.pearsana.com',
  grants: ['health', 'ping'],
  tokens: [],
};

export const production: Environment = {
  ...sandbox,
  id: 'production',
  name: 'production',
  kind: 'production',
  protected: true,
  apiUrl: 'https://api.pearsana.com',
};

export function failureSample(code: string, more: Partial<CommandFailure> = {}): CommandFailure {
  return {
    code,
    message: 'The message.',
    source: 'bff',
    retryable: false,
    requestId: 'request-1',
    environment: 'sandbox',
    ...more,
  };
}
