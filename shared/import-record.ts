import * as z from 'zod/mini';
import { answeringEnvironment, callId, refuses, sha256Hex } from './fields.ts';

/** The operations that can be imported. Each of their writes is for one person. */
export const importOperations = ['createUser', 'createInvitation', 'submitDocument'] as const;
export type ImportOperation = (typeof importOperations)[number];

/** An import may have at most this many rows. */
export const mostRows = 10_000;

/** What the BFF stores about an import: who confirmed how many rows for which environment, and how they ended. It stores no names. */
export const importRecord = z.object({
  /** Names this import, as in `imp_…`. */
  id: z.string(),
  /** Where its rows are written. */
  environment: z.string(),
  /** The operation of every row. */
  operation: z.literal(importOperations),
  /** How many rows the person confirmed. */
  rows: z.number(),
  /** The SHA-256 of the file, in hexadecimal. */
  digest: z.string(),
  /** Whether it may send again what had succeeded before it was announced. An older BFF does not say. */
  again: z.optional(z.boolean()),
  /** `finished`: all rows are done, or no row was sent for 24 hours. `stopped`: somebody stopped the import. */
  state: z.literal(['open', 'stopped', 'finished']),
  /** Who announced the import: the name of an access key, or of a session. */
  caller: z.string(),
  /** ISO 8601, like `endedAt`. */
  startedAt: z.string(),
  /** Null while the import is open. */
  endedAt: z.nullable(z.string()),
  /** How many rows a minute the caller's imports may send in this environment, all together. */
  perMinute: z.number(),
  /** How many rows are in each state. */
  counts: z.object({
    /** Pearsana accepted them. */
    succeeded: z.number(),
    /** Pearsana refused them, so nothing was changed. */
    refused: z.number(),
    /** They did not leave the BFF. */
    not_sent: z.number(),
    /** They may have happened: look in Pearsana. */
    unknown: z.number(),
    /** They are being sent right now. */
    in_flight: z.number(),
  }),
});
export type ImportRecord = z.infer<typeof importRecord>;

/** `POST /api/environments/{environment}/imports`: announces an import that a person has reviewed and confirmed as a whole. */
export const announceRequest = z.strictObject({
  /** The operation of every row. */
  operation: z.literal(importOperations),
  /** How many rows will be sent at most. */
  rows: z
    .number()
    .check(
      refuses((rows) =>
        Number.isInteger(rows) && rows >= 1 && rows <= mostRows
          ? undefined
          : `must be a whole number from 1 to ${mostRows}`,
      ),
    ),
  /** The SHA-256 of the file, in hexadecimal. */
  digest: sha256Hex,
  /** Whether rows that succeeded before this announcement may be sent again. */
  again: z.optional(z.boolean()),
});

const answered = {
  environment: answeringEnvironment,
  requestId: callId,
  /** Names the journal, as in `jrn_…`. If it changes, a different BFF or a different data directory answers. */
  journal: z.string(),
};

/** The answer to announcing, showing and stopping an import. */
export const importAnswer = z.object({
  ...answered,
  /** The import, as it is now. */
  import: importRecord,
});
export type ImportAnswer = z.infer<typeof importAnswer>;

/** `GET …/imports`: the caller's imports, newest first. A caller with every grant in the environment sees everybody's. */
export const importsAnswer = z.object({
  ...answered,
  /** The imports, newest first. */
  imports: z.array(importRecord),
  /** How many rows a minute the caller's imports may send here, all together; 0 where none are allowed. */
  perMinute: z.optional(z.number()),
});
export type ImportsAnswer = z.infer<typeof importsAnswer>;
