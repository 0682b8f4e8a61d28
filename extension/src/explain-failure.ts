import type { ErrorCode } from '../../shared/error-codes.ts';
import type { CommandFailure, ExtensionCode } from './command-failure.ts';
import { type NextStep, nextSteps } from './next-step.ts';
import { plain } from './plain-text.ts';
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
  steps: NextStep[];
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
  steps: readonly ('retry' | keyof typeof nextSteps)[];
};

/** The failure says it itself. */
const said: Words = ({ message }) => message;

const signedOut: Row = {
  short: 'not signed in',
  what: ({ situation }) => `You are not signed in to the BFF at ${situation.backend}.`,
  advice: 'Sign in with the access key that the BFF printed at its start, or that whoever runs it gave you.',
  steps: ['signIn', 'openSetting'],
};

const otherVersion: Row = {
  short: 'other version',
  what: ({ situation, failure }) =>
    `The BFF at ${situation.backend} doesn’t know this kind of request (${failure.code}).`,
  advice: 'It is probably another version: install the extension that came with it.',
  steps: ['showLog', 'openSetting'],
};

const refusedContent: Row = {
  short: 'refused',
  what: ({ failure, message }) => `${speaker(failure)} refused the request: ${message}`,
  advice: 'Correct it, then try again.',
  steps: ['retry', 'showLog'],
};

