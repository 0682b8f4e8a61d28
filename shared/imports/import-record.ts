import * as z from 'zod/mini';
import { importOperations } from './columns.ts';

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
