// The server that one would write without a BFF. It does not check callers, limit them or log.
import express from 'express';
import { peerEnvironment } from './peer-environment.ts';
import { createAccessTokenSnippet } from './snippet.ts';

const { port, authUrl, apiUrl } = peerEnvironment();
const accessToken = createAccessTokenSnippet({
  authUrl,
  clientId: 'a-client',
  clientSecret: 'a-client-secret-for-benchmarks',
  scope: 'pearsana-partner/ping',
});

const app = express();
app.get('/ping', async (_request, response) => {
  const answer = await fetch(`${apiUrl}/ping`, {
    headers: { authorization: `Bearer ${await accessToken()}` },
  });
  response.status(answer.status).json(await answer.json());
});
app.listen(port, '127.0.0.1');
