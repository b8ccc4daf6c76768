import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { hasBrowser, launchBrowser } from './browser.js';
import { startStoreUnderTest, type StoreUnderTest, until } from './store-under-test.js';

/** For a broken store, not for a slow machine. */
const patienceMs = 60_000;

(hasBrowser ? describe : describe.skip)('the lab page', () => {
  let under: StoreUnderTest;
  let browser: Browser;
  let page: Page;
  const failures: string[] = [];
  beforeAll(async () => {
    under = await startStoreUnderTest();
    browser = await launchBrowser();
    page = await browser.newPage();
    page.setDefaultTimeout(patienceMs);
    page.on('pageerror', (error) => failures.push(error.message));
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) failures.push(message.text());
    });
    await page.goto(`${under.store.url}/lab`);
    // Typed into a tab where the page is open already, as the page itself tells people to.
    await page.goto(under.store.pageUrls[0] as string);
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await under?.stop();
  }, 60_000);

  const replica = (id: string) => page.locator(`#replicas [data-member="${id}"]`);
  const happened = (text: string | RegExp) => page.getByRole('log').getByText(text).first().waitFor();

  const buy = async (name: string, quantity: number): Promise<void> => {
    const key = `lab-page-${name}`;
    expect(await under.shop.placeOrder({ name, quantity, key, deadlineMs: patienceMs })).toMatchObject({
      kind: 'placed',
    });
  };

  const slot = (toy: string) => page.getByRole('button', { name: new RegExp(`^${toy}, version`) });
  /** A machine that stalls may lose the lease for a moment, and what is read then is not kept. */
  const hold = (toy: string): Promise<void> =>
    until(`${toy} is held`, async () => {
      await fetch(`${under.store.url}/products/${toy}`);
      return (await slot(toy).count()) > 0;
    });

  it('has a leader killed and shows it die, another one being elected, and the dead one come back and catch up', async () => {
    await page.getByText(/^order-\d leads in term \d+$/).waitFor();
    const [leader = ''] = ((await page.locator('#leader').textContent()) ?? '').split(' ');
    await replica(leader).getByText('leader', { exact: true }).waitFor();

    await page.getByRole('button', { name: `Kill ${leader}` }).click();

    await replica(leader).getByText('gone', { exact: true }).waitFor();
    await happened(`${leader} is gone: it refuses connections.`);
    const another = new RegExp(`^(?!${leader} )order-\\d leads in term`);
    await page.locator('#leader').filter({ hasText: another }).waitFor();
    await buy('fox', 1);

    // The button that was pressed is gone; the keyboard is where it was.
    expect(await page.evaluate('document.activeElement.ariaLabel')).toBe(`Start ${leader}`);
    await page.keyboard.press('Enter');

    await happened(new RegExp(`^${leader} is back`));
    await replica(leader)
      .locator('.badge', { hasText: /^(follower|leader)$/ })
      .waitFor();
  }, 300_000);

  it('keeps the token out of the address, and takes commands only where it has one', async () => {
    expect(page.url()).toBe(`${under.store.url}/lab`);
    await page.reload();
    await page.getByRole('button', { name: 'Pause order-1' }).waitFor();

    const visitor = await browser.newPage();
    await visitor.goto(`${under.store.url}/lab`);
    await visitor.locator('#replicas [data-member="order-1"]').waitFor();

    expect(await visitor.getByRole('button', { name: /^(Kill|Pause|Start|Resume)/ }).count()).toBe(0);
    await visitor.close();
  }, 120_000);

  it('has a replica paused, which then says nothing, and let run again', async () => {
    await page.getByRole('button', { name: 'Pause order-1' }).click();
    await replica('order-1').getByText('no answer', { exact: true }).waitFor();
    await happened(/^order-1 does not answer/);

    await page.getByRole('button', { name: 'Resume order-1' }).click();

    await happened(/^order-1 is back/);
  }, 300_000);

  it('shows why a request is a miss and then a hit, and that a sale invalidates it', async () => {
    await page.locator('#toy option', { hasText: 'whale' }).waitFor({ state: 'attached' });
    await page.getByLabel('Toy').selectOption('whale');
    await page.getByText(/A request would be a miss\. Nothing is held/).waitFor();

    await page.getByRole('button', { name: 'Ask for it' }).click();
    await page.getByText(/100 × whale\. Cache-Status: frontend; fwd=/).waitFor();
    await hold('whale');
    await page.getByText(/A request would be a hit\./).waitFor();
    await page.getByRole('button', { name: /^whale, version/, pressed: true }).waitFor();

    await buy('whale', 2);

    await page.getByText(/"products\/whale" was invalidated up to version/).waitFor();
    await page.getByRole('button', { name: 'Ask for it' }).click();
    await page.getByText(/98 × whale\./).waitFor();
  }, 300_000);

  it('leaves the focus on a slot while others move past it', async () => {
    for (const toy of ['lego', 'tux', 'whale']) await hold(toy);
    await slot('lego').focus();

    await hold('dolphin');
    await fetch(`${under.store.url}/products/tux`);

    await page.locator('#slots li:nth-child(4)', { hasText: 'tux' }).waitFor();
    expect(await page.evaluate('document.activeElement.ariaLabel')).toMatch(/^lego, version/);
  }, 120_000);

  it('keeps its buttons from a link with another token', async () => {
    await page.goto(`${under.store.url}/lab#lab=1,${'a'.repeat(32)}`);
    await page.getByRole('button', { name: 'Pause order-1' }).waitFor();

    await page.getByRole('button', { name: 'Pause order-1' }).click();
    await happened(/^You: order-1 \(pid \d+\) was paused/);
    await page.getByRole('button', { name: 'Resume order-1' }).click();
    await happened(/^You: order-1 \(pid \d+\) was let run again/);
  }, 120_000);

  it('shows that the cache answers nothing without its lease, and says so when the catalog is back', async () => {
    await under.store.kill('catalog');
    await page.locator('#catalog').getByText('gone', { exact: true }).waitFor();
    await happened(/^The cache has lost its lease/);
    await page.getByText('No lease: every request goes to the catalog').waitFor();

    await under.store.start('catalog');

    await happened(/^The catalog has started anew, epoch \d+/);
    await happened('The cache has a lease again.');
    expect(failures).toEqual([]);
  }, 300_000);
});
