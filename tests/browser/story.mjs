// One story in two pages, on a phone and on a desktop: a shopper looks at a product, is greeted, asks about it, asks for
// a person, who takes the conversation at the desk; both talk; it is closed and rated. `node tests/browser/story.mjs`
// against a running server; browser.mjs names the settings.

import { BASE, Checks, SIZES, ask, assertNoComplaints, assertNoSidewaysScroll, be, look, newPage, say, signIn, startBrowser } from './browser.mjs';

const PRODUCT = process.env.XIAOER_PRODUCT ?? 'cotton-tee';

/**
 * @param {Checks} checks
 * @param {any} browser
 * @param {{ name: string, width: number, height: number }} size
 */
async function shopping({ checks, browser, size }) {
  const shopper = await newPage(browser, size);
  const at = (/** @type {string} */ name) => `${size.name}: ${name}`;
  await checks.check(at('the store shows products'), async () => {
    await shopper.goto(`${BASE}/`);
    await shopper.locator('.tile').nth(7).waitFor();
    await look(checks, shopper, `${size.name}-1-store`);
    await assertNoSidewaysScroll(shopper);
  });
  await checks.check(at('a product has its page'), async () => {
    await shopper.goto(`${BASE}/#/p/${PRODUCT}`);
    await shopper.locator('.detail h1').waitFor();
    await look(checks, shopper, `${size.name}-2-product`);
    await assertNoSidewaysScroll(shopper);
  });
  await checks.check(at('the widget opens and offers first questions'), async () => {
    await shopper.locator('.launcher').click();
    await shopper.getByRole('button', { name: '查物流' }).waitFor();
    await look(checks, shopper, `${size.name}-3-widget`);
  });
  await checks.check(at('Enter that ends a composition sends nothing; Escape closes and gives the focus back'), async () => {
    const box = shopper.getByLabel('消息', { exact: true });
    await box.fill('nihao');
    for (const init of [{ key: 'Enter', isComposing: true }, { key: 'Enter', keyCode: 229 }]) await box.dispatchEvent('keydown', { ...init, bubbles: true, composed: true });
    if ((await box.inputValue()) !== 'nihao') throw new Error('an unfinished composition was sent');
    await box.press('Shift+Enter');
    if ((await box.inputValue()) !== 'nihao\n') throw new Error('Shift+Enter made no new line');
    await box.fill('');
    await box.press('Escape');
    await shopper.locator('.launcher:focus').waitFor();
    await shopper.keyboard.press('Enter');
    await shopper.locator('.panel:not([hidden])').waitFor();
  });
  await checks.check(at('the assistant greets'), async () => {
    const answer = await ask(shopper, '你好');
    if (answer.trim() === '') throw new Error('an empty greeting');
  });
  await checks.check(at('the assistant answers about the product of the page'), async () => {
    const answer = await ask(shopper, '这件是什么材质的');
    if (!answer.includes('棉')) throw new Error(`the answer says nothing of cotton: ${answer.slice(0, 80)}`);
    await look(checks, shopper, `${size.name}-4-answer`);
  });
  return shopper;
}

/**
 * A page that loads slowly leaves the panel alone that was opened meanwhile; a way that leads elsewhere shows where.
 * @param {Checks} checks
 * @param {any} browser
 * @param {{ name: string, width: number, height: number }} size
 */
async function impatient(checks, browser, size) {
  const shopper = await newPage(browser, size);
  const phone = size.name === 'phone';
  /** @type {() => void} */
  let loads = () => {};
  const loaded = new Promise((done) => { loads = () => done(null); });
  await shopper.route('**/api/v1/shops/demo/products', async (/** @type {any} */ route) => {
    await loaded;
    await route.continue();
  });
  await checks.check(`${size.name}: who opens the widget before the page is there keeps it open`, async () => {
    await shopper.goto(`${BASE}/`);
    await shopper.locator('.launcher').click();
    await shopper.getByRole('button', { name: '查物流' }).waitFor();
    await shopper.getByLabel('消息', { exact: true }).fill('在吗');
    loads();
    await shopper.locator('.tile').nth(7).waitFor({ state: 'attached' });
    if (!(await shopper.locator('.panel').isVisible())) throw new Error('the panel was closed');
    if ((await shopper.getByLabel('消息', { exact: true }).inputValue()) !== '在吗') throw new Error('the words are gone');
  });
  await checks.check(`${size.name}: a link that is followed ${phone ? 'closes' : 'leaves'} the panel`, async () => {
    await shopper.evaluate((/** @type {string} */ hash) => { location.hash = hash; }, `#/p/${PRODUCT}`);
    await shopper.locator('.detail h1').waitFor({ state: 'attached' });
    if ((await shopper.locator('.panel').isVisible()) === phone) throw new Error(phone ? 'it is still open' : 'it was closed');
  });
  await shopper.context().close();
}

/**
 * @param {Checks} checks
 * @param {any} shopper
 * @param {any} desk
 * @param {{ name: string }} size
 */
