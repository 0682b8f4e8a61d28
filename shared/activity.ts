import * as z from 'zod/mini';
import {
  answeringEnvironment,
  atMost,
  callId,
  externalReference,
  matches,
  refuses,
  sha256Hex,
} from './fields.ts';
import { importOperations } from './import-record.ts';

/** `in_flight`: it is being sent right now. `succeeded`: Pearsana accepted it. The others are as in a failure's `outcome`. */
export const writeState = z.literal(['in_flight', 'succeeded', 'not_sent', 'refused', 'unknown']);
export type WriteState = z.infer<typeof writeState>;

/** One write in the journal. */
export const activityEntry = z.object({
  /** Names this write in `…/activity/{id}/resolve`. */
  id: z.string(),
  /** The name of the method that sent it. */
  operation: z.string(),
  /** Who sent it: the name of an access key, or of a session. A BFF of an older version does not say so. */
  caller: z.optional(z.string()),
  /** What became of the write. */
  state: writeState,
  /** ISO 8601, like all times here. */
  startedAt: z.string(),
  /** Null until the outcome is known, and forever if the outcome was lost. */
  endedAt: z.nullable(z.string()),
  /** The BFF's request id, which Pearsana received too. */
  requestId: z.string(),
  /** The people it was about, by their ids in other systems. */
  externalReferences: z.array(
    z.object({
      /** The other system, such as `SIS`. */
      namespace: z.string(),
      /** The person's id there. */
      externalId: z.string(),
    }),
  ),
  /** The import that it was a row of. A BFF of an older version does not say so. */
  importId: z.optional(z.string()),
  /** The code of its failure. */
  code: z.nullable(z.string()),
  /** Pearsana's status, if an answer came; then `partnerRequestId` is Pearsana's request id. */
  status: z.nullable(z.number()),
  /** Pearsana's own id of the request. */
  partnerRequestId: z.nullable(z.string()),
  /** Ids and states from Pearsana's answer, if the write succeeded. */
  result: z.unknown(),
  /** What a person found out about this write, if its outcome was unknown. */
  resolved: z.nullable(
    z.object({
      /** Whether the write happened. */
      happened: z.boolean(),
      /** Who found out: the name of an access key, or of a session. */
      by: z.string(),
      /** When it was recorded. */
      at: z.string(),
    }),
  ),
});
export type ActivityEntry = z.infer<typeof activityEntry>;

export const importForm = /^(imp_[0-9a-f]{32}|none)$/;

/** Which writes to list, and the page of them. A BFF of an older version lists all. */
export const activityQuery = z
  .object({
    /** The `next` of the previous page. */
    before: z.optional(z.string()),
    /** Only writes in this state. */
    state: z.optional(writeState),
    /** Only writes for the person with this `externalId` in this namespace. The two go together. */
    namespace: z.optional(externalReference.shape.namespace),
    /** See `namespace`. */
    externalId: z.optional(externalReference.shape.externalId),
    /** Only the rows of this import; with `none`, only writes that are no row of an import. */
    import: z.optional(z.string().check(matches(importForm, 'must be the id of an import, or `none`'))),
  })
  .check(
    refuses((query: Person) => onlyWith(query, 'namespace', 'externalId'), 'externalId'),
    refuses((query: Person) => onlyWith(query, 'externalId', 'namespace'), 'namespace'),
  );
export type ActivityFilter = Omit<z.infer<typeof activityQuery>, 'before'>;

/**
 * `GET /api/environments/{environment}/activity`: the caller's own writes, newest first. A caller with every grant in the
 * environment sees everybody's writes, and those with an unknown outcome come first.
 */
export const activityAnswer = z.object({
  environment: answeringEnvironment,
  requestId: callId,
  /** The writes of this page. */
  activity: z.array(activityEntry),
  /** Pass this back as `?before=` for the next page. Null on the last page. */
  next: z.nullable(z.string()),
});
export type ActivityAnswer = z.infer<typeof activityAnswer>;

