import type { Environment } from '../../../shared/environments.ts';
import type { OperationName } from '../../../shared/operations.ts';
import { CommandError, failureOf } from '../command-failure.ts';
import type { Failed } from '../contributions.ts';
import type { EnvironmentList } from '../environment-list.ts';
import { notGranted } from '../environment-words.ts';

/** What is known of the environment, and of whom: both are in a write's preview, so both must still hold when it is sent. */
export async function lookUp(
  list: EnvironmentList,
  id: string,
  operation: OperationName,
): Promise<{ origin: string; environment: Environment } | Failed> {
  const state = await list.load();
  if (state.kind === 'failed') return { error: state.failure };
  if (state.kind !== 'listed')
    return { error: failureOf(new CommandError('NOT_SIGNED_IN', 'You are not signed in.')) };
  const environment = state.environments.find((each) => each.id === id);
  const refusal = { source: 'extension', retryable: false, environment: id, outcome: 'not_sent' } as const;
  if (!environment) {
    return {
      error: { ...refusal, code: 'ENVIRONMENT_NOT_FOUND', message: 'There is no such environment for you.' },
    };
  }
  if (!environment.grants.includes(operation)) {
    return { error: { ...refusal, code: 'FORBIDDEN', message: notGranted(id, operation) } };
  }
  return { origin: state.origin, environment };
}
