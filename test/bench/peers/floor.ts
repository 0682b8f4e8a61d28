// The least that a ping through Express 5 and undici can cost: the same headers as the BFF's, and none of its duties.
import express from 'express';
import helmet from 'helmet';
import { Pool } from 'undici';
import { injectedAuthorization, peerEnvironment } from './peer-environment.ts';

const { port, apiUrl } = peerEnvironment();
const partner = new Pool(apiUrl);
const headers = { accept: 'application/json', authorization: injectedAuthorization };
const app = express();
app.disable('x-powered-by').disable('etag');
app.use(helmet());
app.get('/ping', (_request, response) => {
  const chunks: Buffer[] = [];
  partner.dispatch(
    { path: '/ping', method: 'GET', headers },
    {
      onRequestStart() {},
      onResponseStart() {},
      onResponseData(_controller, chunk) {
        chunks.push(chunk);
      },
      onResponseEnd() {
        const body = JSON.stringify({ result: JSON.parse(Buffer.concat(chunks).toString()) });
        response.setHeader('Content-Type', 'application/json; charset=utf-8');
        response.setHeader('Content-Length', Buffer.byteLength(body));
        response.end(body);
      },
      onResponseError(_controller, error) {
        response.destroy(error);
      },
    },
  );
});
app.listen(port, '127.0.0.1');
