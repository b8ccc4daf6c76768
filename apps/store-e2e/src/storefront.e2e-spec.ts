import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Browser, chromium } from 'playwright-core';
import { startStoreUnderTest, type StoreUnderTest } from './store-under-test.js';

const executablePath = [process.env['CHROMIUM_PATH'], '/usr/bin/chromium'].find(
  (path) => path !== undefined && existsSync(path),
);
if (executablePath === undefined) {
  console.warn(
    'NO BROWSER: the storefront is not tested here. Install Chromium (Debian: apt-get install chromium) or set CHROMIUM_PATH.',
  );
}
const withBrowser = executablePath === undefined ? describe.skip : describe;

withBrowser('the storefront page', () => {
  let under: StoreUnderTest;
  let browser: Browser;
  beforeAll(async () => {
    under = await startStoreUnderTest();
    browser = await chromium.launch({
      executablePath: executablePath as string,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
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
