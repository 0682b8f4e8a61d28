import type { ErrorCode } from '../../shared/error-codes.ts';
import type { Json } from './document-types.ts';

/** One method at one path, as the document describes it. */
export type Endpoint = {
  /** The name of its row in the table, and of the client's method. */
  operationId: string;
  method: 'GET' | 'POST';
  path: string;
  tag: keyof typeof tags;
  summary: string;
  /** CommonMark. */
  description: string;
  /** Who may call it. `caller` means: with an access key or a session. */
  access: 'anybody' | 'caller' | 'access-key' | 'session';
  /** By what its requests are limited; null if they are not. Only callers are told how many are left. */
  limitedBy: 'caller' | 'address' | null;
  /** Whether pages of the listed browser origins may read the answer. */
  crossOrigin: boolean;
  /** Parameters beyond those that follow from the other fields. */
  parameters?: readonly Json[];
  /** Whether its path names an environment. */
  inEnvironment: boolean;
  writes: boolean;
  /** Whether it takes the name of a protected environment once more. */
  confirmed?: boolean;
  /** Whether it calls Pearsana's API. */
  callsPartner: boolean;
  /** Whether it may request a token from Pearsana's authorisation server. */
  asksForToken: boolean;
  /** Undefined if it has no body. */
  request?: { schema: Json; example: unknown; bodyCap: number };
  /** Successful answers by status. `2XX` stands for other successes from Pearsana. */
  answers: Record<string, Answer>;
  /** Codes beyond those that follow from the other fields. */
  codes?: readonly ErrorCode[];
};

/** An answer without a body has neither schema nor example. */
type Answer = { description: string; body?: { schema: Json; example: unknown } };

/** The headings of the document, in order. */
export const tags = {
  'The BFF': 'Your identity and grants; the BFF’s health.',
  Connection: 'Check the connection to an environment, without and with a token. These calls change nothing.',
  People: 'Users and invitations. Each call changes something for a real person.',
  Documents: 'Documents of users who exist at Pearsana.',
  'Your writes': 'What you sent, and what became of it. Your own writes need no grant.',
  Imports: 'Many writes that a person has reviewed and confirmed as a whole.',
  'Signing in': [
    'With an access key, you need none of this. If an OpenID provider is configured, people can sign in in the browser:',
    'send the browser to `/auth/login?return=<address>`. It goes to the provider, and comes back through `/auth/callback` to an',
    'address that `BFF_OIDC_RETURN_URLS` lists, with a session cookie. `/auth/vscode` is the page where a person',
    'allows a VS Code window, which then redeems its code below. At these addresses, a failure is shown as a page:',
    '`LOGIN_FAILED`, or `LOGIN_UNAVAILABLE` if the provider cannot be reached.',
  ].join(' '),
} as const;
