import type { ErrorCode } from '../../../shared/error-codes.ts';
import { plain } from '../plain-text.ts';
import type { CommandFailure, ExtensionCode } from './command-failure.ts';
import { type Remedy, remedies, showScopes } from './remedies.ts';
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
  short: Words;
  what: Words;
  advice: Words;
  remedies: ('retry' | 'showScopes' | keyof typeof remedies)[];
};

const retry = 'retry';
const showLog = 'showLog';
const signIn = 'signIn';
const changeUrl = 'changeUrl';

/** The failure says it itself. The system's own code at its end, as in `(ECONNREFUSED)`, is for the log. */
const itsMessage: Words = ({ message }) => message.replace(/ \([A-Z][A-Z0-9_]*\)\.$/, '.');

const keyIsFine = 'Your access key is fine.';
const contactPearsana = 'If it persists, contact Pearsana with the request id.';
/** How the BFF begins what it says of an answer that is an error. */
const pearsanaError = /^Pearsana error \d{3}/;
const keyWays = 'Sign in with the access key shown by “npm start”, or ask your BFF administrator for one.';

const sameVersion = 'Install the extension that came with the BFF.';

const signedOut: Row = row(
  'not signed in',
  ({ situation }) => `You are not signed in to the BFF at ${situation.backend}.`,
  keyWays,
  signIn,
  changeUrl,
);

const signInFailed: Row = row('sign-in failed', itsMessage, 'Try again later.', signIn);

const otherVersion: Row = row(
  'other version',
  ({ situation }) => `The BFF at ${situation.backend} doesn’t know this kind of request.`,
  sameVersion,
  showLog,
  changeUrl,
);

const refusedContent: Row = row(
  'refused',
  ({ failure, message }) => `${speaker(failure)} refused the request: ${message}`,
  'Correct the request and try again.',
  retry,
  showLog,
);

const importEnded: Row = row('import ended', itsMessage, 'Start the import again from its file.', showLog);

