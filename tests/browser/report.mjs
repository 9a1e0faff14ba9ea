// The page of figures: how things stand now while somebody looks, a period's history with its charts and tables, and how
// it looks on a phone and a desktop. `node tests/browser/report.mjs` against a running server; browser.mjs names the settings.

import assert from 'node:assert/strict';
import { BASE, Checks, OWNER, SIZES, assertAccessible, assertNoComplaints, assertNoSidewaysScroll, newPage, say, screenshot, startBrowser } from './browser.mjs';

/** @param {any} page */
async function signInHere(page) {
  await page.goto(`${BASE}/desk/report`);
  for (const password of OWNER.passwords) {
    await page.fill('input[name=name]', OWNER.name);
    await page.fill('input[name=password]', password);
    await page.click('.signin button[type=submit]');
    await page.locator('main .head, .problem:not([hidden]), input[name=new]').first().waitFor();
    if (!(await page.locator('.problem:not([hidden])').isVisible())) break;
  }
  if (await page.locator('input[name=new]').isVisible()) {
    await page.fill('input[name=new]', OWNER.chosen);
    await page.click('.signin button[type=submit]');
  }
  await page.locator('.history .tiles, .history .empty').first().waitFor();
}

/** A shopper who asks for a person and waits. @param {any} browser */
async function askForAPerson(browser) {
  const shopper = await newPage(browser, SIZES[1]);
  await shopper.goto(`${BASE}/`);
  await shopper.locator('.launcher').click();
  await say(shopper, '转人工');
  await shopper.locator('.banner').first().waitFor();
  return shopper;
}

const checks = new Checks();
const { browser, stop } = await startBrowser();
try {
  const page = await newPage(browser, SIZES[1]);
  await checks.check('an owner signs in and sees the page', () => signInHere(page));
  await checks.check('before anything happened there is a word about it', async () => {
    await page.locator('[data-span=day]').click();
    for (let back = 0; back < 3; back += 1) await page.locator('[data-key=earlier]').click();
    await page.locator('.history .empty').waitFor();
    await screenshot(page, 'report-empty');
  });

  await checks.check('who waits is seen without a reload', async () => {
    const count = page.locator('.tiles.live .value').first();
    const before = Number(await count.innerText());
    const shopper = await askForAPerson(browser);
    await page.waitForFunction((/** @type {number} */ old) => Number(document.querySelector('.tiles.live .value')?.textContent) > old, before);
    await shopper.context().close();
  });

  await checks.check('nothing is asked for while nobody looks', async () => {
    let asked = 0;
    page.on('request', (/** @type {any} */ request) => {
      asked += Number(request.url().includes('/api/v1/desk/live'));
    });
    await page.evaluate(() => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await page.waitForTimeout(4000);
    assert.equal(asked, 0);
    await page.evaluate(() => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => false });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await page.waitForFunction(() => document.querySelector('.pulse:not(.off)') !== null);
    for (let tries = 0; asked === 0; tries += 1) {
      if (tries > 50) throw new Error('it does not begin again');
      await page.waitForTimeout(100);
    }
  });

  await checks.check('a period has charts, each with its table, and tables that sort', async () => {
    await page.reload();
    await page.locator('.charts .picture').first().waitFor();
    const charts = await page.locator('.charts .card').count();
    assert.equal(await page.locator('.charts .picture[role=img][aria-label]').count(), charts);
    assert.equal(await page.locator('.charts details table').count(), charts);
    const head = page.locator('[aria-label=按分组] [data-key=name]');
    await head.click();
    assert.equal(await page.locator('[aria-label=按分组] th[aria-sort]').getAttribute('aria-sort'), 'ascending');
    assert.equal(await page.evaluate(() => /** @type {HTMLElement} */ (document.activeElement).dataset.key), 'name');
  });

  await checks.check('a table is downloaded, in a form that spreadsheets read', async () => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('[data-csv=stints]').click()]);
    assert.match(download.suggestedFilename(), /^demo-stints-.*\.csv$/);
  });

  for (const size of SIZES) {
    for (const [dark, locale] of /** @type {[boolean, string][]} */ ([[false, 'zh-CN'], [true, 'en-US'], [false, 'zh-TW']])) {
      const name = `report-${size.name}-${locale}${dark ? '-dark' : ''}`;
      await checks.check(`${name} is accessible and fits`, async () => {
        const one = await newPage(browser, { ...size, locale, dark });
        await signInHere(one);
        await one.locator('.charts .picture').first().waitFor();
        await screenshot(one, name);
        await assertAccessible(one);
        await assertNoSidewaysScroll(one);
        assertNoComplaints(one);
        await one.context().close();
      });
    }
  }
  await checks.check('nothing was complained about', async () => assertNoComplaints(page));
} finally {
  await stop();
  checks.end();
}
