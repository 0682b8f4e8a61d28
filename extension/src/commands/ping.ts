import type { CommandHandlers } from '../contributions.ts';
import type { EnvironmentsTree } from '../views/environments-tree.ts';
import { type PingHistory, successRecord } from '../views/ping-history.ts';
import { createReadCommand, type ReadDependencies } from './read-command.ts';

export type PingDependencies = ReadDependencies & {
  history: PingHistory;
  tree: Pick<EnvironmentsTree, 'expand'>;
};

/** Checks whether Pearsana accepts the BFF's token. The result is shown in the tree. */
export function createPingCommand({
  history,
  tree,
  ...dependencies
}: PingDependencies): CommandHandlers['pearsana.ping'] {
  return createReadCommand(
    'ping',
    {
      doing: 'Pinging',
      words: ({ environment, partner }) =>
        `${environment} answered the ping in ${Math.round(partner.durationMs)} ms.`,
      onAnswer(answer, { origin, environment, startedAt }) {
        history.record(origin, environment, successRecord(answer, startedAt, Date.now()));
      },
      onFailure(failure, { origin, environment, startedAt }) {
        // Without a request id nothing was sent: that says nothing of the environment.
        if (failure.requestId === undefined) return;
        history.record(origin, environment, { startedAt, endedAt: Date.now(), ok: false, failure });
        tree.expand(environment);
      },
    },
    dependencies,
  );
}
