import * as z from 'zod/mini';
import { callId } from './fields.ts';

/** `GET /auth/methods`, for anybody: the ways to sign in. */
export const signInMethodsAnswer = z.object({
  requestId: callId,
  /** Always `access-key`; also `browser`, if people can sign in through the organisation's OpenID provider. */
  methods: z.array(z.string()),
});
export type SignInMethodsAnswer = z.infer<typeof signInMethodsAnswer>;

/** `POST /auth/vscode/token`: the code that the browser brought back, and the verifier of the window's challenge (RFC 7636, 4.1). */
export const windowCodeRequest = z.strictObject({
  code: z.string(),
  verifier: z.string(),
});
/** Of another form they are no code and no verifier: only the BFF says so, and not which. */
export const windowCodeForm = /^[\w-]{22,128}$/;
export const windowVerifierForm = /^[\w.~-]{43,128}$/;

/** The window's access key, which is shown only once. */
export const windowKeyAnswer = z.object({
  requestId: callId,
  /** The key itself. */
  accessKey: z.string(),
  /** Whose key it is. */
  caller: z.object({
    /** The name of the person who signed in. */
    id: z.string(),
  }),
  /** ISO 8601. */
  expiresAt: z.string(),
});
export type WindowKeyAnswer = z.infer<typeof windowKeyAnswer>;

/** `POST /auth/vscode/revoke`, sent with the key to end. */
export const keyEndedAnswer = z.object({ requestId: callId });
export type KeyEndedAnswer = z.infer<typeof keyEndedAnswer>;

/** Where browsers go to sign in and out. These are no calls: their answers are pages and cookies. */
export const loginPath = '/auth/login';
export const loginCallbackPath = '/auth/callback';
export const logoutPath = '/auth/logout';
/** The page that asks whether a window of VS Code may act for the person, and where its form is sent. */
export const consentPath = '/auth/vscode';
export const consentAnswerPath = '/auth/vscode/answer';
