// The merchant's structured editors on a phone and a desktop: a promotion is made, a rule, a word, a size, an hour and a
// wording are changed, all of it is found by one search and published, and the files keep their comments.
// `node tests/browser/editors.mjs` against a running server; browser.mjs names the settings, and XIAOER_INTENTS the
// folder of the merchant's files.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BASE, Checks, SIZES, ask, assertNoComplaints, assertNoSidewaysScroll, look, newPage, openSection, signIn, startBrowser } from './browser.mjs';

const FOLDER = join(process.env.XIAOER_INTENTS ?? 'intents', 'shops/demo');
const file = (/** @type {string} */ name) => readFileSync(join(FOLDER, name), 'utf8');
const comments = (/** @type {string} */ text) => text.split('\n').filter((line) => line.startsWith('#')).join('\n');

/** @param {Checks} checks @param {any} page @param {string} name */
async function seen(checks, page, name) {
  await look(checks, page, `editors-${name}`);
  await checks.check(`editors-${name} fits`, () => assertNoSidewaysScroll(page));
}

/** Keeps a form in the draft, and waits until it is. @param {any} page @param {any} form */
async function keep(page, form) {
  await form.getByRole('button', { name: '存进草稿' }).click();
  await form.locator('.unsaved').waitFor({ state: 'hidden' });
  await page.locator('.publish:not([hidden])').waitFor();
}

/** @param {Checks} checks @param {any} page @param {typeof SIZES[0]} size */
async function promotion(checks, page, size) {
  const at = (/** @type {string} */ words) => `${size.name}: ${words}`;
  await checks.check(at('a promotion is made by a form of its kind'), async () => {
    await openSection(page, '活动');
    await page.locator('.entry', { hasText: '冬日满减' }).waitFor();
    await seen(checks, page, `${size.name}-1-promotions`);
    await page.getByRole('button', { name: '新活动' }).click();
    await page.locator('.kinds .entry', { hasText: '满多少减多少' }).click();
    const form = page.getByRole('form', { name: '满减' });
    await form.getByRole('group', { name: '活动名' }).getByLabel('中文').fill(`新年满减 ${size.name}`);
    await form.getByLabel('满多少', { exact: true }).fill('400');
    await form.getByLabel('减多少', { exact: true }).fill('4O');
    await form.getByRole('button', { name: '存进草稿' }).click();
    if (await page.locator('.publish:not([hidden])').isVisible()) throw new Error('what is no amount was taken');
    await form.getByLabel('减多少', { exact: true }).fill('40');
    await form.getByRole('button', { name: '加一档' }).click();
    await form.getByLabel('满多少', { exact: true }).nth(1).fill('800');
    await form.getByLabel('减多少', { exact: true }).nth(1).fill('100');
    await form.getByLabel('指定商品或分类').check();
    await form.getByLabel('商品', { exact: true }).fill('羽绒服');
    await form.locator('.offered button').first().click();
    await form.getByLabel('编号').fill(`new-year-${size.name}`);
    await seen(checks, page, `${size.name}-2-promotion`);
    await form.getByRole('button', { name: '存进草稿' }).click();
    await page.locator('.entry[aria-current]', { hasText: `新年满减 ${size.name}` }).waitFor({ state: 'attached' });
  });
  await checks.check(at('it is copied, and the copy goes again'), async () => {
    await page.getByRole('button', { name: '复制一份' }).click();
    const form = page.getByRole('form', { name: '满减' });
    await form.getByLabel('编号').waitFor();
    if ((await form.getByLabel('满多少', { exact: true }).nth(1).inputValue()) !== '800') throw new Error('the copy is not like it');
    await form.getByRole('button', { name: '存进草稿' }).click();
    await page.getByRole('button', { name: '删除', exact: true }).click();
    await page.getByRole('button', { name: '确定删除？' }).click();
    await page.locator('.entry', { hasText: '副本' }).waitFor({ state: 'detached' });
  });
}

