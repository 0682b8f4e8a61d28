import { type EnvironmentKind, partnerEnvironments } from '../../shared/environments.ts';
import { environmentName } from '../callers/grants.ts';
import { isLoopback } from '../network/loopback.ts';
import type { ClientCredentials } from '../tokens/token-request.ts';
import type { Settings } from './settings.ts';

/** An environment that the BFF can call. */
export type EnvironmentConfig = {
  id: string;
  name: string;
  kind: EnvironmentKind;
  protected: boolean;
  apiUrl: string;
  credentials: ClientCredentials;
};

/** All of it but the credentials: what the shell is told. */
export type EnvironmentFacts = Omit<EnvironmentConfig, 'credentials'>;

type PartnerEnvironmentId = keyof typeof partnerEnvironments;
const partnerIds = Object.keys(partnerEnvironments) as PartnerEnvironmentId[];

/** All configured environments: the sandbox first, then production, then the rest. */
export function readEnvironments(settings: Settings): EnvironmentConfig[] {
  const found: EnvironmentConfig[] = [];
  const own = partnersOwnNames(settings);
  for (const id of partnerIds) {
    const named = readEnvironment(settings, id, `PEARSANA_${id.toUpperCase()}`, partnerEnvironments[id]);
    if (named && own?.id === id) {
      settings.fault(
        `PEARSANA_CLIENT_ID and PEARSANA_${id.toUpperCase()}_CLIENT_ID both describe ${id}: keep one set of names.`,
      );
    }
    const environment = named ?? (own?.id === id ? own : undefined);
    if (environment) found.push(environment);
  }
  for (const id of furtherNames(settings)) {
    const prefix = `PEARSANA_${id.toUpperCase().replaceAll('-', '_')}`;
    const isProtected = settings.flag(`${prefix}_PROTECTED`, true);
    const faultsBefore = settings.faults.length;
    const environment = readEnvironment(settings, id, prefix, {}, isProtected);
    if (environment) found.push(environment);
    else if (settings.faults.length === faultsBefore) {
      settings.fault(
        `PEARSANA_ENVIRONMENTS names ${id}, but ${prefix}_CLIENT_ID, ${prefix}_CLIENT_SECRET, ${prefix}_AUTH_URL and ${prefix}_API_URL are missing.`,
      );
    }
  }
  return found;
}

/** `PEARSANA_CLIENT_ID` and so on, the names of Pearsana's documentation. The host of the API says which environment it is. */
function partnersOwnNames(settings: Settings): EnvironmentConfig | undefined {
  const apiUrl = settings.url('PEARSANA_API_URL');
  const host = apiUrl === undefined ? undefined : hostOf(apiUrl);
  const id = partnerIds.find((each) => hostOf(partnerEnvironments[each].apiUrl) === host);
  const isForeign = apiUrl !== undefined && !id && !isLoopback(new URL(apiUrl).hostname);
  if (isForeign) {
    settings.fault(
      'PEARSANA_API_URL is not one of Pearsana’s hosts: give this environment a name in PEARSANA_ENVIRONMENTS, and use that name’s settings.',
    );
  }
  const environment = readEnvironment(settings, id ?? 'sandbox', 'PEARSANA', {});
  return isForeign ? undefined : environment;
}

function furtherNames(settings: Settings): string[] {
  const names = settings.list('PEARSANA_ENVIRONMENTS', ',');
  return names.filter((name, index) => {
    if (!environmentName.test(name)) {
      settings.fault(
        'PEARSANA_ENVIRONMENTS must list names, separated by commas. A name begins with a small letter, and has at most 31 small letters, digits and hyphens.',
      );
      return false;
    }
    if (name === 'local' || partnerIds.some((id) => id === name) || names.indexOf(name) !== index) {
      settings.fault(`PEARSANA_ENVIRONMENTS must not list ${name}: that name is already in use.`);
      return false;
    }
    return true;
  });
}

/** Undefined if none of its settings is set. If only some are, each missing one is a fault. */
function readEnvironment(
  settings: Settings,
  id: string,
  prefix: string,
  defaults: { apiUrl?: string; authUrl?: string },
  isProtected = false,
): EnvironmentConfig | undefined {
  const names = ['CLIENT_ID', 'CLIENT_SECRET', 'AUTH_URL', 'API_URL'].map((name) => `${prefix}_${name}`);
  const faultsBefore = settings.faults.length;
  const anySet = [...names, `${prefix}_CLIENT_SECRET_FILE`].some(settings.isSet);
  const clientId = settings.text(`${prefix}_CLIENT_ID`);
  const clientSecret = settings.secret(`${prefix}_CLIENT_SECRET`);
  const authUrl = settings.url(`${prefix}_AUTH_URL`) ?? defaults.authUrl;
  const apiUrl = settings.url(`${prefix}_API_URL`) ?? defaults.apiUrl;
  if (!anySet) return undefined;

  // A setting with a wrong value has its own fault already.
  const there = [
    clientId !== undefined,
    settings.hasSecret(`${prefix}_CLIENT_SECRET`),
    settings.isSet(`${prefix}_AUTH_URL`) || authUrl !== undefined,
    settings.isSet(`${prefix}_API_URL`) || apiUrl !== undefined,
  ];
  for (const [index, name] of names.entries()) {
    if (!there[index]) settings.fault(`${name} is missing: the environment ${id} is only partly configured.`);
  }
  if (!clientId || !clientSecret || !authUrl || !apiUrl || settings.faults.length > faultsBefore)
    return undefined;

  const sides = { api: partnerOf(apiUrl, 'apiUrl'), auth: partnerOf(authUrl, 'authUrl') };
  if (sides.api && sides.auth && sides.api !== sides.auth) {
    settings.fault(
      `${prefix}_AUTH_URL is Pearsana’s ${sides.auth}, but ${prefix}_API_URL is Pearsana’s ${sides.api}: both must belong to the same environment.`,
    );
  }
  const kind = sides.api ?? partnerIds.find((each) => each === id) ?? 'other';
  return {
    id,
    name: id,
    kind,
    // Production is protected under any name, and so is the name production with any host.
    protected: isProtected || kind === 'production' || id === 'production' || sides.auth === 'production',
    apiUrl,
    credentials: {
      environment: id,
      authUrl,
      clientId,
      clientSecret,
      clientSecretFile: settings.path(`${prefix}_CLIENT_SECRET_FILE`),
    },
  };
}

function partnerOf(url: string, side: 'apiUrl' | 'authUrl'): PartnerEnvironmentId | undefined {
  return partnerIds.find((id) => hostOf(partnerEnvironments[id][side]) === hostOf(url));
}

/** Without a final dot: with or without it, a name means the same host. */
function hostOf(url: string): string {
  return new URL(url).hostname.replace(/\.$/, '');
}
