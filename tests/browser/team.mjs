// The team in real pages, on a phone and on a desktop: an owner adds a colleague, who changes the first password, sets a
// second step up and signs in with it; the owner reads what was done and disables the account. `node
// tests/browser/team.mjs` against a running server; browser.mjs names the settings.

import { createHmac } from 'node:crypto';
import { BASE, Checks, assertAccessible, assertNoComplaints, assertNoSidewaysScroll, firstSignIn, newPage, openSection, screenshot, startBrowser } from './browser.mjs';

const SIZES = [{ name: 'phone', width: 390, height: 844 }, { name: 'desktop', width: 1280, height: 800 }];
const SIGN_IN = firstSignIn();
const PASSWORD = 'a colleague’s own password';

/** @param {any} page @param {string} name @param {string} password */
async function giveName(page, name, password) {
  await page.locator('input[name=name]').waitFor();
  await page.fill('input[name=name]', name);
  await page.fill('input[name=password]', password);
  await page.click('.signin button[type=submit]');
}

/** The owner at the console. @param {any} page */
async function owner(page) {
  await page.goto(`${BASE}/console`);
  for (const password of SIGN_IN.passwords) {
    await giveName(page, SIGN_IN.name, password);
    await page.locator('.tabs, .problem:not([hidden]), input[name=new]').first().waitFor();
    if (!(await page.locator('.problem:not([hidden])').isVisible())) break;
  }
  if (await page.locator('input[name=new]').isVisible()) {
    await page.fill('input[name=new]', SIGN_IN.chosen);
    await page.click('.signin button[type=submit]');
  }
  await page.locator('.tabs').waitFor();
}

/** The code of a secret in base 32, some steps of thirty seconds from now. @param {string} secret @param {number} steps */
function codeOf(secret, steps) {
  const bits = [...secret].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const digest = createHmac('sha1', key).update(step).digest();
  const word = digest.readUInt32BE(digest[19] & 15) & 0x7fffffff;
  return String(word % 1_000_000).padStart(6, '0');
}

/** @param {any} page @param {string} name */
async function look(page, name) {
  await screenshot(page, name);
  await assertAccessible(page);
  await assertNoSidewaysScroll(page);
}

/** @param {Checks} checks @param {any} browser @param {typeof SIZES[0]} size */
async function story(checks, browser, size) {
  const at = (/** @type {string} */ words) => `${size.name}: ${words}`;
  const name = `小安 ${size.name}`;
  const page = await newPage(browser, size);
  const other = await newPage(browser, size);
  let first = '';
  let secret = '';
  const added = await checks.check(at('an owner adds a colleague and is shown the first password'), async () => {
    await owner(page);
    await openSection(page, '团队');
    await page.locator('.member').first().waitFor();
    await look(page, `${size.name}-20-team`);
    await page.getByRole('button', { name: '添加成员' }).click();
    await page.getByRole('dialog').getByLabel('名字').fill(name);
    await look(page, `${size.name}-21-add`);
    await page.getByRole('button', { name: '添加', exact: true }).click();
    first = await page.locator('.first-password code').innerText();
    await look(page, `${size.name}-22-added`);
    await page.keyboard.press('Escape');
    await page.locator('.member', { hasText: name }).getByText('初始密码未改').waitFor();
  });
  if (!added) return;
  await checks.check(at('the colleague changes it and sets a second step up'), async () => {
    await other.goto(`${BASE}/console`);
    await giveName(other, name, first);
    await other.locator('input[name=new]').fill(PASSWORD);
    await other.click('.signin button[type=submit]');
    await other.getByRole('button', { name: '账号与安全' }).click();
    await other.locator('.sessions li').first().waitFor();
    await look(other, `${size.name}-23-account`);
    await other.locator('summary', { hasText: '开启两步验证' }).click();
    await other.locator('dialog input[name=password]').first().fill('wrong');
    await other.keyboard.press('Enter');
    await other.getByText('密码不对。').waitFor();
    await other.locator('dialog input[name=password]').first().fill(PASSWORD);
    await other.keyboard.press('Enter');
    await other.locator('img.qr').waitFor();
    const drawn = await other.locator('img.qr').evaluate((image) => image.complete && image.naturalWidth > 0);
    if (!drawn) throw new Error('the QR code is not drawn');
    secret = (await other.locator('.secret code').innerText()).replaceAll(' ', '');
    await look(other, `${size.name}-24-second-step`);
    await other.locator('dialog input[name=code]').fill(codeOf(secret, 0));
    await other.keyboard.press('Enter');
    await other.locator('.codes li').nth(9).waitFor();
    await look(other, `${size.name}-25-recovery`);
    await other.getByRole('button', { name: '我已保存好' }).click();
    await other.getByText('还剩 10 个恢复码没用过。').waitFor();
  });
  await checks.check(at('signing in takes the second step'), async () => {
    await other.keyboard.press('Escape');
    await other.getByRole('button', { name: '退出登录' }).click();
    await giveName(other, name, PASSWORD);
    await other.locator('input[name=code]').fill('000000');
    await other.keyboard.press('Enter');
    await other.getByText('动态码不对，或者已经用过了。').waitFor();
    await look(other, `${size.name}-26-code`);
    await other.locator('input[name=code]').fill(codeOf(secret, 1));
    await other.keyboard.press('Enter');
    await other.getByRole('button', { name: '账号与安全' }).waitFor();
  });
  await checks.check(at('the owner reads what was done and disables the account'), async () => {
    await page.getByRole('button', { name: '操作记录' }).click();
    await page.locator('.audit li', { hasText: '开启了两步验证' }).first().waitFor();
    await page.getByRole('combobox', { name: /^操作/ }).selectOption({ label: '成员变动' });
    await page.locator('.audit li', { hasText: `添加了成员 ${name}` }).waitFor();
    await look(page, `${size.name}-27-audit`);
    await page.getByRole('button', { name: '团队' }).click();
    await page.getByRole('button', { name: `管理 ${name}` }).click();
    await page.locator('dialog .sessions li').first().waitFor();
    await look(page, `${size.name}-28-member`);
    await page.getByRole('button', { name: '停用账号' }).click();
    await page.getByRole('button', { name: '确定停用？会立即退出' }).click();
    await page.getByText('现在没有登录。').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.member.off', { hasText: name }).waitFor();
    await other.reload();
    await other.locator('input[name=name]').waitFor();
  });
  await checks.check(at('no script complained'), async () => {
    // Refusals are part of the story, and the browser reports each as an error.
    for (const one of [page, other]) one.complaints = one.complaints.filter((/** @type {string} */ text) => !/status of 40[13]/.test(text));
    [page, other].forEach(assertNoComplaints);
  });
  await page.context().close();
  await other.context().close();
}

const checks = new Checks();
const { browser, stop } = await startBrowser();
try {
  for (const size of SIZES) await story(checks, browser, size);
} finally {
  await stop();
  checks.end();
}
