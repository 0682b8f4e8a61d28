import type { ErrorCode } from '../../../shared/error-codes.ts';
import { plain } from '../plain-text.ts';
import type { CommandFailure, ExtensionCode } from './command-failure.ts';
import { type Remedy, remedies } from './remedies.ts';
import { isOnThatMachine, machineOf, originToAllow, type Situation } from './situation.ts';

/** A failure in words for people. All of it is plain text, whoever wrote the parts. */
export type Explanation = {
  /** A few words, for the tree. */
  short: string;
  /** One sentence: what went wrong. */
  what: string;
  /** One or two more: what to do about it, and who can. */
  advice: string;
  /** The same as clicks. */
  remedies: Remedy[];
};

type About = {
  failure: CommandFailure;
  situation: Situation;
  /** The environment's name, or words for it. */
  environment: string;
  /** The failure's own message, as a quotation. */
  message: string;
};
type Words = string | ((about: About) => string);
type Row = {
  short: string;
  what: Words;
  advice: Words;
  remedies: ('retry' | 'showScopes' | keyof typeof remedies)[];
};

/** The failure says it itself. */
const itsMessage: Words = ({ message }) => message;

const signedOut: Row = row(
  'not signed in',
  ({ situation }) => `You are not signed in to the BFF at ${situation.backend}.`,
  'Sign in with the access key that the BFF printed at its start, or that whoever runs it gave you.',
  'signIn',
  'openSetting',
);

const otherVersion: Row = row(
  'other version',
  ({ situation, failure }) =>
    `The BFF at ${situation.backend} doesn’t know this kind of request (${failure.code}).`,
  'It is probably another version: install the extension that came with it.',
  'showLog',
  'openSetting',
);

const refusedContent: Row = row(
  'refused',
  ({ failure, message }) => `${speaker(failure)} refused the request: ${message}`,
  'Correct it, then try again.',
  'retry',
  'showLog',
);

