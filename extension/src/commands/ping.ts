import type { CommandHandlers } from '../contributions.ts';
import { createReadCommand, type ReadDependencies } from './read-command.ts';

/** Whether Pearsana accepts the BFF's token. */
export function createPingCommand(dependencies: ReadDependencies): CommandHandlers['pearsana.ping'] {
  return createReadCommand(
    'ping',
    {
      doing: 'Pinging',
      words: ({ environment, partner }) =>
        `${environment} answered the ping in ${Math.round(partner.durationMs)} ms`,
    },
    dependencies,
  );
}
