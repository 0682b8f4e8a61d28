import type { Backend } from '../backend.ts';
import { readEnvironmentArgument } from '../command-arguments.ts';
import { type CommandFailure, failureOf } from '../command-failure.ts';
import type { CallResult, CommandHandlers, Failed } from '../contributions.ts';
import type { EnvironmentsTree } from '../environments-tree.ts';
import { explain } from '../explain-failure.ts';
import { type NextStep, retryPing } from '../next-step.ts';
import { type PingHistory, successRecord } from '../ping-history.ts';
import { plain } from '../plain-text.ts';
import { showFailure, showResult } from '../show-message.ts';
import type { Situation } from '../situation.ts';
import { callWithProgress } from './call-with-progress.ts';
import { type PickDependencies, pickEnvironment } from './pick-environment.ts';

export type PingDependencies = PickDependencies & {
  backend: Backend;
  situation: () => Situation;
  history: PingHistory;
  tree: Pick<EnvironmentsTree, 'expand'>;
};

/** Pings the environment that was clicked or named, else the one that is chosen now. */
export function createPingCommand(dependencies: PingDependencies): CommandHandlers['pearsana.ping'] {
  const { backend, history, list, situation, tree } = dependencies;

  function tell(error: CommandFailure, retry: NextStep): Failed {
    showFailure(explain(error, situation(), retry), error.requestId);
    return { error };
  }

  async function ping(environment: string): Promise<CallResult<'ping'>> {
    const origin = backend.origin();
    const startedAt = Date.now();
    const result = await callWithProgress(`Pinging ${plain(environment)} …`, (signal) =>
      backend.call('ping', { environment, signal }),
    );
    if (result === undefined) return undefined;

    if ('error' in result) {
      const { error } = result;
      // Without a request id nothing was sent: that says nothing of the environment.
      if (error.requestId !== undefined) {
        history.record(origin, environment, { startedAt, endedAt: Date.now(), ok: false, failure: error });
        tree.expand(environment);
      }
      // The BFF went on to the partner, and may know more of its tokens now.
      if (error.source === 'auth' || error.source === 'pearsana') void list.update();
      return tell(error, retryPing(environment));
    }
    history.record(origin, environment, successRecord(result, startedAt, Date.now()));
    void list.update();
    const { partner, requestId } = result;
    showResult(
      `${plain(result.environment)} answered the ping in ${Math.round(partner.durationMs)} ms (request ${plain(requestId)}).`,
      requestId,
    );
    return result;
  }

  return async (argument) => {
    try {
      const target =
        readEnvironmentArgument('pearsana.ping', argument) ??
        (await pickEnvironment('ping', 'Ping', dependencies));
      if (target === undefined) return undefined;
      if ('error' in target) return tell(target.error, { title: 'Retry', command: 'pearsana.ping' });
      return await ping(target.environment);
    } catch (error) {
      return tell(failureOf(error), { title: 'Retry', command: 'pearsana.ping' });
    }
  };
}