/** Every code and its words. A code that is added to the contract makes the compiler ask for its row. */
const rows: Record<ErrorCode | ExtensionCode, Row> = {
  // What this extension finds by itself.
  NOT_SIGNED_IN: signedOut,
  SIGN_IN_EXPIRED: row('sign-in expired', itsMessage, 'Sign in again.', 'signIn'),
  SIGN_IN_DENIED: row(
    'not allowed in the browser',
    itsMessage,
    'Nothing was changed. Sign in again when you like.',
    'signIn',
  ),
  SIGN_IN_TIMED_OUT: row(
    'no answer from the browser',
    itsMessage,
    'Sign in again. If the browser shows that it is done but VS Code hears nothing, sign in with an access key.',
    'signIn',
  ),
  BACKEND_URL_INVALID: row(
    'address not usable',
    itsMessage,
    'Correct the setting pearsana.backendUrl.',
    'openSetting',
  ),
  BACKEND_CHANGED: row(
    'BFF changed',
    'The setting pearsana.backendUrl was changed meanwhile, so what you saw was about another BFF.',
    'Look at the environments of the new one, and begin again.',
    'refresh',
  ),
  BFF_UNREACHABLE: row(
    'BFF not reachable',
    ({ situation }) => `The BFF at ${situation.backend} doesn’t answer.`,
    ({ situation }) => howToReach(situation),
    'retry',
    'openSetting',
    'showLog',
  ),
  CONTRACT_BROKEN: row(
    'not our BFF',
    itsMessage,
    'Check the address, or install the extension that came with the BFF.',
    'openSetting',
    'showLog',
  ),
  ENVIRONMENT_MISMATCH: row(
    'wrong environment answered',
    itsMessage,
    'Nothing can be said of the environment that you asked for.',
    'showLog',
  ),
  FILE_NOT_USABLE: row('file not usable', itsMessage, 'Choose other files, or these again.', 'chooseFiles'),
  CANCELLED: row('cancelled', 'You cancelled the call.', 'Try again when you like.', 'retry', 'showLog'),
  NO_ENVIRONMENT: row('no environment', itsMessage, 'Or sign in with another key.', 'signIn', 'refresh'),
  NO_SUCH_WRITE: row(
    'no such write',
    itsMessage,
    'It may be older than 30 days, or another caller’s.',
    'showLog',
  ),
  ARGUMENTS_INVALID: row(
    'wrong arguments',
    itsMessage,
    'Correct the keybinding or the extension that calls this command.',
    'openKeybindings',
  ),
  UNEXPECTED: row(
    'extension failed',
    ({ message }) => `The extension failed in a way that nobody foresaw: ${message}`,
    'Try again, and report it if it stays.',
    'retry',
    'showLog',
  ),

  // What the BFF says about us.
  UNAUTHORIZED: row(
    'access key rejected',
    ({ situation }) => `The BFF at ${situation.backend} doesn’t accept the access key.`,
    'Sign in with the key that it printed at its start, or that whoever runs it gave you.',
    'signIn',
    'openSetting',
  ),
  LOGIN_FAILED: row('sign-in failed', itsMessage, 'Nobody was signed in.', 'signIn'),
  // A page in a browser, which the extension never sees.
  LOGIN_UNAVAILABLE: row('sign-in not possible', itsMessage, 'Try again later.', 'signIn'),
  FORBIDDEN: row('not allowed', itsMessage, 'Or sign in with another key.', 'signIn', 'showLog'),
  HOST_NOT_ALLOWED: row(
    'address not accepted',
    itsMessage,
    'Use the address that it printed at its start.',
    'openSetting',
  ),
  ENVIRONMENT_NOT_FOUND: row(
    'no such environment',
    itsMessage,
    'Refresh the list, and choose another.',
    'refresh',
  ),
  NOT_FOUND: row(
    'not found',
    ({ failure, message }) => `${speaker(failure)} found nothing there: ${message}`,
    'Check what you asked for; if the BFF is another version, install the extension that came with it.',
    'showLog',
  ),
  METHOD_NOT_ALLOWED: otherVersion,
  UNSUPPORTED_MEDIA_TYPE: otherVersion,
  HEADERS_TOO_LARGE: otherVersion,
  VALIDATION_ERROR: refusedContent,
  PAYLOAD_TOO_LARGE: { ...refusedContent, short: 'too large', advice: 'Send less at a time.' },
  CONFIRMATION_REQUIRED: row(
    'not confirmed',
    ({ environment }) => `Nothing was sent: ${environment} is protected, and this call was not confirmed.`,
    'Try again and confirm it by the environment’s name.',
    'retry',
    'showLog',
  ),
  RATE_LIMITED: row(
    'too many calls',
    ({ failure }) => `${speaker(failure)} got too many calls in a short time.`,
    ({ failure }) => waitWords(failure.retryAfterSeconds ?? 60),
    'retry',
    'showLog',
  ),
  BUSY: row(
    'BFF busy',
    'The BFF has too many calls under way.',
    ({ failure }) => waitWords(failure.retryAfterSeconds ?? 5),
    'retry',
  ),
  SHUTTING_DOWN: row(
    'BFF stopping',
    'The BFF is about to stop.',
    ({ situation }) => `Once it has stopped: ${howToStart(situation)}`,
    'retry',
  ),
  JOURNAL_UNAVAILABLE: row(
    'journal not usable',
    itsMessage,
    'Nothing was sent. Try again once that is mended.',
    'retry',
    'showLog',
  ),
  IDEMPOTENCY_IN_PROGRESS: row('under way', itsMessage, 'Try again in a moment.', 'retry', 'showLog'),
  IDEMPOTENCY_MISMATCH: row('another request', itsMessage, 'Begin again.', 'showLog'),
  OUTCOME_UNKNOWN: row('outcome unknown', itsMessage, 'Look in the Pearsana portal first.', 'showLog'),
  OUTCOME_KNOWN: row('done before', itsMessage, 'Nothing was sent now.', 'showLog'),
  INTERNAL: row('BFF failed', itsMessage, 'Give the id to whoever runs the BFF.', 'retry', 'showLog'),

  // What the partner and its authorisation server say about the BFF. The BFF puts that into a sentence, and often into
  // the remedy too; here stands what concerns the user.
  CLIENT_CREDENTIALS_REJECTED: aboutPearsana('secret rejected', 'Your access key is fine.'),
  SCOPE_NOT_ENABLED: aboutPearsana('scope not enabled', 'Try again once it is enabled.', 'showScopes'),
  AUTH_UNREACHABLE: aboutPearsana('auth server down', laterOrNetwork),
  AUTH_TIMEOUT: aboutPearsana('auth server slow', laterOrNetwork),
  AUTH_BAD_RESPONSE: aboutPearsana('auth server speaks nonsense', laterOrNetwork),
  PARTNER_UNAUTHORIZED: aboutPearsana('token not accepted', 'Your access key is fine.'),
  INSUFFICIENT_SCOPE: aboutPearsana('scope missing', 'Your access key is fine.'),
  PARTNER_UNREACHABLE: aboutPearsana('Pearsana down', laterOrNetwork),
  PARTNER_TIMEOUT: aboutPearsana('Pearsana slow', laterOrNetwork),
  PARTNER_BAD_RESPONSE: aboutPearsana(
    'Pearsana speaks nonsense',
    'If it stays, give Pearsana the request id.',
  ),
  PARTNER_ERROR: aboutPearsana('Pearsana failed', 'If it stays, give Pearsana the request id.'),
};

