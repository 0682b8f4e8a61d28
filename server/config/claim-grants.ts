import { operationNames } from '../../shared/operations.ts';
import { parseGrant } from '../callers/grants.ts';
import type { Settings } from './settings.ts';

/** Grants for everybody who has a certain claim. */
export type ClaimGrant = {
  claim: string;
  /** Undefined if any value counts. */
  value: string | undefined;
  /** `environment:operation`, with `*` for all of either. */
  grants: readonly string[];
};

const name = 'BFF_OIDC_GRANTS';
const form =
  'it must look like groups:registrars=sandbox:*,production:ping (claim:value=grants; separate several rules by semicolons)';

/**
 * Reads `claim:value=grant,grant; claim:value=grant`. Inside a claim or a value, a separator (`: = , ;`) is written as in
 * a URL (`cognito%3Agroups`). The value `*` means any value. Faults name a rule by its number, and quote nothing.
 */
export function readClaimGrants(settings: Settings, environments: readonly string[]): ClaimGrant[] {
  return settings.list(name, ';').flatMap((rule, index) => {
    const fault = (what: string) => settings.fault(`${name}, rule ${index + 1}: ${what}.`);
    const [, claim, value, list] = /^([^:=;,\s]+):([^:=;,]+)=([^=;]+)$/.exec(rule) ?? [];
    const who = decoded(claim);
    const what = decoded(value?.trim());
    if (!who || !what || list === undefined) {
      fault(form);
      return [];
    }
    const grants = list.split(',').map((grant) => grant.trim());
    for (const grant of grants) checkGrant(grant, environments, fault);
    return [{ claim: who, value: value?.trim() === '*' ? undefined : what, grants }];
  });
}

function checkGrant(grant: string, environments: readonly string[], fault: (what: string) => void): void {
  const parsed = parseGrant(grant);
  if (!parsed) {
    fault(
      'each grant must be environment:operation, such as sandbox:ping; * means all environments or all operations',
    );
    return;
  }
  const { environment, operation } = parsed;
  if (environment !== '*' && !environments.includes(environment)) {
    fault(`a grant names an environment that is not configured; choose from: ${environments.join(', ')}`);
  }
  if (operation !== '*' && !operationNames.some((each) => each === operation)) {
    fault(`a grant names an operation that does not exist; choose from: ${operationNames.join(', ')}`);
  }
}

function decoded(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
