// Nothing serious for whoever uses a keyboard, a screen reader or little contrast: the store with the widget open, signing
// in, the desk and its dialogs, the console; on a phone and a desktop, in the light and in the dark.
// `node tests/browser/axe.mjs` against a running server; browser.mjs names the settings.

import { BASE, Checks, SIZES, assertAccessible, assertNoSidewaysScroll, be, newPage, screenshot, say, signIn, startBrowser } from './browser.mjs';

/**
 * @param {Checks} checks
 * @param {any} page
 * @param {string} name
 */
async function fine(checks, page, name) {
  await screenshot(page, `axe-${name}`);
  await checks.check(`${name} is accessible`, async () => {
    await assertAccessible(page);
    await assertNoSidewaysScroll(page);
  });
}

/**
 * @param {Checks} checks
 * @param {any} browser
 * @param {{ name: string, width: number, height: number, dark: boolean }} look
 */
async function shop(checks, browser, look) {
  const shopper = await newPage(browser, look);
  await shopper.goto(`${BASE}/`);
  await shopper.locator('.tile').nth(7).waitFor();
  await fine(checks, shopper, `${look.name}-store`);
  await shopper.locator('.launcher').click();
  await shopper.locator('.chips button').first().waitFor();
  await fine(checks, shopper, `${look.name}-widget`);
  await say(shopper, '转人工');
  await shopper.locator('.banner.queue').waitFor();
  await fine(checks, shopper, `${look.name}-queue`);
  return shopper;
}

/**
 * @param {Checks} checks
 * @param {any} browser
 * @param {{ name: string, width: number, height: number, dark: boolean }} look
 */
async function arrive(checks, browser, look) {
  const page = await newPage(browser, look);
  await page.goto(`${BASE}/desk`);
  await page.locator('.signin form').waitFor();
  await fine(checks, page, `${look.name}-sign-in`);
  await signIn(page);
  // Whoever is away is given nothing: what waits is seen waiting.
  await be(page, 'away');
  return page;
}

/**
 * @param {Checks} checks
 * @param {any} page
 * @param {{ name: string, width: number }} look
 */
async function desk(checks, page, look) {
  const phone = look.width < 600;
  await page.locator('[data-inbox=waiting]').click();
  await page.locator('.card-button').last().waitFor();
  await fine(checks, page, `${look.name}-desk`);
  await page.locator('.card-button').last().click();
  await page.locator('[data-key=act-take]').click();
  await page.getByLabel('回复', { exact: true }).waitFor();
  await fine(checks, page, `${look.name}-talk`);
  for (const [key, name] of [['Alt+KeyG', 'transfer'], ['Alt+KeyB', 'release'], ['Alt+KeyL', 'tags'], ['Alt+Slash', 'shortcuts'], ['Alt+KeyC', 'close']]) {
    await page.keyboard.press(key);
    await page.locator('.dialog[open]').waitFor();
    await fine(checks, page, `${look.name}-${name}`);
    await page.keyboard.press('Escape');
    await page.locator('.dialog').waitFor({ state: 'detached' });
  }
  await page.keyboard.press('Alt+KeyN');
  await fine(checks, page, `${look.name}-note`);
  if (phone) {
    await page.locator('.info').click();
    await fine(checks, page, `${look.name}-case`);
    await page.locator('.case-back').click();
  }
  await page.keyboard.press('Alt+KeyC');
  await page.locator('.dialog [type=submit]').click();
  await page.locator('[data-key=act-close]').waitFor({ state: 'detached' });
  if (phone) await page.locator('.back').click();
  await page.locator('[data-inbox=all]').click();
  await fine(checks, page, `${look.name}-all`);
  await page.locator('[data-key=settings]').click();
  await fine(checks, page, `${look.name}-settings`);
  await page.keyboard.press('Escape');
  await page.goto(`${BASE}/console`);
  await page.locator('.shop').first().waitFor();
  await fine(checks, page, `${look.name}-console`);
}

const checks = new Checks();
const { browser, stop } = await startBrowser();
try {
  for (const size of SIZES) {
    for (const dark of [false, true]) {
      const look = { ...size, dark, name: `${size.name}${dark ? '-dark' : ''}` };
      await checks.check(`${look.name}: every page can be looked at`, async () => {
        const page = await arrive(checks, browser, look);
        const shopper = await shop(checks, browser, look);
        await desk(checks, page, look);
        await shopper.locator('.stars').waitFor();
        await fine(checks, shopper, `${look.name}-rating`);
        await shopper.context().close();
        await page.context().close();
      });
    }
  }
} finally {
  await stop();
  checks.end();
}
