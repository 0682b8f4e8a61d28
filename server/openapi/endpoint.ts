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
  /** Who the caller must be: `caller` is one with an access key or a session. */
  access: 'anybody' | 'caller' | 'access-key' | 'session';
  /** By what requests are counted; null where they are not. Only a caller is told how many are left. */
  limitedBy: 'caller' | 'address' | null;
  /** Whether pages of the listed browser origins may read the answer. */
  crossOrigin: boolean;
  /** What it takes beside the parameters that follow from all this. */
  parameters?: readonly Json[];
  /** Whether its path names an environment. */
  inEnvironment: boolean;
  writes: boolean;
  /** Whether the partner's API is called. */
  callsPartner: boolean;
  /** Whether the partner's authorisation server may be asked for a token. */
  asksForToken: boolean;
  /** Absent where no body is read. */
  request?: { schema: Json; example: unknown; bodyCap: number };
  /** Successful answers by status; `2XX` where it is the partner's. */
  answers: Record<string, Answer>;
  /** Codes that it may answer beside those that follow from all this. */
  codes?: readonly ErrorCode[];
};

/** Without a body, it has neither schema nor example. */
type Answer = { description: string; body?: { schema: Json; example: unknown } };

/** The headings in the document, in its order. */
export const tags = {
  'The BFF': 'Who the BFF takes you for, what you may do where, and whether it is well.',
  Connection: 'Whether an environment answers, without and with a token. Nothing is changed.',
  People: 'Users and invitations. Each call changes something for a real person.',
  Documents: 'Documents of a person whom the partner knows already.',
  'Your writes': 'What you had sent, and what became of it. Nobody sees another’s, so no grant is needed.',
  'Signing in': [
    'An access key needs none of this. Where an OpenID provider is configured, people sign in in the browser:',
    'send its window to `/auth/login?return=<address>`, which leads to the provider and by `/auth/callback` back to an',
    'address that `BFF_OIDC_RETURN_URLS` lists, with the session’s cookie. `/auth/vscode` is the page where a person',
    'lets a window of VS Code in, which then redeems its code below. What fails at these addresses is told by a page:',
    '`LOGIN_FAILED`, or `LOGIN_UNAVAILABLE` where the provider cannot be reached.',
  ].join(' '),
} as const;
