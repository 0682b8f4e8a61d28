import * as z from 'zod/mini';
import {
  birthDate,
  currency,
  email,
  externalReferences,
  keptWord,
  optionalName,
  optionalText,
  requiredText,
} from './fields.ts';

/** A person's address. Pearsana's reference puts date of birth and citizenship here too. */
export const address = z.strictObject({
  line1: optionalText,
  line2: optionalText,
  line3: optionalText,
  city: optionalText,
  state: optionalText,
  zip: optionalText,
  country: optionalText,
  dateOfBirth: z.optional(birthDate),
  citizenship: optionalText,
});

export const profile = z.strictObject({
  preferredName: optionalName,
  phone: optionalText,
  currency: z.optional(currency),
  /** Where the person lives. */
  address: z.optional(address),
});

/** `POST /v1/users`. */
export const createUserRequest = z.strictObject({
  /** Who the user is. */
  identity: z.strictObject({
    email,
    firstName: requiredText,
    lastName: requiredText,
    /** For example `student` or `faculty`. */
    roleName: requiredText,
  }),
  externalReferences,
  /** What else is known of the user. */
  profile: z.optional(profile),
});
export type CreateUserRequest = z.infer<typeof createUserRequest>;

/** Pearsana does not document this body, so it is passed on as it is. The local Pearsana answers `{"user": {"userId"}}`. */
export const createUserResult = z.unknown();

/** What the journal keeps of it, if it has such an id. */
export const keptUserResult = z.object({ user: z.object({ userId: keptWord }) });
