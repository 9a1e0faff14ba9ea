// Pictures and stickers in the widget, on a phone and on a desktop: a picture is chosen, previewed, sent, shown, opened
// large and closed by Escape; one that fails is given back; a sticker is chosen by keys.
// `node tests/browser/pictures.mjs` against a running server; browser.mjs names the settings.

import { BASE, Checks, assertAccessible, assertNoComplaints, newPage, screenshot, startBrowser } from './browser.mjs';

const SIZES = [{ name: 'phone', width: 390, height: 844 }, { name: 'desktop', width: 1280, height: 800 }];

/**
 * A picture as a browser draws one.
 * @param {any} page
 * @param {{ width: number, height: number, type?: string }} how
 * @returns {Promise<{ name: string, mimeType: string, buffer: Buffer }>}
 */
async function drawn(page, { width, height, type = 'image/jpeg' }) {
  const base64 = await page.evaluate(async ({ w, h, kind }) => {
    const canvas = document.createElement('canvas');
    canvas.width = w;
    canvas.height = h;
    const pen = canvas.getContext('2d');
    const shade = pen.createLinearGradient(0, 0, w, h);
    shade.addColorStop(0, '#e8c9a0');
    shade.addColorStop(1, '#7a3b2e');
    pen.fillStyle = shade;
    pen.fillRect(0, 0, w, h);
    const blob = await new Promise((done) => canvas.toBlob(done, kind));
    return new Promise((done) => {
      const reader = new FileReader();
      reader.onload = () => done(String(reader.result).split(',')[1]);
      reader.readAsDataURL(blob);
    });
  }, { w: width, h: height, kind: type });
  return { name: 'photo', mimeType: type, buffer: Buffer.from(base64, 'base64') };
}

/** @param {Checks} checks @param {any} page @param {string} name */
async function look(checks, page, name) {
  await screenshot(page, name);
  await checks.check(`${name} is accessible`, () => assertAccessible(page));
}

/**
 * @param {Checks} checks
 * @param {any} page
 * @param {{ name: string }} size
 */
async function sending(checks, page, { name }) {
  const at = (/** @type {string} */ what) => `${name}: ${what}`;
  const file = page.locator('.composer input[type=file]');
  await checks.check(at('a chosen picture is previewed and can be taken out'), async () => {
    await page.goto(`${BASE}/`);
    await page.locator('.launcher').click();
    await file.setInputFiles([await drawn(page, { width: 800, height: 600 }), await drawn(page, { width: 300, height: 900, type: 'image/png' })]);
    await page.locator('.tray li img').nth(1).waitFor();
    await look(checks, page, `${name}-pictures-1-preview`);
    await page.getByRole('button', { name: '移除第 2 张' }).click();
    if ((await page.locator('.tray li').count()) !== 1) throw new Error('it is still there');
  });
  await checks.check(at('it is sent, shown in its size, and answered'), async () => {
    await page.getByRole('button', { name: '发送', exact: true }).click();
    await page.locator('.row.shopper:not(.waiting) button.photo img').waitFor();
    await page.locator('.row.bot .bubble').first().waitFor();
    const box = await page.locator('.row.shopper button.photo').boundingBox();
    if (Math.abs(box.width / box.height - 4 / 3) > 0.05) throw new Error(`shown as ${box.width} × ${box.height}`);
    await look(checks, page, `${name}-pictures-2-sent`);
  });
  await checks.check(at('it opens large, Escape closes it alone, and the focus goes back'), async () => {
    await page.locator('.row.shopper button.photo').click();
    await page.locator('.viewer img').waitFor();
    await look(checks, page, `${name}-pictures-3-large`);
    await page.keyboard.press('Escape');
    await page.locator('.viewer').waitFor({ state: 'detached' });
    await page.locator('.row.shopper button.photo:focus').waitFor();
    if (!(await page.locator('.panel').isVisible())) throw new Error('the conversation was closed as well');
  });
  await checks.check(at('after a reload it is fetched again'), async () => {
        await page.reload();
    if (name === 'phone') await page.locator('.launcher').click();
    const image = page.locator('.row.shopper button.photo img');
    await image.waitFor();
    const loaded = await image.evaluate((/** @type {HTMLImageElement} */ one) => one.decode().then(() => one.naturalWidth));
    if (loaded !== 800) throw new Error(`it is ${loaded} wide`);
  });
}

/**
 * @param {Checks} checks
 * @param {any} page
 * @param {{ name: string }} size
 */
async function failing(checks, page, { name }) {
  const at = (/** @type {string} */ what) => `${name}: ${what}`;
  const file = page.locator('.composer input[type=file]');
  await checks.check(at('what is no picture is refused in words'), async () => {
    await file.setInputFiles({ name: 'words.txt', mimeType: 'text/plain', buffer: Buffer.from('no picture') });
    await page.locator('.notice', { hasText: '图片' }).waitFor();
  });
  await checks.check(at('a picture that fails says so and comes back'), async () => {
    await page.route('**/api/v1/uploads', (/** @type {any} */ route) => route.abort());
    await file.setInputFiles(await drawn(page, { width: 640, height: 480 }));
    await page.locator('.tray li img').waitFor();
    await page.getByRole('button', { name: '发送', exact: true }).click();
    await page.locator('.mark.failed').waitFor();
    await look(checks, page, `${name}-pictures-4-failed`);
    await page.getByRole('button', { name: '撤回' }).click();
    await page.locator('.tray li img').waitFor();
    await page.unroute('**/api/v1/uploads');
    const before = await page.locator('.row.shopper button.photo').count();
    await page.getByRole('button', { name: '发送', exact: true }).click();
    await page.locator('.row.shopper:not(.waiting) button.photo').nth(before).waitFor();
  });
  await checks.check(at('a sticker is chosen by keys'), async () => {
    await page.getByRole('button', { name: '表情' }).press('Enter');
    await page.locator('.stickers button:focus').waitFor();
    await look(checks, page, `${name}-pictures-5-stickers`);
    await page.keyboard.press('Escape');
    await page.locator('.tool:focus').waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.locator('.row.shopper:not(.waiting) img.sticker').waitFor();
  });
}

const checks = new Checks();
const { browser, stop } = await startBrowser();
try {
  for (const size of SIZES) {
    const page = await newPage(browser, size);
    await sending(checks, page, size);
    await failing(checks, page, size);
    await checks.check(`${size.name}: no script complained`, async () => {
      // The request that was made to fail above.
      page.complaints = page.complaints.filter((/** @type {string} */ one) => !one.includes('ERR_FAILED'));
      assertNoComplaints(page);
    });
    await page.context().close();
  }
} finally {
  await stop();
  checks.end();
}
