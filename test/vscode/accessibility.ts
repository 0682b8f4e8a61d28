import assert from 'node:assert/strict';
import { accessibilityFaults } from '../support/browser/accessibility.ts';
import type { WorkbenchWindow } from './workbench.ts';

/**
 * What axe finds in VS Code's own elements, whatever an extension puts into them; no API of VS Code reaches them. Each is a
 * rule and the elements where it is VS Code's fault: the same rule counts everywhere else.
 */
const faultsOfVSCode: readonly { rule: string; element: RegExp; why: string }[] = [
  {
    rule: 'label-content-name-mismatch',
    element: /^#list_id_\d+_\d+$/,
    why: 'a row has its label and its description without a space between them, and says them with a comma',
  },
  {
    rule: 'nested-interactive',
    element: /^div\[aria-label="(Environments|Activity|Imports) Section"\]$/,
    why: 'the header of a view is a button that has the buttons of its title in it',
  },
  {
    rule: 'landmark-unique',
    element: /\.welcome-view-content\[role="region"\]\[aria-label="Welcome"\]$/,
    why: 'every view that is empty has a region called Welcome',
  },
  {
    rule: 'aria-allowed-attr',
    element: /^#list_id_\d+_\d+$/,
    why: 'a line of a quick pick says whether it is checked, which its role does not allow',
  },
  {
    rule: 'aria-required-children',
    element: /^#quickInput_list$/,
    why: 'where several lines can be chosen, the list box has checkboxes in it',
  },
  {
    rule: 'nested-interactive',
    element: /^#list_id_\d+_\d+$/,
    why: 'a line that can be ticked is a checkbox that has another one in it',
  },
  ...['aria-allowed-attr', 'label-content-name-mismatch', 'nested-interactive'].map((rule) => ({
    rule,
    element: /^\.getting-started-step/,
    why: 'a step of a walkthrough is a button that has its text, its links and its checkbox in it',
  })),
  {
    rule: 'aria-prohibited-attr',
    element: /(\.monaco-keybinding|^div)\[aria-label="(Control|Shift|Alt)\+/,
    why: 'a line of the command palette that is shown no more names its keys on an element without a role',
  },
];

/** Fails for what axe finds in our parts of the window that is not VS Code's own fault. */
export async function assertAccessible({ page }: Pick<WorkbenchWindow, 'page'>, part: string): Promise<void> {
  await page.locator(part).first().waitFor();
  const faults = await accessibilityFaults(page, part);
  const isOurs = (fault: string) => {
    const [rule = '', element = ''] = fault.split(/: (.*)/s);
    return !faultsOfVSCode.some((each) => each.rule === rule && each.element.test(element));
  };
  assert.deepEqual(faults.filter(isOurs), [], part);
}
