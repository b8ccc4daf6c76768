import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { hasBrowser, launchBrowser } from './browser.js';
import { startStoreUnderTest, type StoreUnderTest } from './store-under-test.js';

(hasBrowser ? describe : describe.skip)('the storefront page', () => {
  let under: StoreUnderTest;
  let browser: Browser;
  beforeAll(async () => {
    under = await startStoreUnderTest();
    browser = await launchBrowser();
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await under?.stop();
  }, 60_000);

  it('sells a toy, shows the order number and the new stock, and finds the order again', async () => {
    const page = await browser.newPage();
    const failures: string[] = [];
    page.on('pageerror', (error) => failures.push(error.message));
    await page.goto(under.store.url);
    const toy = page.getByRole('listitem').filter({ hasText: 'tux' });
    await toy.getByText('100').first().waitFor();

    await toy.getByRole('spinbutton').fill('2');
    await toy.getByRole('button', { name: /buy/i }).click();

    await page
      .getByText(/order (number )?#?0\b/i)
      .first()
      .waitFor({ timeout: 30_000 });
    await toy.getByText('98').first().waitFor({ timeout: 30_000 });
    expect(failures).toEqual([]);
    await page.close();
  }, 120_000);
});