/** Every code and its words. A code that is added to the contract makes the compiler ask for its row. */
const rows: Record<ErrorCode | ExtensionCode, Row> = {
  // What this extension finds by itself.
  NOT_SIGNED_IN: signedOut,
  SIGN_IN_EXPIRED: row('sign-in expired', itsMessage, 'Sign in again.', signIn),
  SIGN_IN_DENIED: row('sign-in declined', itsMessage, 'Nothing was changed.', signIn),
  SIGN_IN_TIMED_OUT: row(
    'no answer from the browser',
    itsMessage,
    'Sign in again. If the browser says that you are done but VS Code does not notice, sign in with an access key.',
    signIn,
  ),
  BACKEND_URL_INVALID: row(
    'URL not usable',
    itsMessage,
    'Correct the setting pearsana.backendUrl.',
    changeUrl,
  ),
  BACKEND_CHANGED: row(
    'BFF changed',
    'The BFF’s URL was changed in the settings.',
    'Start again at the new URL.',
    'refresh',
  ),
  BFF_OUTDATED: row(
    'BFF too old',
    ({ situation }) => `The BFF at ${situation.backend} is an older version, which has no imports.`,
    'Ask your BFF administrator to update it. Everything else works as before.',
    'refresh',
    showLog,
  ),
  BFF_NOT_STARTED: row(
    'not started',
    itsMessage,
    'Fix the problem, then start it again.',
    'startBackend',
    'openFolderSetting',
  ),
  BFF_UNREACHABLE: row(
    'BFF not reachable',
    ({ situation }) => `The BFF at ${situation.backend} doesn’t answer.`,
    ({ situation }) => howToReach(situation),
    'startBackend',
    retry,
    changeUrl,
  ),
  CONTRACT_BROKEN: row(
    'not a Pearsana BFF',
    ({ situation }) => `${situation.backend} is not a Pearsana BFF, or is an incompatible version.`,
    `Check the URL. ${sameVersion}`,
    changeUrl,
    showLog,
  ),
  ENVIRONMENT_MISMATCH: row('wrong environment answered', itsMessage, 'The log shows the call.', showLog),
  FILE_NOT_USABLE: row(
    'file not usable',
    itsMessage,
    'Remove it from the selection, or choose other files.',
    'chooseFiles',
  ),
  IMPORT_NOT_USABLE: row('file not usable', itsMessage, 'Nothing was sent.', retry),
  CANCELLED: row('cancelled', 'You cancelled the call.', 'You can try again at any time.', retry, showLog),
  NO_ENVIRONMENT: row('no environment', itsMessage, 'Or sign in with another key.', signIn, 'refresh'),
  NO_SUCH_WRITE: row(
    'not in your activity',
    itsMessage,
    'It may be older than 30 days, or sent by somebody else or from another window.',
    showLog,
  ),
  ARGUMENTS_INVALID: row(
    'wrong arguments',
    itsMessage,
    'Correct the keybinding or the extension that calls this command.',
    'openKeybindings',
  ),
  UNEXPECTED: row(
    'unexpected error',
    ({ message }) => `Unexpected error in the extension: ${message}`,
    'Try again. If it persists, report it.',
    retry,
    showLog,
  ),

  // What the BFF says about us.
  UNAUTHORIZED: row(
    'access key rejected',
    ({ situation }) => `The BFF at ${situation.backend} doesn’t accept your access key.`,
    keyWays,
    signIn,
    changeUrl,
  ),
  // Pages in a browser, which the extension never sees.
  LOGIN_FAILED: signInFailed,
  LOGIN_UNAVAILABLE: signInFailed,
  FORBIDDEN: row('not allowed', itsMessage, 'Or sign in with another key.', signIn, showLog),
  HOST_NOT_ALLOWED: row(
    'URL not accepted',
    itsMessage,
    'Use the URL that the BFF printed when it started.',
    changeUrl,
  ),
  ENVIRONMENT_NOT_FOUND: row('no such environment', itsMessage, 'Refresh, and choose another.', 'refresh'),
  NOT_FOUND: row(
    'not found',
    ({ failure, message }) => `${speaker(failure)} found nothing: ${message}`,
    'Check what you asked for.',
    showLog,
  ),
  METHOD_NOT_ALLOWED: otherVersion,
  UNSUPPORTED_MEDIA_TYPE: otherVersion,
  HEADERS_TOO_LARGE: otherVersion,
  VALIDATION_ERROR: refusedContent,
  PAYLOAD_TOO_LARGE: { ...refusedContent, short: 'too large', advice: 'Send less at a time.' },
  CONFIRMATION_REQUIRED: row(
    'not confirmed',
    ({ environment }) => `Nothing was sent: ${environment} is protected, and this call was not confirmed.`,
    'Try again, and confirm.',
    retry,
    showLog,
  ),
  RATE_LIMITED: row(
    'too many calls',
    ({ failure }) => `${speaker(failure)} received too many calls in a short time.`,
    ({ failure }) => waitWords(failure.retryAfterSeconds ?? 60),
    retry,
    showLog,
  ),
  BUSY: row(
    'BFF busy',
    'The BFF is handling too many calls, or cannot reach its database.',
    ({ failure }) => waitWords(failure.retryAfterSeconds ?? 5),
    retry,
  ),
  SHUTTING_DOWN: row(
    'BFF stopping',
    'The BFF is stopping.',
    ({ situation }) => `Once it has stopped, ${howToStart(situation)}`,
    retry,
  ),
  JOURNAL_UNAVAILABLE: row('journal not usable', itsMessage, 'Try again once it is fixed.', retry, showLog),
  IDEMPOTENCY_IN_PROGRESS: row(
    'being sent',
    'The same request is being sent right now.',
    'Try again in a moment.',
    retry,
    showLog,
  ),
  IDEMPOTENCY_MISMATCH: row(
    'another request',
    'The BFF has already received a different request with the same key.',
    'Start again.',
    showLog,
  ),
  OUTCOME_UNKNOWN: row('outcome unknown', itsMessage, 'Check the Pearsana portal first.', showLog),
  OUTCOME_KNOWN: row(
    'done before',
    'This was done before, so it was not sent again.',
    'Activity shows when.',
    showLog,
  ),
  INTERNAL: row(
    'error in the BFF',
    'Unexpected error in the BFF.',
    'If it persists, give the request id to your BFF administrator.',
    retry,
    showLog,
  ),
  ALREADY_KNOWN: row('done before', itsMessage, 'Activity shows when.', showLog),
  IMPORT_NOT_FOUND: importEnded,
  IMPORT_MISMATCH: importEnded,
  IMPORT_STOPPED: importEnded,
  IMPORT_FULL: importEnded,
  IMPORTS_NOT_ALLOWED: row('imports not allowed', itsMessage, 'Ask your BFF administrator.', showLog),

  // What Pearsana and its authorisation server say about the BFF. The BFF puts that into a sentence, and often into the
  // remedy too; here stands what concerns the user.
  CLIENT_CREDENTIALS_REJECTED: aboutPearsana('secret rejected', keyIsFine),
  SCOPE_NOT_ENABLED: aboutPearsana('scope not enabled', 'Try again once it is enabled.', 'showScopes'),
  AUTH_UNREACHABLE: aboutPearsana('auth server down', laterOrNetwork),
  AUTH_TIMEOUT: aboutPearsana('auth server slow', laterOrNetwork),
  AUTH_BAD_RESPONSE: aboutPearsana('unexpected response from the auth server', laterOrNetwork),
  PARTNER_UNAUTHORIZED: aboutPearsana('token not accepted', keyIsFine),
  INSUFFICIENT_SCOPE: aboutPearsana('scope missing', keyIsFine),
  PARTNER_UNREACHABLE: aboutPearsana(
    ({ failure }) => (failure.outcome === 'unknown' ? 'connection lost' : 'Pearsana down'),
    laterOrNetwork,
  ),
  PARTNER_TIMEOUT: aboutPearsana('Pearsana slow', laterOrNetwork),
  PARTNER_BAD_RESPONSE: aboutPearsana('unexpected response from Pearsana', contactPearsana),
  PARTNER_ERROR: aboutPearsana(
    ({ message }) => pearsanaError.exec(message)?.[0] ?? 'Pearsana error',
    contactPearsana,
  ),
};

