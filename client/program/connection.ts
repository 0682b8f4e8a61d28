import { type Client, createClient } from '../../shared/client.ts';
import type { Environment } from '../../shared/environments.ts';
import { UsageError } from './arguments.ts';
import type { Settings } from './settings.ts';

/** A client of the BFF, and the environment that the person named. */
export type Connection = { client: Client; environment: Environment };

/** @throws UsageError if this key has no access to such an environment. ClientError if the BFF does not answer. */
export async function connect(settings: Settings, named: string): Promise<Connection> {
  const client = createClient(settings);
  const { environments } = await client.environments();
  const environment = environments.find(({ id }) => id === named);
  if (environment) return { client, environment };
  const yours = environments.map(({ id }) => id).join(', ');
  throw new UsageError(
    yours === ''
      ? 'Your key has no access to any environment. Ask your BFF administrator for a grant.'
      : `There is no environment “${named}” for your key. Yours are: ${yours}.`,
  );
}
