import { ClientError } from '../../shared/client-error.ts';
import { clientOf } from './connection.ts';
import type { Report } from './report.ts';
import { type Settings, whereHint } from './settings.ts';

/** Checks the BFF, the key, and every environment that the key reaches. @returns the exit status: 0 if all checks pass. */
export async function runDoctor(settings: Settings, report: Report): Promise<number> {
  const client = clientOf(settings);
  let isWell = true;
  async function check<Value>(what: string, asked: () => Promise<Value>, words: (value: Value) => string) {
    try {
      const value = await asked();
      report.say(`✔ ${what}: ${words(value)}`);
      return value;
    } catch (error) {
      isWell = false;
      const why = error instanceof ClientError ? `${error.message}${whereHint(error)}` : String(error);
      report.say(`✖ ${what}: ${why}`);
      return undefined;
    }
  }
  const session = await check(
    `BFF at ${settings.baseUrl}`,
    () => client.session(),
    ({ caller }) => `signed in ${caller.id === 'access-key' ? 'with the owner key' : `as ${caller.id}`}`,
  );
  if (!session) return 1;
  const list = await check(
    'Environments',
    () => client.environments(),
    ({ environments }) =>
      environments.length === 0
        ? 'your key has no access to any environment'
        : environments.map(({ id }) => id).join(', '),
  );
  for (const { id: environment, grants, newerApiVersion } of list?.environments ?? []) {
    if (grants.includes('health'))
      await check(
        `${environment}, health`,
        () => client.health({ environment }),
        ({ partner }) => `healthy (${Math.round(partner.durationMs)} ms)`,
      );
    if (grants.includes('ping'))
      await check(
        `${environment}, ping`,
        () => client.ping({ environment }),
        ({ partner }) => `authorized (${Math.round(partner.durationMs)} ms)`,
      );
    if (grants.includes('scopes')) {
      await check(
        `${environment}, scopes`,
        () => client.scopes({ environment }),
        ({ result }) => {
          const missing = result.scopes.filter(({ enabled }) => !enabled).map(({ scope }) => scope);
          return missing.length === 0 ? 'all are enabled' : `not enabled: ${missing.join(', ')}`;
        },
      );
    }
    if (newerApiVersion)
      report.say(`  ${environment}: Pearsana has a newer API version, ${newerApiVersion}.`);
  }
  return isWell ? 0 : 1;
}
