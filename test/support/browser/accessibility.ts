import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import type { Page } from 'playwright-core';

/**
 * What axe finds wrong for people who use a keyboard, a screen reader or strong contrast, as `rule: element`.
 *
 * @param part the part of the page to look at, as a selector; by default all of it
 */
export async function accessibilityFaults(page: Page, part = 'html'): Promise<string[]> {
  // Evaluated from outside of the page, so that the page's own policy stays as it is.
  await page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core'), 'utf8'));
  return page.evaluate(async (selector) => {
    const { axe: run } = globalThis as unknown as { axe: typeof axe };
    const { violations } = await run.run(selector, { resultTypes: ['violations'] });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
  }, part);
}
