export type SnippetOptions = { authUrl: string; clientId: string; clientSecret: string; scope: string };

/** What Pearsana's page suggests: one cached token, fetched again a minute early. */
export function createAccessTokenSnippet(options: SnippetOptions): () => Promise<string> {
  let kept: { token: string; until: number } | undefined;

  return async function accessToken() {
    if (kept && kept.until > Date.now()) return kept.token;
    const answer = await fetch(`${options.authUrl}/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: options.clientId,
        client_secret: options.clientSecret,
        scope: options.scope,
      }),
    });
    const { access_token: token, expires_in: seconds } = await answer.json();
    kept = { token, until: Date.now() + seconds * 1000 - 60_000 };
    return token;
  };
}