async function handingOver({ checks, shopper, desk, size }) {
  const at = (/** @type {string} */ name) => `${size.name}: ${name}`;
  await checks.check(at('the desk asks who it is'), async () => {
    await desk.goto(`${BASE}/desk`);
    await desk.locator('.signin form').waitFor();
    await look(checks, desk, `${size.name}-5-sign-in`);
    await signIn(desk);
    // Whoever is away is given nothing: what waits is seen waiting.
    await be(desk, 'away');
  });
  await checks.check(at('转人工 brings the shopper into the queue'), async () => {
    await shopper.getByRole('button', { name: '转人工' }).first().click();
    await shopper.locator('.banner.queue').waitFor();
    await look(checks, shopper, `${size.name}-6-queue`);
  });
  await checks.check(at('the desk sees it with a summary and takes it'), async () => {
    // The queue is in the order of waiting: the latest is the last.
    await desk.locator('[data-inbox=waiting]').click();
    await desk.locator('.card-button').last().click();
    await desk.locator('.line.shopper').first().waitFor();
    await look(checks, desk, `${size.name}-7-desk-waiting`);
    await desk.locator('[data-key=act-take]').click();
    await desk.getByLabel('回复', { exact: true }).waitFor();
    await shopper.locator('.names p.live').waitFor();
  });
}

/**
 * @param {Checks} checks
 * @param {any} shopper
 * @param {any} desk
 * @param {{ name: string }} size
 */
async function talking({ checks, shopper, desk, size }) {
  const at = (/** @type {string} */ name) => `${size.name}: ${name}`;
  await checks.check(at('both talk, each sees the other type, and the bot is silent'), async () => {
    const bots = await shopper.locator('.row.bot').count();
    const reply = desk.getByLabel('回复', { exact: true });
    await reply.pressSequentially('您好，有什么可以帮您');
    await shopper.locator('.typing:not([hidden])').waitFor();
    await reply.press('Enter');
    await shopper.locator('.row.agent .bubble', { hasText: '有什么可以帮您' }).waitFor();
    await say(shopper, '想换大一码');
    await desk.locator('.line.shopper .bubble', { hasText: '想换大一码' }).waitFor();
    await desk.locator('.line.agent .when', { hasText: '已读' }).waitFor();
    await reply.fill('好的，马上为您登记');
    await reply.press('Enter');
    await shopper.locator('.row.agent .bubble', { hasText: '马上为您登记' }).waitFor();
    if ((await shopper.locator('.row.bot').count()) !== bots) throw new Error('the bot spoke while a person had the conversation');
    await look(checks, shopper, `${size.name}-8-person`);
  });
  await checks.check(at('a note stays at the desk'), async () => {
    await desk.locator('[data-key=kind-note]').click();
    await desk.getByLabel('内部备注', { exact: true }).fill('只给同事看');
    await desk.keyboard.press('Enter');
    await desk.locator('.line.note:not(.waiting) .bubble', { hasText: '只给同事看' }).waitFor();
    await look(checks, desk, `${size.name}-9-desk-talk`);
    if ((await shopper.getByText('只给同事看').count()) !== 0) throw new Error('the shopper sees the note');
  });
  await checks.check(at('a lost line comes back with what was missed, once'), async () => {
    await shopper.context().setOffline(true);
    await shopper.reload().catch(() => {});
    await shopper.context().setOffline(false);
    await shopper.goto(`${BASE}/#/p/${PRODUCT}`);
        await shopper.reload();
    // Beside the page it is open still; over the whole of a phone it is not.
    if (size.name === 'phone') await shopper.locator('.launcher').click();
    await shopper.locator('.row.agent .bubble', { hasText: '马上为您登记' }).waitFor();
    const times = await shopper.locator('.row.shopper .bubble', { hasText: '想换大一码' }).count();
    if (times !== 1) throw new Error(`a message is shown ${times} times`);
  });
  await checks.check(at('it is closed, and the shopper rates it'), async () => {
    await desk.locator('[data-key=act-close]').click();
    await desk.locator('.dialog').waitFor();
    await look(checks, desk, `${size.name}-10-closing`);
    await desk.locator('.dialog [type=submit]').click();
    await shopper.locator('.stars label').nth(4).click();
    await shopper.getByRole('button', { name: '回复很快' }).click();
    await look(checks, shopper, `${size.name}-11-rating`);
    await shopper.getByRole('button', { name: '提交评价' }).click();
    await shopper.getByText('谢谢您的评价').waitFor();
  });
}

const checks = new Checks();
const { browser, stop } = await startBrowser();
try {
  for (const size of SIZES) {
    const desk = await newPage(browser, size);
    await impatient(checks, browser, size);
    const shopper = await shopping({ checks, browser, size });
    await handingOver({ checks, shopper, desk, size });
    await talking({ checks, shopper, desk, size });
    await checks.check(`${size.name}: the console shows the shop and how it understands`, async () => {
      const page = await desk.context().newPage();
      await page.goto(`${BASE}/console`);
      await page.locator('.shop').first().waitFor();
      await page.fill('input[name=text]', '我想退货');
      await page.locator('.try button[type=submit]').click();
      await page.locator('.bars li').first().waitFor();
      await look(checks, page, `${size.name}-12-console`);
      await assertNoSidewaysScroll(page);
    });
    await checks.check(`${size.name}: no script complained`, async () => [shopper, desk].forEach(assertNoComplaints));
    await shopper.context().close();
    await desk.context().close();
  }
} finally {
  await stop();
  checks.end();
}
