import { randomUUID } from 'node:crypto';
import { validationError } from './api-error.ts';
import type { CreateInvitationBody, CreateUserBody } from './request-bodies.ts';

export type ExternalReference = CreateUserBody['externalReferences'][number];

/**
 * What Pearsana remembers of the users that were created: the e-mail addresses and external references by which
 * an invitation finds them again. Nothing reads users or invitations back, so no more is kept.
 * @param capacity how many addresses and references are remembered; the oldest are forgotten first
 */
export function createPeople(capacity = 10_000) {
  const known = new Set<string>();

  return {
    /**
     * A second user with the same external reference is accepted. What Pearsana does then is unknown, and a caller that
     * relied on a refusal would create a real user twice.
     */
    createUser(body: CreateUserBody) {
      for (const key of keysOf(body.identity.email, body.externalReferences)) {
        known.add(key);
        if (known.size > capacity) known.delete(oldest(known));
      }
      return { user: { userId: newId('usr'), creationDateTime: new Date().toISOString(), ...body } };
    },

    /** Whether a user has this external reference. */
    knows: (reference: ExternalReference) => known.has(keyOf(reference)),

    createInvitation(body: CreateInvitationBody) {
      const isKnown = keysOf(body.email, body.externalReferences).some((key) => known.has(key));
      return {
        invitation: {
          invitationId: newId('inv'),
          status: 'pending',
          userState: isKnown ? 'existing' : 'new',
          creationDateTime: new Date().toISOString(),
        },
      };
    },
  };
}

/**
 * Failures to try out, by the name before the `@`: `refused@…` and `refused+anything@…` are refused; to `unanswered@…` the
 * answer never comes. Pearsana has no such names: they are the stand-in's own.
 * @returns whether the connection is to be closed in the place of an answer
 * @throws ApiError if it is refused
 */
export function rehearseFailure(email: string): boolean {
  const [name = ''] = email.toLowerCase().split(/[+@]/);
  if (name === 'refused')
    throw validationError([`The local Pearsana refuses every ${name}@… so that you can see a refusal.`]);
  return name === 'unanswered';
}

function keysOf(email: string, references: ExternalReference[]): string[] {
  return [email.toLowerCase(), ...references.map(keyOf)];
}

function keyOf({ namespace, externalId }: ExternalReference): string {
  return JSON.stringify([namespace, externalId]);
}

function oldest(keys: Set<string>): string {
  const [first = ''] = keys;
  return first;
}

/** As in `usr_4f…`. */
export function newId(prefix: string): string {
  return `${prefix}_${randomUUID().replaceAll('-', '')}`;
}
