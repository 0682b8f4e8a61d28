// A proxy that injects the header; `dutiful`, with the duties that the BFF has too.
import replyFrom from '@fastify/reply-from';
import { fastify } from 'fastify';
import { fulfilDuties } from './duties.ts';
import { injectedAuthorization, isDutiful, peerEnvironment } from './peer-environment.ts';

const { port, apiUrl } = peerEnvironment();
const app = fastify();
if (isDutiful)
  app.addHook('onRequest', (request, reply, done) =>
    fulfilDuties(request.raw, reply.raw, done as () => void),
  );
await app.register(replyFrom, { base: apiUrl });
app.get('/ping', (_request, reply) =>
  reply.from('/ping', {
    rewriteRequestHeaders: (_original, headers) => ({ ...headers, authorization: injectedAuthorization }),
  }),
);
await app.listen({ port, host: '127.0.0.1' });
