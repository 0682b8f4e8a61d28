import { type Client, createClient } from '../../shared/client.ts';
import type { Environment } from '../../shared/environments.ts';
import { UsageError } from './arguments.ts';
import type { Settings } from './settings.ts';

/** A client of the BFF, and the environment that the person named. */
export type Connection = {
  client: Client;
  environment: Environment;
  /** The largest document that this BFF accepts, in bytes; undefined if it does not say so. */
  largestDocument: number | undefined;
};

/** @throws UsageError if the settings name no address of a BFF, or no key. */
export function clientOf(settings: Settings): Client {
  try {
    return createClient(settings);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`PEARSANA_BFF_URL or PEARSANA_BFF_ACCESS_KEY is wrong. ${why}`);
  }
}

/** @throws UsageError if this key has no access to such an environment. ClientError if the BFF does not answer. */
export async function connect(settings: Settings, named: string): Promise<Connection> {
  const client = clientOf(settings);
  const { environments, fileLimits } = await client.environments();
  const environment = environments.find(({ id }) => id === named);
  if (environment) return { client, environment, largestDocument: fileLimits?.document };
  const yours = environments.map(({ id }) => id).join(', ');
  throw new UsageError(
    yours === ''
      ? 'Your key has no access to any environment. Ask your BFF administrator for a grant.'
      : `There is no environment “${named}” for your key. Yours are: ${yours}.`,
  );
}
