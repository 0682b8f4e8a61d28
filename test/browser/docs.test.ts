import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestBff } from '../support/bff/test-bff.ts';
import { accessibilityFaults } from '../support/browser/accessibility.ts';
import { hasChromium, launchChromium } from '../support/browser/chromium.ts';
import { type WatchedPage, watchPage } from '../support/browser/watched-page.ts';

test('GET /docs in a browser', { skip: !(await hasChromium()) }, async (t) => {
  await using bff = await startTestBff();
  await using browser = await launchChromium();

  async function authorize(page: WatchedPage): Promise<void> {
    await page.goto(`${bff.url}/docs`);
    await page.getByRole('button', { name: 'Authorize' }).click();
    // One field: the session's cookie is nothing that one types in.
    await page.locator('.auth-container input').fill(bff.accessKey);
    await page.locator('.auth-btn-wrapper .authorize').click();
    await page.locator('.btn-done').click();
  }

  await t.test('shows every operation, breaks no policy, and reaches nobody but its own BFF', async () => {
    await using page = await watchPage(browser);
    await page.goto(`${bff.url}/docs`);
    // It draws them once it has read the description.
    await page.locator('.opblock-summary-path').first().waitFor();
    const paths = await page.locator('.opblock-summary-path').allInnerTexts();
    const described = JSON.parse((await bff.call('/openapi.json')).text);
    assert.deepEqual(
      paths.map((path) => path.replaceAll('\u200b', '')).sort(),
      // Two methods may share a path.
      Object.entries<object>(described.paths)
        .flatMap(([path, methods]) => Object.keys(methods).map(() => path))
        .sort(),
    );
    // Everything is unfolded once, so that all that the page can draw is drawn; and folded again, since Swagger UI draws
    // all that is unfolded anew with every click.
    for (const operation of await page.locator('.opblock').all()) {
      const control = operation.locator('.opblock-summary-control');
      await control.click();
      await operation.locator('.responses-wrapper .response').first().waitFor();
      await control.click();
    }
    await page.locator('.models-control').click();
    await page.getByText('All error codes').click();
    await page.getByText('CONFIRMATION_REQUIRED').first().waitFor();

    assert.deepEqual(page.complaints, []);
    assert.deepEqual([...new Set(page.requests.map((url) => new URL(url).origin))], [bff.url]);
  });

  await t.test('calls with the access key that is typed in, and keeps it nowhere', async () => {
    await using page = await watchPage(browser);
    await authorize(page);

    const ping = page.locator('#operations-Connection-ping');
    await ping.locator('.opblock-summary-control').click();
    await ping.locator('.try-out__btn').click();
    await ping.locator('.execute').click();
    const answer = ping.locator('.live-responses-table .response-col_description').nth(1);
    assert.match(await answer.innerText(), /"message": "Authorized"/);
    assert.match(await ping.locator('.live-responses-table .response-col_status').nth(1).innerText(), /^200/);

    const kept = await page.evaluate(() =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
    );
    assert.equal(kept, '[{},{},""]');
    assert.equal((await page.context().storageState({ indexedDB: true })).origins.length, 0);
    await page.reload();
    await page.locator('.authorize.unlocked').waitFor();
    assert.deepEqual(page.complaints, []);
  });

  await t.test('lists the environments of the key that was typed in', async () => {
    await using page = await watchPage(browser);
    await authorize(page);
    const health = page.locator('#operations-Connection-health');
    await health.locator('.opblock-summary-control').click();
    await health.locator('.try-out__btn').click();
    const options = await health.locator('select').first().locator('option').allInnerTexts();
    const { environments } = JSON.parse((await bff.call('/api/environments')).text);
    assert.deepEqual(
      options.filter((each) => each !== '--'),
      environments.map(({ id }: { id: string }) => id),
    );
    await health.locator('.execute').click();
    const status = health.locator('.live-responses-table .response-col_status').nth(1);
    assert.match(await status.innerText(), /^200/);
    assert.deepEqual(page.complaints, []);
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    await t.test(`has a header that everybody can use, ${colorScheme}`, async () => {
      await using page = await watchPage(browser);
      await page.emulateMedia({ colorScheme });
      await page.goto(`${bff.url}/docs`);
      await page.locator('.opblock-summary-path').first().waitFor();
      // What Swagger UI draws below it is not ours.
      assert.deepEqual(await accessibilityFaults(page, 'body > header'), []);
    });
  }

  await t.test('fills in no confirmation and no key of a write by itself', async () => {
    await using page = await watchPage(browser);
    await page.goto(`${bff.url}/docs`);
    const invite = page.locator('#operations-People-createInvitation');
    await invite.locator('.opblock-summary-control').click();
    await invite.locator('.try-out__btn').click();
    for (const header of ['X-Request-Id', 'X-Confirm-Environment', 'Idempotency-Key', 'X-Pearsana-Client'])
      assert.equal(await invite.getByPlaceholder(header).inputValue(), '', header);
    assert.match(await invite.locator('textarea').inputValue(), /ada@example\.edu/);
  });
});