function aboutPearsana(short: string, advice: Words, ...offered: Row['remedies']): Row {
  return row(short, itsMessage, advice, 'retry', ...offered, 'showLog');
}

function row(short: string, what: Words, advice: Words, ...offered: Row['remedies']): Row {
  return { short, what, advice, remedies: offered };
}

/** Puts a failure into words. `retry` is what was tried; without it, that remedy is left out. */
export function explain(failure: CommandFailure, situation: Situation, retry?: Remedy): Explanation {
  const about: About = {
    failure,
    situation: { ...situation, backend: plain(situation.backend, 100) },
    environment: failure.environment === undefined ? 'this environment' : plain(failure.environment, 60),
    message: plain(failure.message),
  };
  const row = Object.hasOwn(rows, failure.code)
    ? rows[failure.code as keyof typeof rows]
    : // The partner’s codes pass through, and it may have more than its page says.
      { ...refusedContent, short: plain(failure.code, 40) };
  const say = (words: Words) => plain(typeof words === 'string' ? words : words(about), 600);
  return {
    short: row.short,
    what: say(row.what),
    advice: say(row.advice),
    remedies: row.remedies.flatMap((name) => {
      if (name === 'retry') return retry ?? [];
      return name === 'showScopes' ? showScopes(failure) : remedies[name];
    }),
  };
}

function showScopes({ environment }: CommandFailure): Remedy[] {
  return environment === undefined
    ? []
    : [{ title: 'Show Scopes', command: 'pearsana.scopes', argument: { environment } }];
}

/** The whole of it as one text. */
export function sentencesOf({ what, advice }: Explanation): string {
  return `${what} ${advice}`;
}

function speaker({ source }: CommandFailure): string {
  return source === 'bff' || source === 'extension' ? 'The BFF' : 'Pearsana';
}

function waitWords(seconds: number): string {
  return `Wait ${Math.max(1, Math.ceil(seconds))} s, then try again.`;
}

function laterOrNetwork({ failure }: About): string {
  return failure.retryAfterSeconds === undefined
    ? 'Try again in a moment. If it stays, whoever runs the BFF checks its network and its URLs.'
    : waitWords(failure.retryAfterSeconds);
}

function howToStart(situation: Situation): string {
  return isOnThatMachine(situation.backend)
    ? `type “npm start” in the BFF’s repository, on ${machineOf(situation)}.`
    : 'ask whoever runs it to start it.';
}

function howToReach(situation: Situation): string {
  const start = `Is it running? If not, ${howToStart(situation)}`;
  if (!situation.inBrowser) return start;
  // A browser doesn't tell a page whether nobody answered or whether it kept the answer back.
  const origin = originToAllow(situation) ?? 'this page’s origin';
  const local = isOnThatMachine(situation.backend)
    ? ', and this page may need your browser’s permission to reach your local network'
    : '';
  return `${start} If it is, the browser may be refusing: the BFF needs BFF_ALLOWED_ORIGINS=${origin}${local}.`;
}
