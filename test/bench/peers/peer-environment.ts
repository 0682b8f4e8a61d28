/** What every peer is told, the way the BFF is: by environment variables. */
export function peerEnvironment() {
  const { PORT, AUTH_URL: authUrl = '', API_URL: apiUrl = '' } = process.env;
  return { port: Number(PORT), authUrl, apiUrl };
}

/** A peer that only injects a header has its token for ever, and pays nothing for having one. */
export const injectedAuthorization = 'Bearer a-token-for-benchmarks';
