import { createHash } from 'node:crypto';
import type { Caller } from '../callers/caller.ts';
import type { ClaimGrant } from '../config/claim-grants.ts';

/** What the identity provider says about a person. Only `sub` is always there. */
export type Claims = Readonly<Record<string, unknown>> & { readonly sub: string };

/** The claims that the rules need. */
export function claimsNeeded(rules: readonly ClaimGrant[]): Set<string> {
  const names = rules.map(({ claim }) => claim);
  return new Set(names.includes('email') ? [...names, 'email_verified'] : names);
}

/** The caller that these claims describe, with all grants that they give. There may be none. */
export function callerOf(claims: Claims, rules: readonly ClaimGrant[]): Caller {
  const grants = rules.filter((rule) => holds(claims, rule)).flatMap((rule) => rule.grants);
  return { id: callerId(claims.sub), kind: 'session', grants: [...new Set(grants)] };
}

function holds(claims: Claims, { claim, value }: ClaimGrant): boolean {
  // At many providers, people can enter any address in their profile. Some providers send the boolean as text.
  if (claim === 'email' && String(claims.email_verified).toLowerCase() !== 'true') return false;
  const same = claim === 'email' ? isSameAddress : Object.is;
  return valuesOf(claims, claim).some((each) => value === undefined || same(each, value));
}

/** The values that a rule can be compared with: texts, numbers and booleans, alone or in a list. */
function valuesOf(claims: Claims, claim: string): string[] {
  if (!Object.hasOwn(claims, claim)) return [];
  const values = [claims[claim]].flat().filter((each) => /^(string|number|boolean)$/.test(typeof each));
  return values.map(String);
}

/** Compares without case. Both cases must match, since two letters may share one of them (k and the kelvin sign). */
function isSameAddress(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase() && one.toUpperCase() === other.toUpperCase();
}

/** A claim that a rule needs, but that arrived in a form which no rule can read. */
export type UnreadClaim = {
  /** The name of the claim in the rule. */
  claim: string;
  /** `link`: the provider sent only an address where the claim can be fetched. `nested`: it is an object, or inside another claim. */
  form: 'link' | 'nested';
};

/** Claims that may have been meant to grant something, but that no rule can read. */
export function unreadClaims(claims: Claims, rules: readonly ClaimGrant[]): UnreadClaim[] {
  const names = [...new Set(rules.map(({ claim }) => claim))];
  return names.flatMap((claim): UnreadClaim[] => {
    if (isLink(claims, claim, rules)) return [{ claim, form: 'link' }];
    return isNested(claims, claim) ? [{ claim, form: 'nested' }] : [];
  });
}

/** OpenID Connect Core, 5.6.2 (distributed claims). Entra ID does so for people in many groups, or says `hasgroups`. */
function isLink(claims: Claims, claim: string, rules: readonly ClaimGrant[]): boolean {
  const values = valuesOf(claims, claim);
  if (values.length === 0) {
    const { _claim_names: elsewhere, hasgroups } = claims;
    return (
      (isObject(elsewhere) && Object.hasOwn(elsewhere, claim)) ||
      (claim === 'groups' && String(hasgroups) === 'true')
    );
  }
  const isAddress = (text: string | undefined) => text !== undefined && /^https?:\/\//.test(text);
  return values.every(isAddress) && !rules.some((rule) => rule.claim === claim && isAddress(rule.value));
}

/** No real claim is nested more deeply. */
const deepestClaim = 4;

function isNested(claims: Claims, claim: string): boolean {
  if (valuesOf(claims, claim).length > 0) return false;
  if (Object.hasOwn(claims, claim)) return [claims[claim]].flat().some(isObject);
  return namesInside(claims).some((path) => path.at(-1) === claim || asPath(...path) === asPath(claim));
}

/** The paths of the values inside claims that are objects. */
function namesInside(claims: object, depth = 1): string[][] {
  if (depth === deepestClaim) return [];
  return Object.entries(claims)
    .filter(([name]) => !name.startsWith('_claim_'))
    .flatMap(([name, value]) => {
      if (!isObject(value) || Array.isArray(value)) return [];
      const inside = [...Object.keys(value).map((key) => [key]), ...namesInside(value, depth + 1)];
      return inside.map((path) => [name, ...path]);
    });
}

/** For a nested claim, people write `realm_access.roles`; some use a slash. */
function asPath(...parts: string[]): string {
  return parts.join('.').replaceAll(/[/:]/g, '.').replace(/^\./, '');
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/**
 * The caller's id. It appears in logs, so it contains no e-mail address and nothing that needs quoting. The prefix keeps
 * it apart from the names of access keys: a provider may let people choose their `sub`.
 */
function callerId(sub: string): string {
  // A `sub` that looks like a hash is hashed too, so that nobody can take the id of another person.
  if (/^(?!sha256-)[\w-][\w.-]{0,63}$/.test(sub)) return `user:${sub}`;
  // Lone surrogates are not valid UTF-8, and would all become the same. No UTF-8 begins with these bytes.
  const bytes = sub.isWellFormed() ? Buffer.from(sub) : Buffer.from(`\ufeff${sub}`, 'utf16le');
  return `user:sha256-${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}`;
}
