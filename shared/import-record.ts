import * as z from 'zod/mini';
import { sha256Hex } from './fields.ts';

/** What can be imported: writes for one person each. */
export const importOperations = ['createUser', 'createInvitation', 'submitDocument'] as const;
export type ImportOperation = (typeof importOperations)[number];

/** The most rows of one import. */
export const mostRows = 10_000;

/** An import as the BFF knows it: how much was confirmed, by whom and where, and what became of it. It holds no names. */
export const importRecord = z.object({
  /** As in `imp_…`. */
  id: z.string(),
  environment: z.string(),
  operation: z.enum(importOperations),
  /** How many rows were confirmed. */
  rows: z.number(),
  /** The SHA-256 of the file, in hexadecimal. */
  digest: z.string(),
  /** `finished`: all of its rows are done, or nothing came for 24 hours. */
  state: z.enum(['open', 'stopped', 'finished']),
  /** Whose it is. */
  caller: z.string(),
  /** ISO 8601. */
  startedAt: z.string(),
  endedAt: z.nullable(z.string()),
  /** How many rows a minute it may send. */
  perMinute: z.number(),
  counts: z.object({
    succeeded: z.number(),
    refused: z.number(),
    not_sent: z.number(),
    unknown: z.number(),
    in_flight: z.number(),
  }),
});
export type ImportRecord = z.infer<typeof importRecord>;

/** `POST /api/environments/{environment}/imports`: what a person has reviewed and confirmed as a whole. */
export const announceRequest = z.strictObject({
  operation: z.enum(importOperations),
  /** How many rows will be sent at most. */
  rows: z.number().check(
    z.refine((rows) => Number.isInteger(rows) && rows >= 1 && rows <= mostRows, {
      error: `must be a whole number from 1 to ${mostRows}`,
    }),
  ),
  /** The SHA-256 of the file, in hexadecimal. */
  digest: sha256Hex,
  /** Sends what had succeeded before this announcement once more. */
  again: z.optional(z.boolean()),
});
export type AnnounceRequest = z.infer<typeof announceRequest>;

const answered = {
  environment: z.string(),
  requestId: z.string(),
  /** Names the journal, as in `jrn_…`: another one means another BFF, or another data directory. */
  journal: z.string(),
};

/** What is answered to an announcement, and of one import. */
export const importAnswer = z.object({ ...answered, import: importRecord });
export type ImportAnswer = z.infer<typeof importAnswer>;

/** `GET …/imports`: one's own, newest first; with a grant for all that an environment offers, everybody's. */
export const importsAnswer = z.object({ ...answered, imports: z.array(importRecord) });
export type ImportsAnswer = z.infer<typeof importsAnswer>;
