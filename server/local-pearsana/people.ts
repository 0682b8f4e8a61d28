import { randomUUID } from 'node:crypto';
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
