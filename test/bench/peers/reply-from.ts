// A bare proxy that injects the header.
import replyFrom from '@fastify/reply-from';
import { fastify } from 'fastify';
import { injectedAuthorization, peerEnvironment } from './peer-environment.ts';

const { port, apiUrl } = peerEnvironment();
const app = fastify();
await app.register(replyFrom, { base: apiUrl });
app.get('/ping', (_request, reply) =>
  reply.from('/ping', {
    rewriteRequestHeaders: (_original, headers) => ({ ...headers, authorization: injectedAuthorization }),
  }),
);
await app.listen({ port, host: '127.0.0.1' });
