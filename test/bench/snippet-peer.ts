// The peer of the benchmark: what the partner's page suggests (one cached token, fetched again a minute early), behind
// Express. It checks no caller, limits nothing and logs nothing.
import type { AddressInfo } from 'node:net';
import express from 'express';

const {
  PEARSANA_SANDBOX_AUTH_URL: authUrl,
  PEARSANA_SANDBOX_API_URL: apiUrl,
  PEARSANA_SANDBOX_CLIENT_ID: clientId = '',
  PEARSANA_SANDBOX_CLIENT_SECRET: clientSecret = '',
} = process.env;

let kept: { token: string; until: number } | undefined;

async function accessToken(): Promise<string> {
  if (kept && kept.until > Date.now()) return kept.token;
  const answer = await fetch(`${authUrl}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      scope: 'pearsana-partner/ping',
    }),
  });
  const { access_token: token, expires_in: seconds } = await answer.json();
  kept = { token, until: Date.now() + seconds * 1000 - 60_000 };
  return token;
}

const app = express();
app.get('/ping', async (_request, response) => {
  const answer = await fetch(`${apiUrl}/ping`, {
    headers: { authorization: `Bearer ${await accessToken()}` },
  });
  response.status(answer.status).json(await answer.json());
});
const server = app.listen(0, '127.0.0.1', () => {
  process.stdout.write(`ready at http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
