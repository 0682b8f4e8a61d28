import { tokenForBenchmarks } from '../token-endpoint.ts';

/** The configuration of every peer, like the BFF's: environment variables. */
export function peerEnvironment() {
  const { PORT, AUTH_URL: authUrl = '', API_URL: apiUrl = '' } = process.env;
  return { port: Number(PORT), authUrl, apiUrl };
}

/** A peer that only adds a header has a token that never expires, and spends nothing on getting it. */
export const injectedAuthorization = `Bearer ${tokenForBenchmarks}`;

/** Whether a proxy also fulfils the duties of the BFF, as far as a few lines go. */
export const isDutiful = process.argv.includes('dutiful');