/** @param {Checks} checks @param {any} page @param {typeof SIZES[0]} size */
async function rules(checks, page, size) {
  const at = (/** @type {string} */ words) => `${size.name}: ${words}`;
  await checks.check(at('a rule that the law forbids is told at its field'), async () => {
    await page.goto(`${BASE}/console#policy/demo/returns`);
    const form = page.getByRole('form', { name: '退货、换货、退款' });
    const field = form.locator('.field', { hasText: '收到退货后几天内退款' });
    await field.getByLabel('收到退货后几天内退款').fill('9');
    await keep(page, form);
    await field.locator('.problems li').waitFor();
    await seen(checks, page, `${size.name}-3-policy`);
    await field.getByLabel('收到退货后几天内退款').fill('5');
    await keep(page, form);
    await field.locator('.problems li').waitFor({ state: 'detached' });
  });
  await checks.check(at('a size is changed in its table'), async () => {
    await page.goto(`${BASE}/console#sizes/demo/women-tops`);
    const form = page.getByRole('form', { name: '女装上衣、连衣裙' });
    await form.getByLabel('M 身高').fill('159-166');
    await form.getByRole('button', { name: '加一个尺码' }).click();
    await form.locator('tbody tr:last-child input').first().fill('2XL');
    await form.locator('tbody tr:last-child input').nth(1).fill('168-178');
    await seen(checks, page, `${size.name}-4-sizes`);
    await keep(page, form);
    await form.getByLabel('2XL 身高').waitFor();
  });
  await checks.check(at('people come later, and a new group of them'), async () => {
    await page.goto(`${BASE}/console#details/demo/opening`);
    const form = page.getByRole('form', { name: '营业时间' });
    await form.getByLabel('上班').fill('08:30');
    await form.getByLabel('下班').fill('22:00');
    await seen(checks, page, `${size.name}-5-hours`);
    await keep(page, form);
    await page.goto(`${BASE}/console#people/demo/groups`);
    await page.locator('.folded > summary', { hasText: '添加' }).click();
    const fresh = page.getByRole('form', { name: '添加' });
    await fresh.getByLabel('编号').fill('repairs');
    await fresh.getByLabel('中文').fill('维修组');
    await fresh.getByRole('button', { name: '存进草稿' }).click();
    await page.locator('.folded > summary', { hasText: '维修组' }).waitFor();
    await seen(checks, page, `${size.name}-6-people`);
  });
}

/** @param {Checks} checks @param {any} page @param {typeof SIZES[0]} size */
async function words(checks, page, size) {
  const at = (/** @type {string} */ text) => `${size.name}: ${text}`;
  await checks.check(at('a word gets what shoppers call it'), async () => {
    await openSection(page, '词汇');
    await page.getByRole('button', { name: '新词' }).click();
    const form = page.getByRole('form', { name: '新词' });
    await form.getByLabel('店里的叫法').fill('暖手宝');
    await form.getByLabel('顾客的叫法', { exact: true }).fill('暖宝宝，热手宝');
    await seen(checks, page, `${size.name}-7-word`);
    await form.getByRole('button', { name: '存进草稿' }).click();
    await page.getByRole('form', { name: '暖手宝' }).getByText('热手宝').waitFor();
  });
  await checks.check(at('a wording is the shop’s own, with what is filled in at hand'), async () => {
    await page.goto(`${BASE}/console#replies/demo/chat.bye`);
    await page.getByRole('button', { name: '改成本店的说法' }).first().click();
    const form = page.getByRole('form', { name: '中文' });
    await form.getByLabel('说法 1（中文）', { exact: true }).fill(`慢走，记得常来 ${size.name}。`);
    await form.getByRole('button', { name: '去掉说法 2' }).click();
    await keep(page, form);
    await seen(checks, page, `${size.name}-8-reply`);
    await page.getByLabel('只看本店改过的').isVisible();
  });
  await checks.check(at('one search finds it all, by keyboard, and leads to the form'), async () => {
    await page.locator('.reply-key').click();
    await page.keyboard.press('/');
    await page.keyboard.type('新年满减');
    await page.locator('.hit', { hasText: `新年满减 ${size.name}` }).first().waitFor();
    await seen(checks, page, `${size.name}-9-search`);
    await page.keyboard.press('Enter');
    await page.getByRole('form', { name: '满减' }).getByText(`new-year-${size.name}`).first().waitFor();
    const box = page.getByRole('combobox', { name: '搜索全部内容' });
    for (const [text, kind] of [['慢走，记得常来', '话术'], ['热手宝', '词汇'], ['几天内退款', '设置'], ['实体店', '常见问题'], ['演示大道', '文件']]) {
      await box.fill(text);
      await page.getByRole('listbox').getByRole('group', { name: kind }).waitFor();
    }
    await page.locator('.hit', { hasText: 'policy.toml' }).click();
    await page.locator('textarea.source:focus').waitFor();
    const chosen = await page.locator('textarea.source').evaluate((/** @type {HTMLTextAreaElement} */ area) => area.value.slice(area.selectionStart, area.selectionEnd));
    if (!chosen.includes('演示大道')) throw new Error(`the file was opened at “${chosen}”`);
    await box.fill('没有这样的话');
    await page.locator('.found .none').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.found').waitFor({ state: 'hidden' });
  });
}

