// The merchant's workshop on a phone and a desktop: an answer is found, edited, checked, published and heard by a
// shopper; mistakes are told where they are; two editors don't overwrite each other; what was live before comes back.
// `node tests/browser/workshop.mjs` against a running server; browser.mjs names the settings, and XIAOER_INTENTS the
// folder of the merchant's files.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BASE, Checks, SIZES, ask, assertNoComplaints, assertNoSidewaysScroll, look, newPage, openSection, signIn, startBrowser } from './browser.mjs';

const FAQ = join(process.env.XIAOER_INTENTS ?? 'intents', 'shops/demo/faq/shop.toml');

/** @param {Checks} checks @param {any} page @param {string} name */
async function seen(checks, page, name) {
  await look(checks, page, `workshop-${name}`);
  await checks.check(`workshop-${name} fits`, () => assertNoSidewaysScroll(page));
}

/** @param {any} page @param {string} note */
async function publish(page, note) {
  await page.getByRole('button', { name: '查看并发布' }).click();
  await page.locator('.difference').first().waitFor();
  await page.getByLabel('这次改了什么').fill(note);
  await page.getByRole('button', { name: '发布', exact: true }).click();
  await page.getByText('已发布，顾客马上就能听到').waitFor();
}

/** What a new shopper is told. @param {any} browser @param {any} size @param {string} words */
async function told(browser, size, words) {
  const shopper = await newPage(browser, size);
  await shopper.goto(`${BASE}/`);
  await shopper.locator('.launcher').click();
  await shopper.locator('.chips button').first().waitFor();
  const answer = await ask(shopper, words);
  await shopper.context().close();
  return answer;
}

/** @param {Checks} checks @param {any} browser @param {any} page @param {typeof SIZES[0]} size */
async function faq(checks, browser, page, size) {
  const at = (/** @type {string} */ words) => `${size.name}: ${words}`;
  const answer = `没有门店，${size.name === 'phone' ? '都在网上卖' : '只做网店'}。`;
  await checks.check(at('an answer is found and edited; nobody hears a draft'), async () => {
    await openSection(page, '常见问题');
    await page.locator('.entry').nth(3).waitFor();
    await seen(checks, page, `${size.name}-1-faq`);
    await page.getByLabel('找问题或答案').fill('实体店');
    await page.locator('.entry', { hasText: '有实体店吗' }).click();
    await page.getByLabel('回答（中文）').first().fill(answer);
    await page.getByRole('button', { name: '存进草稿' }).click();
    await page.locator('.publish:not([hidden])').waitFor();
    await seen(checks, page, `${size.name}-2-edited`);
    const heard = await told(browser, size, '有实体店吗');
    if (heard.includes(answer)) throw new Error('a draft was told');
  });
  await checks.check(at('it is there after a reload, shown once more, published and heard'), async () => {
    await page.reload();
    await page.locator('.publish:not([hidden])').waitFor();
    await page.getByRole('button', { name: '查看并发布' }).click();
    await page.locator('.lines .come', { hasText: answer }).waitFor();
    await seen(checks, page, `${size.name}-3-review`);
    await page.keyboard.press('Escape');
    await publish(page, `门店 ${size.name}`);
    const heard = await told(browser, size, '有实体店吗');
    if (!heard.includes(answer)) throw new Error(`the shopper heard “${heard}”`);
    if (!readFileSync(FAQ, 'utf8').startsWith('# 店铺、付款、发票、会员。')) throw new Error('the comments are gone');
  });
  await checks.check(at('a new one is written, taken back, and written again'), async () => {
    await page.goto(`${BASE}/console#faq/demo/+`);
    await page.getByLabel('顾客会怎么问').first().fill('店里能带狗吗\n可以带宠物吗');
    await page.getByLabel('回答（中文）').first().fill('网店，带谁都行。');
    await page.getByRole('button', { name: '存进草稿' }).click();
    await page.getByText('编号只能用').waitFor();
    await page.getByLabel('编号').fill(`pets.${size.name}`);
    await page.getByRole('button', { name: '存进草稿' }).click();
    await page.locator('.entry[aria-current]', { hasText: '店里能带狗吗' }).waitFor({ state: 'attached' });
    await page.getByRole('button', { name: '撤销一步' }).click();
    await page.locator('.publish').waitFor({ state: 'hidden' });
    await page.getByText('没有这一条').waitFor();
  });
}

