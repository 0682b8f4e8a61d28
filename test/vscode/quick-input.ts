import type { Page } from 'playwright-core';

/** VS Code's quick input (command palette, pick, or input box), used as a person would. */
export type QuickInput = ReturnType<typeof createQuickInput>;

/** Drives the one quick input that a workbench's page has; every function waits for what it needs to be seen. */
export function createQuickInput(page: Page) {
  const widget = page.locator('.quick-input-widget');
  const box = widget.locator('.quick-input-filter input');
  const shownTitle = widget.locator('.quick-input-title');
  const shownList = page.locator('.quick-input-list:visible');
  const line = shownList.locator('.monaco-list-row');
  const shownMessage = widget.locator('.quick-input-message');

  return {
    /** Waits for the wizard's step with this title. Otherwise the next action might still meet the previous step. */
    async step(title: string | RegExp): Promise<void> {
      await shownTitle.filter({ hasText: title }).waitFor();
    },
    /** Replaces what is in the box. */
    async type(text: string): Promise<void> {
      await box.fill(text);
    },
    /** Presses Enter; in a pick, once it has something to choose: some are filled only after they are shown. */
    async accept(): Promise<void> {
      await widget
        .filter({ has: line })
        .or(widget.filter({ hasNot: shownList }))
        .waitFor();
      await box.press('Enter');
    },
    /** Chooses the item of a pick with this label, whatever description follows it. */
    async pick(label: string, options: { timeout?: number } = {}): Promise<void> {
      // A screen reader hears the label, and then the description after a comma.
      // Where several can be chosen, an item is a checkbox to it.
      const name = (operator: string, text: string) =>
        `:is([role=option], [role=checkbox])[aria-label${operator}${JSON.stringify(text)}]`;
      await widget
        .locator(`${name('=', label)}, ${name('^=', `${label},`)}`)
        .first()
        .click(options);
    },
    /** The labels that a pick offers now, as a screen reader says them. */
    async options(): Promise<string[]> {
      const options = widget.getByRole('option');
      await options.first().waitFor();
      return options.evaluateAll((all) => all.map((one) => one.getAttribute('aria-label') ?? ''));
    },
    async back(): Promise<void> {
      await widget.getByRole('button', { name: 'Back' }).click();
    },
    async escape(): Promise<void> {
      await box.press('Escape');
      await widget.waitFor({ state: 'hidden' });
    },
    /** Waits until it has closed. */
    async hidden(): Promise<void> {
      await widget.waitFor({ state: 'hidden' });
    },
    async value(): Promise<string> {
      return box.inputValue();
    },
    /** Whether it is shown now with this in its box. */
    async holds(text: string): Promise<boolean> {
      return (await box.isVisible()) && (await box.inputValue()) === text;
    },
    async title(): Promise<string> {
      return shownTitle.innerText();
    },
    /** The prompt, or the validation message in its place; waits for one that matches, if asked for. */
    async message(expected?: string | RegExp): Promise<string> {
      if (expected !== undefined) await shownMessage.filter({ hasText: expected }).waitFor();
      return shownMessage.innerText();
    },
  };
}
