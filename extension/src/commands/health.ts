import type { CommandHandlers } from '../contributions.ts';
import { createReadCommand, type ReadDependencies, showAnswered } from './read-command.ts';

/** Whether the partner is up, whatever it thinks of our credentials: no token is sent. */
export function createHealthCommand(dependencies: ReadDependencies): CommandHandlers['pearsana.health'] {
  return createReadCommand(
    'health',
    {
      doing: 'Checking the health of',
      ask: (call, options) => call('health', options),
      onAnswer: (answer) => showAnswered(`says “${answer.result.status}” of its health,`, answer),
    },
    dependencies,
  );
}