/** @param {Checks} checks @param {any} page @param {typeof SIZES[0]} size */
async function mistakes(checks, page, size) {
  const at = (/** @type {string} */ words) => `${size.name}: ${words}`;
  await checks.check(at('a mistake is told at its line and keeps it from being published'), async () => {
    await page.goto(`${BASE}/console#files/demo/${encodeURIComponent('shops/demo/faq/care.toml')}`);
    const source = page.locator('textarea.source');
    await source.waitFor();
    const text = await source.inputValue();
    await source.fill(text.replace('[[faq]]', '[[faq]]\nanswr.zh = "写错了"'));
    await page.locator('.problems li.error').first().waitFor();
    await page.locator('.problems .link').first().click();
    await seen(checks, page, `${size.name}-4-mistake`);
    await page.getByRole('button', { name: '查看并发布' }).click();
    await page.locator('.review .difference').first().waitFor();
    if (await page.getByRole('button', { name: '发布', exact: true }).isEnabled()) throw new Error('it could be published');
    await seen(checks, page, `${size.name}-5-errors`);
    await page.getByRole('button', { name: '全部放弃' }).click();
    await page.getByRole('button', { name: '确定放弃全部修改？' }).click();
    await page.locator('.publish').waitFor({ state: 'hidden' });
  });
  await checks.check(at('what somebody else saved meanwhile is not overwritten unseen'), async () => {
    await page.goto(`${BASE}/console#faq/demo/store.hours`);
    await page.getByLabel('回答（英文').first().fill('We are always here.');
    await page.getByRole('button', { name: '存进草稿' }).click();
    await page.locator('.publish:not([hidden])').waitFor();
    writeFileSync(FAQ, readFileSync(FAQ, 'utf8').replace('version = 1', `version = 1\n# ${size.name} 在文件夹里改的`));
    await page.getByRole('button', { name: '查看并发布' }).click();
    await page.locator('.difference').first().waitFor();
    await page.getByRole('button', { name: '发布', exact: true }).click();
    await page.getByText('被别人改过').waitFor();
    await seen(checks, page, `${size.name}-6-conflict`);
    await page.getByRole('button', { name: '用对方的' }).click();
    await page.getByText('被别人改过').waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await page.locator('.publish').waitFor({ state: 'hidden' });
  });
}

/** @param {Checks} checks @param {any} browser @param {any} page @param {typeof SIZES[0]} size */
async function intentsAndHistory(checks, browser, page, size) {
  const at = (/** @type {string} */ words) => `${size.name}: ${words}`;
  await checks.check(at('an intent gets a wording of its own'), async () => {
    await openSection(page, '意图');
    await page.getByLabel('找意图或说法').fill('store.info');
    await page.locator('.entry').first().click();
    await page.getByLabel('本店补充的说法').fill('你们店铺啥时候打烊呀');
    await page.getByRole('button', { name: '存进草稿' }).click();
    await page.locator('.publish:not([hidden])').waitFor();
    await seen(checks, page, `${size.name}-7-intent`);
    await publish(page, '');
  });
  await checks.check(at('every version is kept with its author, shown, and brought back'), async () => {
    await openSection(page, '历史');
    const note = page.locator('.versions li', { hasText: `门店 ${size.name}` }).first();
    await note.getByRole('button', { name: '看改了什么' }).click();
    await note.locator('.lines .come').first().waitFor();
    await seen(checks, page, `${size.name}-8-history`);
    const first = page.locator('.versions li').last();
    await first.getByRole('button', { name: '退回到这一版' }).click();
    await first.getByRole('button', { name: '确定退回' }).click();
    await page.getByText('已退回，顾客马上就能听到').waitFor();
    await page.locator('.versions li').first().getByText('正在使用').waitFor();
    const heard = await told(browser, size, '有实体店吗');
    if (!heard.includes('体验店')) throw new Error(`the shopper heard “${heard}”`);
  });
}

const checks = new Checks();
const { browser, stop } = await startBrowser();
try {
  for (const size of SIZES) {
    const page = await newPage(browser, size);
    const there = await checks.check(`${size.name}: an owner opens the console`, async () => {
      await signIn(page);
      await page.goto(`${BASE}/console`);
      await page.locator('.shop').first().waitFor();
    });
    if (!there) continue;
    await faq(checks, browser, page, size);
    await mistakes(checks, page, size);
    await intentsAndHistory(checks, browser, page, size);
    await checks.check(`${size.name}: no script complained`, async () => {
      // A publication that is refused is answered by 409, and the browser reports it as an error.
      page.complaints = page.complaints.filter((/** @type {string} */ one) => !one.includes('409'));
      assertNoComplaints(page);
    });
    await page.context().close();
  }
} finally {
  await stop();
  checks.end();
}
