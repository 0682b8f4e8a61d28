import * as z from 'zod/mini';

/** `in_flight`: it is being sent at this moment. `succeeded`: the partner took it. The rest as in a failure's `outcome`. */
export const writeState = z.enum(['in_flight', 'succeeded', 'not_sent', 'refused', 'unknown']);
export type WriteState = z.infer<typeof writeState>;

/** One write, as the journal knows it. */
export const activityEntry = z.object({
  /** Names it to `…/activity/{id}/resolve`. */
  id: z.string(),
  operation: z.string(),
  /** Who sent it: the name of an access key, or of a session. A BFF of an older version does not say so. */
  caller: z.optional(z.string()),
  state: writeState,
  /** ISO 8601, as all times here. */
  startedAt: z.string(),
  /** Null until its outcome is known, and for ever where that was lost. */
  endedAt: z.nullable(z.string()),
  /** The BFF's; the partner was sent the same. */
  requestId: z.string(),
  /** Whom it was about, by the names that they have in other systems. */
  externalReferences: z.array(z.object({ namespace: z.string(), externalId: z.string() })),
  /** The code that it failed with. */
  code: z.nullable(z.string()),
  /** The partner's status and request id, where an answer came. */
  status: z.nullable(z.number()),
  partnerRequestId: z.nullable(z.string()),
  /** Ids and states of the partner's answer to a write that succeeded. */
  result: z.unknown(),
  /** What a person found out about a write whose outcome had been unknown. */
  resolved: z.nullable(z.object({ happened: z.boolean(), by: z.string(), at: z.string() })),
});
export type ActivityEntry = z.infer<typeof activityEntry>;

/** Which page of one's writes is wanted. */
export const activityQuery = z.object({
  /** The `next` of the answer before, to go on from there. */
  before: z.optional(z.string()),
});

/**
 * `GET /api/environments/{environment}/activity`: the caller's own writes, newest first. Whoever may do everything in the
 * environment sees everybody's, those first whose outcome is unknown.
 */
export const activityAnswer = z.object({
  environment: z.string(),
  requestId: z.string(),
  activity: z.array(activityEntry),
  /** What `?before=` takes to go on from here; null at the end. */
  next: z.nullable(z.string()),
});
export type ActivityAnswer = z.infer<typeof activityAnswer>;

/** `POST …/activity/{id}/resolve`: whether the write happened, as a person has found out at the partner. */
export const resolveRequest = z.strictObject({ happened: z.boolean() });
export type ResolveRequest = z.infer<typeof resolveRequest>;

export const resolveAnswer = z.object({
  environment: z.string(),
  requestId: z.string(),
  activity: activityEntry,
});
export type ResolveAnswer = z.infer<typeof resolveAnswer>;

/** `details` of a failure that is about an earlier write with the same key. */
export const earlierWrite = z.object({ id: z.string(), startedAt: z.string(), requestId: z.string() });
export type EarlierWrite = z.infer<typeof earlierWrite>;

/** A key as callers may choose it. */
export const idempotencyKeyForm = /^[!-~]{1,255}$/;

/** What is known of a person, or of a document: an earlier write of the same operation, whoever sent it. */
export const knownWrite = z.object({
  id: z.string(),
  state: writeState,
  startedAt: z.string(),
  requestId: z.string(),
  /** Ids and states of the partner's answer, where it succeeded. */
  result: z.optional(z.unknown()),
  /** Whether the caller sent it. */
  mine: z.boolean(),
  /** In a refusal (`ALREADY_KNOWN`): whether it was the very same request, and not only the same person. */
  sameRequest: z.optional(z.boolean()),
});
export type KnownWrite = z.infer<typeof knownWrite>;
