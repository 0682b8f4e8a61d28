import * as z from 'zod/mini';
import { email, keptWord, optionalMessage, requiredText, roles, uniqueExternalReferences } from './fields.ts';

/** `POST /v1/invitations`: Pearsana sends an e-mail to a real person. */
export const createInvitationRequest = z.strictObject({
  email,
  /** The name of the invited person. */
  identity: z.strictObject({ firstName: requiredText, lastName: requiredText }),
  externalReferences: uniqueExternalReferences,
  message: optionalMessage,
  roles: z.optional(roles),
});
export type CreateInvitationRequest = z.infer<typeof createInvitationRequest>;

export const createInvitationResult = z.looseObject({
  /** The invitation that was made. */
  invitation: z.looseObject({
    /** As in `inv_…`. */
    invitationId: z.string(),
    /** `pending`, `accepted` or `expired`; Pearsana may add others. */
    status: z.string(),
    /** `new` or `existing`. */
    userState: z.string(),
    /** ISO 8601. */
    creationDateTime: z.string(),
  }),
});

/** What the journal keeps of it. */
export const keptInvitationResult = z.object({
  invitation: z.object({
    invitationId: keptWord,
    status: keptWord,
    userState: keptWord,
    creationDateTime: keptWord,
  }),
});
