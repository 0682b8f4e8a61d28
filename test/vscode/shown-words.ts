import type { Page } from 'playwright-core';

/** What a person looks at first, and where the keyboard's input goes. */
const places = {
  'quick input': '.quick-input-widget',
  menu: '.monaco-menu',
  dialog: '.monaco-dialog-box',
  message: '.notification-list-item',
  focus: ':focus',
};

/** What a workbench's page shows in these places, in one line, so that a failure can be understood from its output alone. */
export async function shownWords(page: Page): Promise<string> {
  const words = await page.evaluate((selectors) => {
    const shown = (element: Element) => element.checkVisibility({ checkVisibilityCSS: true });
    const textOf = (element: Element) => {
      const boxes = [...element.querySelectorAll('input')].map(({ value }) => `[${value}]`);
      const text = element instanceof HTMLElement ? element.innerText : '';
      const label = element.getAttribute('aria-label') ?? element.className;
      return [...boxes, text || label].join(' ').replaceAll(/\s+/g, ' ').slice(0, 600);
    };
    return Object.entries(selectors).flatMap(([name, selector]) =>
      [...document.querySelectorAll(selector)].filter(shown).map((each) => `${name}: ${textOf(each)}`),
    );
  }, places);
  return words.join(' | ');
}
