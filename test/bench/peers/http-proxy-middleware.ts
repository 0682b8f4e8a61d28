// A bare proxy that injects the header. It keeps its connections to the upstream, as it does unless told otherwise.
import express from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { injectedAuthorization, peerEnvironment } from './peer-environment.ts';

const { port, apiUrl } = peerEnvironment();
const app = express();
app.use(createProxyMiddleware({ target: apiUrl, headers: { authorization: injectedAuthorization } }));
app.listen(port, '127.0.0.1');
