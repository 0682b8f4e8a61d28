import { type Response, Router } from 'express';
import { contentSecurityPolicy } from 'helmet';
import { type DocsFileName, docsFileNames } from '../docs/docs-file-names.ts';
import { onlyGet } from './route.ts';

/** `GET /docs` shows `/openapi.json`, with files that the BFF contains. They are read when somebody opens the page. */
export function createDocs(): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const files = new Map<DocsFileName, Buffer>();

  async function send(name: DocsFileName, response: Response): Promise<void> {
    const { readDocsFile } = await import('../docs/read-docs-file.ts');
    const file = files.get(name) ?? (await readDocsFile(name));
    files.set(name, file);
    response.type(name.includes('.') ? name : 'text').send(file);
  }

  router.get('/docs', docsPolicy, (_request, response) => {
    response.set('Cache-Control', 'no-store');
    return send('page.html', response);
  });
  const others = docsFileNames.filter((name) => name !== 'page.html');
  for (const name of others) {
    router.get(`/docs/${name}`, (_request, response) => {
      // The names stay the same after an update, so the files must not be kept for long.
      response.set('Cache-Control', 'max-age=600');
      return send(name, response);
    });
  }
  router.all(['/docs', ...others.map((name) => `/docs/${name}`)], onlyGet);
  return router;
}

/** For the one page with scripts. It runs its own two scripts and calls this BFF, and nothing else: no inline code, no `eval`. */
const docsPolicy = contentSecurityPolicy({
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", 'data:'],
    connectSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
});
