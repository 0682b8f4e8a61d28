import { type CryptoKey, errors, jwtVerify } from 'jose';
import { tokenAudience } from './authorization-server.ts';

export type VerifiedToken = { clientId: string; scopes: readonly string[] };

/** Resolves to what the token in an `Authorization` header allows, or to `undefined` if it is not accepted. */
export type VerifyToken = (authorization: string | undefined) => Promise<VerifiedToken | undefined>;

/** Accepts the tokens of one authorisation server: by signature, issuer, audience, type and lifetime. */
export function createTokenVerifier(issuer: string, publicKey: CryptoKey): VerifyToken {
  const expected = { issuer, audience: tokenAudience, algorithms: ['RS256'], typ: 'at+jwt' };

  return async function verifyToken(authorization) {
    const token = /^Bearer ([\w.~+/=-]+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) return undefined;
    try {
      const { payload } = await jwtVerify<{ client_id: string; scope?: string }>(token, publicKey, expected);
      return { clientId: payload.client_id, scopes: payload.scope?.split(' ') ?? [] };
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  };
}
