import { type Request, Router } from 'express';
import type { FileLimits } from '../../shared/environments.ts';
import type { DescribedTable } from '../openapi/openapi-document.ts';
import { onlyGet } from './route.ts';

/**
 * `GET /openapi.json`. It needs no access key, since generators and `/docs` have none. About this BFF it says only the
 * address that the caller used and how large a file may be: nothing about environments, callers or keys.
 */
export function createApiDescription(
  publicUrl: string | undefined,
  fileLimits: FileLimits,
  described?: DescribedTable,
): Router {
  const router = Router({ caseSensitive: true, strict: true });
  // Built once, when somebody asks, so that the start does not wait for it.
  let building: Promise<(url: string) => string> | undefined;

  router.get('/openapi.json', async (request, response) => {
    building ??= buildDescription(fileLimits, described);
    const describe = await building;
    response
      .set('Cache-Control', 'no-store')
      .type('application/json')
      .send(describe(addressOf(request, publicUrl)));
  });
  router.all('/openapi.json', onlyGet);
  return router;
}

/** The text of the description for each address. Everything except the address is built once. */
async function buildDescription(
  fileLimits: FileLimits,
  described?: DescribedTable,
): Promise<(url: string) => string> {
  const { createOpenApiDocument, serverAt } = await import('../openapi/openapi-document.ts');
  const document = JSON.stringify(createOpenApiDocument(fileLimits, described));
  return (url) => `{"servers":${JSON.stringify([serverAt(url)])},${document.slice(1)}`;
}

/** The address that the caller used. The host check has made sure that it is one of ours. */
function addressOf({ headers: { host = '' } }: Request, publicUrl: string | undefined): string {
  const known = publicUrl === undefined ? undefined : new URL(publicUrl);
  return known?.host === host.toLowerCase() ? known.origin : `http://${host}`;
}