/** `POST …/activity/{id}/resolve`: whether the write happened, as a person found out in Pearsana. */
export const resolveRequest = z.strictObject({
  /** Whether the write happened, as a person found out. */
  happened: z.boolean(),
});

export const resolveAnswer = z.object({
  environment: answeringEnvironment,
  requestId: callId,
  /** The write, as it is recorded now. */
  activity: activityEntry,
});
export type ResolveAnswer = z.infer<typeof resolveAnswer>;

/** The `details` of a failure that is about an earlier write with the same key. */
export const earlierWrite = z.object({ id: z.string(), startedAt: z.string(), requestId: z.string() });
export type EarlierWrite = z.infer<typeof earlierWrite>;

/** The form of an idempotency key. */
export const idempotencyKeyForm = /^[!-~]{1,255}$/;

/** An earlier write of the same operation for a person or a document, whoever sent it. */
export const knownWrite = z.object({
  /** Names the write, as in `activity`. */
  id: z.string(),
  /** What became of the write. */
  state: writeState,
  /** ISO 8601. */
  startedAt: z.string(),
  /** The BFF's request id of that write. */
  requestId: z.string(),
  /** Ids and states from Pearsana's answer, if the write succeeded. */
  result: z.optional(z.unknown()),
  /** The code of its failure, if it failed. */
  code: z.optional(z.string()),
  /** Whether this caller sent the write. */
  mine: z.boolean(),
  /** Only in the details of `ALREADY_KNOWN`: whether the whole request was the same, and not only the person. */
  sameRequest: z.optional(z.boolean()),
});
export type KnownWrite = z.infer<typeof knownWrite>;

/** A lookup may ask about at most this many people or documents. */
export const mostLookups = 1_000;

/** `POST …/activity/lookup`: asks for the earlier writes of these people, or of these documents. */
export const lookupRequest = z
  .strictObject({
    /** The operation whose earlier writes are looked up. */
    operation: z.literal(importOperations),
    /** The people to look up. For every operation except `submitDocument`. */
    references: z.optional(z.array(externalReference).check(atMost(mostLookups, 'entries'))),
    /** The documents to look up, for `submitDocument`: the SHA-256 of each canonical request, in hexadecimal. */
    digests: z.optional(z.array(sha256Hex).check(atMost(mostLookups, 'entries'))),
  })
  .check(
    refuses((lookup: Lookup) => listFault(lookup, 'digests'), 'digests'),
    refuses((lookup: Lookup) => listFault(lookup, 'references'), 'references'),
  );

/**
 * One entry for each person or document, in the order of the request: the write that prevents another one (in flight,
 * unknown or succeeded), otherwise the newest; null if there is no earlier write.
 */
export const lookupAnswer = z.object({
  environment: answeringEnvironment,
  requestId: callId,
  /** Names the journal, as in `jrn_…`. If it changes, a different BFF or a different data directory answers. */
  journal: z.string(),
  /** In the order of the request. */
  results: z.array(z.nullable(knownWrite)),
});
export type LookupAnswer = z.infer<typeof lookupAnswer>;

type Person = { namespace?: string | undefined; externalId?: string | undefined };

function onlyWith(query: Person, given: keyof Person, missing: keyof Person): string | undefined {
  return query[given] !== undefined && query[missing] === undefined ? `is required with ${given}` : undefined;
}

type Lookup = { operation: string; references?: unknown; digests?: unknown };

/** A document is looked up by its digest, a person by a reference. */
function listFault(lookup: Lookup, list: 'references' | 'digests'): string | undefined {
  const { operation } = lookup;
  const isNeeded = (operation === 'submitDocument') === (list === 'digests');
  if (isNeeded) return lookup[list] === undefined ? 'is required' : undefined;
  return lookup[list] === undefined ? undefined : `is not for ${operation}`;
}
