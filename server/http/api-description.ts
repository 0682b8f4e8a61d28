import { type Request, Router } from 'express';
import { createOpenApiDocument, serverAt } from '../openapi/openapi-document.ts';
import { onlyGet } from './only-get.ts';

/**
 * `GET /openapi.json`. It needs no access key: of this BFF it holds nothing but the address that the caller used (no
 * environment, caller or key), and generators and `/docs` have no key to show.
 */
export function apiDescription(publicUrl: string | undefined): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const document = JSON.stringify(createOpenApiDocument());

  router.get('/openapi.json', (request, response) => {
    const servers = JSON.stringify([serverAt(addressOf(request, publicUrl))]);
    response
      .set('Cache-Control', 'no-store')
      .type('application/json')
      .send(`{"servers":${servers},${document.slice(1)}`);
  });
  router.all('/openapi.json', onlyGet);
  return router;
}

/** The address that the caller used: the shell has made sure that it is one of ours. */
function addressOf({ headers: { host = '' } }: Request, publicUrl: string | undefined): string {
  const known = publicUrl === undefined ? undefined : new URL(publicUrl);
  return known?.host === host.toLowerCase() ? known.origin : `http://${host}`;
}