/** Every code and its words. A code that is added to the contract makes the compiler ask for its row. */
const rows: Record<ErrorCode | ExtensionCode, Row> = {
  // What this extension finds by itself.
  NOT_SIGNED_IN: signedOut,
  BACKEND_URL_INVALID: {
    short: 'address not usable',
    what: said,
    advice: 'Correct the setting pearsana.backendUrl.',
    steps: ['openSetting'],
  },
  BACKEND_CHANGED: {
    short: 'BFF changed',
    what: 'The setting pearsana.backendUrl was changed meanwhile, so what you saw was about another BFF.',
    advice: 'Nothing was sent. Look at the environments of the new one, and begin again.',
    steps: ['refresh'],
  },
  BFF_UNREACHABLE: {
    short: 'BFF not reachable',
    what: ({ situation }) => `The BFF at ${situation.backend} doesn’t answer.`,
    advice: ({ situation }) => howToReach(situation),
    steps: ['retry', 'openSetting', 'showLog'],
  },
  CONTRACT_BROKEN: {
    short: 'not our BFF',
    what: said,
    advice: 'Check the address, or install the extension that came with the BFF.',
    steps: ['openSetting', 'showLog'],
  },
  ENVIRONMENT_MISMATCH: {
    short: 'wrong environment answered',
    what: said,
    advice: 'Nothing can be said of the environment that you asked for.',
    steps: ['showLog'],
  },
  CANCELLED: {
    short: 'cancelled',
    what: 'You cancelled the call.',
    advice: 'Try again when you like.',
    steps: ['retry', 'showLog'],
  },
  NO_ENVIRONMENT: {
    short: 'no environment',
    what: said,
    advice: 'Ask whoever runs the BFF for access, or sign in with another key.',
    steps: ['signIn', 'refresh'],
  },
  ARGUMENTS_INVALID: {
    short: 'wrong arguments',
    what: said,
    advice: 'Correct the keybinding or the extension that calls this command.',
    steps: ['openKeybindings'],
  },
  UNEXPECTED: {
    short: 'extension failed',
    what: ({ message }) => `The extension failed in a way that nobody foresaw: ${message}`,
    advice: 'Try again, and report it if it stays.',
    steps: ['retry', 'showLog'],
  },

  // What the BFF says about us.
  UNAUTHORIZED: {
    short: 'access key rejected',
    what: ({ situation }) => `The BFF at ${situation.backend} doesn’t accept the access key.`,
    advice: 'Sign in with the key that it printed at its start, or that whoever runs it gave you.',
    steps: ['signIn', 'openSetting'],
  },
  FORBIDDEN: {
    short: 'not allowed',
    what: said,
    advice: 'Or sign in with another key.',
    steps: ['signIn', 'showLog'],
  },
  HOST_NOT_ALLOWED: {
    short: 'address not accepted',
    what: said,
    advice: 'Use the address that it printed at its start.',
    steps: ['openSetting'],
  },
  ENVIRONMENT_NOT_FOUND: {
    short: 'no such environment',
    what: said,
    advice: 'Refresh the list, and choose another.',
    steps: ['refresh'],
  },
  NOT_FOUND: {
    short: 'not found',
    what: ({ failure, message }) => `${speaker(failure)} found nothing there: ${message}`,
    advice:
      'Check what you asked for; if the BFF is another version, install the extension that came with it.',
    steps: ['showLog'],
  },
  METHOD_NOT_ALLOWED: otherVersion,
  UNSUPPORTED_MEDIA_TYPE: otherVersion,
  HEADERS_TOO_LARGE: otherVersion,
  VALIDATION_ERROR: refusedContent,
  PAYLOAD_TOO_LARGE: { ...refusedContent, short: 'too large', advice: 'Send less at a time.' },
  CONFIRMATION_REQUIRED: {
    short: 'not confirmed',
    what: ({ environment }) =>
      `Nothing was sent: ${environment} is protected, and this call was not confirmed.`,
    advice: 'Try again and confirm it by the environment’s name.',
    steps: ['retry', 'showLog'],
  },
  RATE_LIMITED: {
    short: 'too many calls',
    what: ({ failure }) => `${speaker(failure)} got too many calls in a short time.`,
    advice: ({ failure }) => wait(failure.retryAfterSeconds ?? 60),
    steps: ['retry', 'showLog'],
  },
  BUSY: {
    short: 'BFF busy',
    what: 'The BFF has too many calls under way.',
    advice: ({ failure }) => wait(failure.retryAfterSeconds ?? 5),
    steps: ['retry'],
  },
  SHUTTING_DOWN: {
    short: 'BFF stopping',
    what: 'The BFF is about to stop.',
    advice: ({ situation }) => `Once it has stopped: ${howToStart(situation)}`,
    steps: ['retry'],
  },
  INTERNAL: {
    short: 'BFF failed',
    what: said,
    advice: 'Give the id to whoever runs the BFF.',
    steps: ['retry', 'showLog'],
  },

  // What the partner and its authorisation server say about the BFF. The BFF puts that into a sentence, and often into
  // the remedy too; here stands what concerns the user.
  CLIENT_CREDENTIALS_REJECTED: partners('secret rejected', 'Your access key is fine.'),
  SCOPE_NOT_ENABLED: partners('scope not enabled', 'Try again once it is enabled.'),
  AUTH_UNREACHABLE: partners('auth server down', laterOrNetwork),
  AUTH_TIMEOUT: partners('auth server slow', laterOrNetwork),
  AUTH_BAD_RESPONSE: partners('auth server speaks nonsense', laterOrNetwork),
  PARTNER_UNAUTHORIZED: partners('token not accepted', 'Your access key is fine.'),
  INSUFFICIENT_SCOPE: partners('scope missing', 'Your access key is fine.'),
  PARTNER_UNREACHABLE: partners('Pearsana down', laterOrNetwork),
  PARTNER_TIMEOUT: partners('Pearsana slow', laterOrNetwork),
  PARTNER_BAD_RESPONSE: partners('Pearsana speaks nonsense', 'If it stays, give Pearsana the request id.'),
  PARTNER_ERROR: partners('Pearsana failed', 'If it stays, give Pearsana the request id.'),
};

function partners(short: string, advice: Words): Row {
  return { short, what: said, advice, steps: ['retry', 'showLog'] };
}

/** Puts a failure into words. `retry` is what was tried; without it, that step is left out. */
export function explain(failure: CommandFailure, situation: Situation, retry?: NextStep): Explanation {
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
    steps: row.steps.flatMap((name) => {
      if (name !== 'retry') return [nextSteps[name]];
      return retry ? [retry] : [];
    }),
  };
}

/** The whole of it as one text. */
export function sentencesOf({ what, advice }: Explanation): string {
  return `${what} ${advice}`;
}

function speaker({ source }: CommandFailure): string {
  return source === 'bff' || source === 'extension' ? 'The BFF' : 'Pearsana';
}

function wait(seconds: number): string {
  return `Wait ${Math.max(1, Math.ceil(seconds))} s, then try again.`;
}

function laterOrNetwork({ failure }: About): string {
  return failure.retryAfterSeconds === undefined
    ? 'Try again in a moment. If it stays, whoever runs the BFF checks its network and its URLs.'
    : wait(failure.retryAfterSeconds);
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
