import type { CommandHandlers } from '../contributions.ts';
import { createReadCommand, type ReadDependencies } from './read-command.ts';

/** Whether Pearsana is up, whatever it thinks of our credentials: no token is sent. */
export function createHealthCommand(dependencies: ReadDependencies): CommandHandlers['pearsana.health'] {
  return createReadCommand(
    'health',
    {
      doing: 'Checking the health of',
      words({ environment, result: { status }, partner }) {
        const health = status === 'ok' ? 'is healthy' : `reports its health as “${status}”`;
        return `${environment} ${health} (${Math.round(partner.durationMs)} ms)`;
      },
    },
    dependencies,
  );
}
