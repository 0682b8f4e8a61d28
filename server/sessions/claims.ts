import { createHash } from 'node:crypto';
import type { Caller } from '../callers/caller.ts';
import type { ClaimGrant } from '../config/claim-grants.ts';

/** What the identity provider says of a person; `sub` alone is sure to be there. */
export type Claims = Readonly<Record<string, unknown>> & { readonly sub: string };

/** The claims that the rules ask for. */
export function claimsNeeded(rules: readonly ClaimGrant[]): Set<string> {
  const names = rules.map(({ claim }) => claim);
  return new Set(names.includes('email') ? [...names, 'email_verified'] : names);
}

/** The caller that somebody is, with every grant that a claim of theirs gives; it may be none. */
export function callerOf(claims: Claims, rules: readonly ClaimGrant[]): Caller {
  const grants = rules.filter((rule) => holds(claims, rule)).flatMap((rule) => rule.grants);
  return { id: callerId(claims.sub), kind: 'session', grants: [...new Set(grants)] };
}

function holds(claims: Claims, { claim, value }: ClaimGrant): boolean {
  // At many providers anybody can write any address into their profile.
  if (claim === 'email' && claims.email_verified !== true) return false;
  if (!Object.hasOwn(claims, claim)) return false;
  const values = [claims[claim]].flat().filter((each) => /^(string|number|boolean)$/.test(typeof each));
  return values.some((each) => value === undefined || String(each) === value);
}

/**
 * Stands in logs, so it is no e-mail address and nothing that needs quoting. The prefix keeps it apart from the names of
 * access keys: a provider may let people choose what they are called.
 */
function callerId(sub: string): string {
  if (/^[\w-][\w.-]{0,63}$/.test(sub)) return `user:${sub}`;
  return `user:sha256-${createHash('sha256').update(sub).digest('base64url').slice(0, 22)}`;
}
