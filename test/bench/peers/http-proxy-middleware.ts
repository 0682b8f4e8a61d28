// A proxy that injects the header; `dutiful`, with the duties that the BFF has too. It keeps its connections to the upstream, as it does unless told otherwise.
import express from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { fulfilDuties } from './duties.ts';
import { injectedAuthorization, isDutiful, peerEnvironment } from './peer-environment.ts';

const { port, apiUrl } = peerEnvironment();
const app = express();
if (isDutiful) app.use(fulfilDuties);
app.use(createProxyMiddleware({ target: apiUrl, headers: { authorization: injectedAuthorization } }));
app.listen(port, '127.0.0.1');
