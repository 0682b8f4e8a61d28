import type { Browser, Page } from 'playwright-core';

/** A page that records every request it makes, and every complaint of the page or the browser. */
export type WatchedPage = Page &
  AsyncDisposable & {
    /** The URLs it requested, except `data:` and `blob:`. */
    requests: string[];
    /** Errors and warnings on the console, uncaught errors, and violations of the content security policy. */
    complaints: string[];
  };

/** Opens a page in its own context, so that nothing is stored at first. */
export async function watchPage(browser: Browser): Promise<WatchedPage> {
  const context = await browser.newContext();
  // Nothing here takes a second, except on a busy machine.
  context.setDefaultTimeout(60_000);
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
  // The console shows violations too, but not those that a script catches.
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