/** @param {Checks} checks @param {any} browser @param {any} page @param {typeof SIZES[0]} size */
async function published(checks, browser, page, size) {
  const at = (/** @type {string} */ text) => `${size.name}: ${text}`;
  const names = ['promotions.toml', 'policy.toml', 'sizes.toml', 'shop.toml', 'handoff.toml', 'glossary.toml'];
  const before = names.map(file);
  await checks.check(at('all of it is published at once; every comment is where it was'), async () => {
    await page.getByRole('button', { name: '查看并发布' }).click();
    await page.locator('.difference').nth(names.length).waitFor();
    await page.getByLabel('这次改了什么').fill(`表单 ${size.name}`);
    await page.getByRole('button', { name: '发布', exact: true }).click();
    await page.getByText('已发布，顾客马上就能听到').waitFor();
    names.forEach((name, n) => { if (comments(file(name)) !== comments(before[n])) throw new Error(`the comments of ${name} changed`); });
    for (const [name, text] of [
      ['promotions.toml', `id = "new-year-${size.name}"`], ['promotions.toml', 'tiers = [{ over = "400", off = "40" }, { over = "800", off = "100" }]'], ['policy.toml', 'refund_within_days = 5'],
      ['sizes.toml', '{ size = "M", height = [159, 166], weight = [49, 56], bust = "88"'], ['sizes.toml', '{ size = "2XL", height = [168, 178] }'], ['shop.toml', 'from = "08:30"'],
      ['handoff.toml', 'id = "repairs"'], ['glossary.toml', 'synonyms = ["暖宝宝", "热手宝"]'], ['replies/zh.toml', `慢走，记得常来 ${size.name}。`],
    ]) if (!file(name).includes(text)) throw new Error(`${name} lacks ${text}`);
  });
  await checks.check(at('shoppers hear it, and what was before comes back'), async () => {
    const shopper = await newPage(browser, size);
    await shopper.goto(`${BASE}/`);
    await shopper.locator('.launcher').click();
    await shopper.locator('.chips button').first().waitFor();
    const heard = await ask(shopper, '再见');
    await shopper.context().close();
    if (!heard.includes('记得常来')) throw new Error(`the shopper heard “${heard}”`);
    await openSection(page, '历史');
    const first = page.locator('.versions li', { hasText: `表单 ${size.name}` }).first().locator('xpath=following-sibling::li[1]');
    await first.getByRole('button', { name: '退回到这一版' }).click();
    await first.getByRole('button', { name: '确定退回' }).click();
    await page.getByText('已退回，顾客马上就能听到').waitFor();
    names.forEach((name, n) => { if (file(name) !== before[n]) throw new Error(`${name} is not what it was`); });
  });
}

/** @param {Checks} checks @param {any} page @param {typeof SIZES[0]} size */
async function widget(checks, page, size) {
  await checks.check(`${size.name}: the widget is shown with the line that embeds it`, async () => {
    await page.goto(`${BASE}/console#look/demo/embed`);
    const line = await page.getByLabel('嵌入代码').inputValue();
    if (line !== `<script src="${BASE}/widget.js" data-shop="demo" async></script>`) throw new Error(line);
    await page.goto(`${BASE}/console#look/demo/preview`);
    await page.frameLocator('iframe.preview').getByText('店小二演示店').first().waitFor();
    await seen(checks, page, `${size.name}-10-look`);
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
    await promotion(checks, page, size);
    await rules(checks, page, size);
    await words(checks, page, size);
    await published(checks, browser, page, size);
    await widget(checks, page, size);
    await checks.check(`${size.name}: no script complained`, async () => assertNoComplaints(page));
    await page.context().close();
  }
} finally {
  await stop();
  checks.end();
}
