import * as z from 'zod/mini';

/** `GET /auth/methods`, for anybody: how one can sign in here. */
export const signInMethodsAnswer = z.object({
  requestId: z.string(),
  /** `access-key` always; `browser` where people sign in through the organisation's OpenID provider. */
  methods: z.array(z.string()),
});
export type SignInMethodsAnswer = z.infer<typeof signInMethodsAnswer>;

/** `POST /auth/vscode/token`: the code that the browser brought back, and the verifier of its challenge (RFC 7636, 4.1). */
export const windowCodeRequest = z.strictObject({
  code: z.string(),
  verifier: z.string(),
});
/** Of another form they are no code and no verifier: only the BFF says so, and not which. */
export const windowCodeForm = /^[\w-]{22,128}$/;
export const windowVerifierForm = /^[\w.~-]{43,128}$/;
export type WindowCodeRequest = z.infer<typeof windowCodeRequest>;

/** The key for that one window's user, told this once. */
export const windowKeyAnswer = z.object({
  requestId: z.string(),
  accessKey: z.string(),
  caller: z.object({ id: z.string() }),
  /** ISO 8601. */
  expiresAt: z.string(),
});
export type WindowKeyAnswer = z.infer<typeof windowKeyAnswer>;

/** `POST /auth/vscode/revoke`, with the key that is given back. */
export const keyEndedAnswer = z.object({ requestId: z.string() });
export type KeyEndedAnswer = z.infer<typeof keyEndedAnswer>;
