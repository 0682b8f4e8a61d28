import type { Browser, Page } from 'playwright-core';

/** A page of which everything is noted that it asks for, and everything that it or the browser complains about. */
export type WatchedPage = Page &
  AsyncDisposable & {
    /** Addresses, without those that hold their own content. */
    requests: string[];
    /** Errors and warnings on the console, errors that nobody caught, and whatever a content security policy stopped. */
    complaints: string[];
  };

/** A page in a context of its own, so that it begins with nothing stored. */
export async function watchPage(browser: Browser): Promise<WatchedPage> {
  const context = await browser.newContext();
  // Nothing here takes a second; a machine with others on it may take a few.
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url())) requests.push(request.url());
  });
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  // The console tells of violations too; this tells of those that a script would have swallowed.
  await page.exposeFunction('noteViolation', (words: string) => complaints.push(words));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      Reflect.get(globalThis, 'noteViolation')(`${violatedDirective} stopped ${blockedURI}`);
    });
  });
  return Object.assign(page, {
    requests,
    complaints,
    [Symbol.asyncDispose]: () => context.close(),
  });
}