function aboutPearsana(short: Words, advice: Words, ...offered: Row['remedies']): Row {
  return row(short, itsMessage, advice, retry, ...offered, showLog);
}

function row(short: Words, what: Words, advice: Words, ...offered: Row['remedies']): Row {
  return { short, what, advice, remedies: offered };
}

/** Puts a failure into words. `again` is what was tried; without it, that remedy is left out. */
export function explain(failure: CommandFailure, situation: Situation, again?: Remedy): Explanation {
  const about: About = {
    failure,
    situation: { ...situation, backend: plain(situation.backend, 100) },
    environment: failure.environment === undefined ? 'this environment' : plain(failure.environment, 60),
    message: plain(failure.message),
  };
  const row = Object.hasOwn(rows, failure.code)
    ? rows[failure.code as keyof typeof rows]
    : // The partner’s codes pass through, and it may have more than its page says.
      { ...refusedContent, short: failure.code };
  const say = (words: Words, longest = 600) =>
    plain(typeof words === 'string' ? words : words(about), longest);
  return {
    short: say(row.short, 40),
    what: asSentence(say(row.what)),
    advice: say(row.advice),
    remedies: row.remedies.flatMap((name) => {
      // Starting it is the better try, and a message has room for two buttons.
      const starts = row.remedies.includes('startBackend') && canStart(situation);
      if (name === 'retry') return (!starts && again) || [];
      if (name === 'startBackend' && !starts) return [];
      return name === 'showScopes' ? showScopes(failure.environment) : remedies[name];
    }),
  };
}

/** With a stop, which what Pearsana says has inside its quotation, or before a request id, or not at all. */
function asSentence(words: string): string {
  return /[.?!…][”"]?( \([^()]*\))?$/.test(words) ? words : `${words}.`;
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
  if (failure.retryAfterSeconds !== undefined) return waitWords(failure.retryAfterSeconds);
  // A write that may have happened must not be tried again just like that.
  return `${
    failure.outcome === 'unknown'
      ? 'Ping to see whether Pearsana answers now. If it does not'
      : 'Try again in a moment. If it persists'
  }, ask your BFF administrator to check its network and its URLs.`;
}

function howToStart(situation: Situation): string {
  return isOnThatMachine(situation.backend)
    ? `run “npm start” in the BFF repository on ${machineOf(situation)}.`
    : 'ask your BFF administrator to start it.';
}

/** Whether VS Code can start a BFF where the setting leads. */
function canStart({ inBrowser, backend }: Situation): boolean {
  return !inBrowser && isOnThatMachine(backend);
}

function howToReach(situation: Situation): string {
  const start = `Is it running? If not, ${howToStart(situation)}`;
  if (!situation.inBrowser) return start;
  // A browser doesn't tell a page whether nobody answered or whether it kept the answer back.
  const origin = originToAllow(situation) ?? 'this page’s origin';
  const local = isOnThatMachine(situation.backend)
    ? ', and this page may need your browser’s permission to reach your local network'
    : '';
  return `${start} If it is, your browser may be blocking the call: the BFF needs BFF_ALLOWED_ORIGINS=${origin}${local}.`;
}
