// What became of it, on a phone and a desktop: conversations are read and become tests, tests are held and say what they
// leave out, figures say how the assistant does. `node tests/browser/insight.mjs` against a running server; browser.mjs
// names the settings.

import { BASE, Checks, SIZES, ask, assertNoComplaints, assertNoSidewaysScroll, look, newPage, openSection, signIn, startBrowser } from './browser.mjs';

/** @param {Checks} checks @param {any} page @param {string} name */
async function seen(checks, page, name) {
  await look(checks, page, `insight-${name}`);
  await checks.check(`insight-${name} fits`, () => assertNoSidewaysScroll(page));
}

/** Somebody asks, so that there is something to see. @param {any} browser @param {any} size @param {string[]} questions */
async function shop(browser, size, questions) {
  const shopper = await newPage(browser, size);
  await shopper.goto(`${BASE}/`);
  await shopper.locator('.launcher').click();
  await shopper.locator('.chips button').first().waitFor();
  for (const words of questions) await ask(shopper, words);
  await shopper.context().close();
}

/** @param {Checks} checks @param {any} browser @param {any} page @param {typeof SIZES[0]} size */
async function conversations(checks, browser, page, size) {
  const at = (/** @type {string} */ words) => `${size.name}: ${words}`;
  const question = `退货的运费谁出，${size.name}`;
  await shop(browser, size, [question, '我电话13800138000记一下', '哦嘶呀哩呐']);
  await checks.check(at('a conversation is read, its telephone number masked, and becomes a test'), async () => {
    await openSection(page, '最近对话');
    await page.getByRole('button', { name: '刷新' }).click();
    await page.locator('.entry', { hasText: question }).click();
    await page.locator('.say.bot').first().waitFor();
    const text = await page.locator('.try-log').innerText();
    if (text.includes('13800138000') || !text.includes('138****8000')) throw new Error(`the number is shown: ${text}`);
    await seen(checks, page, `${size.name}-1-conversation`);
    await page.getByLabel('测试叫什么').fill(`记下来的 ${size.name}`);
    await page.getByRole('button', { name: '记下来' }).click();
    await page.getByText('记下来了，在草稿里').waitFor();
  });
  await checks.check(at('the tests are held with it, and say what they leave out'), async () => {
    await openSection(page, '对话测试');
    await page.locator('.coverage summary').first().waitFor({ timeout: 120_000 });
    const told = await page.locator('.fine[role=status]').innerText();
    if (!told.includes('0 个没有通过')) throw new Error(told);
    await page.locator('summary', { hasText: 'recorded.toml' }).click();
    await page.getByText(`记下来的 ${size.name}`).waitFor();
    await page.locator('.coverage summary', { hasText: '常见问题' }).click();
    await page.locator('.untouched a').first().waitFor();
    await seen(checks, page, `${size.name}-2-tests`);
  });
}

/** @param {Checks} checks @param {any} page @param {typeof SIZES[0]} size */
async function figures(checks, page, size) {
  const at = (/** @type {string} */ words) => `${size.name}: ${words}`;
  await checks.check(at('figures say how the assistant does'), async () => {
    await openSection(page, '接待成效');
    await page.locator('.insight .tile').nth(6).waitFor();
    await page.locator('.insight .column').first().waitFor();
    await seen(checks, page, `${size.name}-3-week`);
    await page.getByRole('button', { name: '日', exact: true }).click();
    await page.locator('.insight .which', { hasText: '周' }).waitFor();
    await seen(checks, page, `${size.name}-4-day`);
    const address = await page.locator('[data-csv=intents]').getAttribute('href');
    const csv = await page.evaluate(async (/** @type {string} */ path) => (await fetch(path)).text(), address);
    if (!csv.startsWith('\uFEFFintents,count,unresolved') && !csv.startsWith('intents,count,unresolved')) throw new Error(csv.slice(0, 80));
    await page.getByRole('button', { name: '往前' }).click();
    await page.getByText('这段时间没有对话').waitFor();
    await seen(checks, page, `${size.name}-5-nothing`);
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
    await conversations(checks, browser, page, size);
    await figures(checks, page, size);
    await checks.check(`${size.name}: no script complained`, async () => assertNoComplaints(page));
    await page.context().close();
  }
} finally {
  await stop();
  checks.end();
}
