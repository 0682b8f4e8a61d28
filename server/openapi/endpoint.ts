import type { ErrorCode } from '../../shared/error-codes.ts';
import type { Json } from './document-types.ts';

/** What the document says of one method at one path. */
export type Endpoint = {
  /** The operation's name in the table, where it is a row; the client's method has the same. */
  operationId: string;
  method: 'GET' | 'POST';
  path: string;
  tag: keyof typeof tags;
  summary: string;
  /** CommonMark. */
  description: string;
  /** Whether the caller must say who it is. */
  authenticated: boolean;
  /** Whether its path names an environment. */
  inEnvironment: boolean;
  writes: boolean;
  /** Whether the partner's API is called. */
  callsPartner: boolean;
  /** Whether the partner's authorisation server may be asked for a token. */
  asksForToken: boolean;
  /** Absent where no body is read. */
  request?: { schema: Json; example: unknown; bodyCap: number };
  /** Codes that it may answer besides those that follow from the rest. */
  codes?: readonly ErrorCode[];
  /** What it takes in its query, or in its path besides the environment. */
  parameters?: readonly Json[];
  /** Successful answers by status; `2XX` where it is the partner's. */
  answers: Record<string, { description: string; schema: Json; example: unknown }>;
};

/** The headings in the document, in its order. */
export const tags = {
  'The BFF': 'Who the BFF takes you for, what you may do where, and whether it is well.',
  Connection: 'Whether an environment answers, without and with a token. Nothing is changed.',
  People: 'Users and invitations. Each call changes something for a real person.',
  Documents: 'Documents of a person whom the partner knows already.',
  Activity: 'What you have written, and what became of it.',
} as const;
