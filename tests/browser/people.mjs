// The people's side in three pages, on a phone and a desktop: shoppers wait in a queue, two members of staff reach for
// the same one, talk, note, take a suggestion by a key, hand it on, give it back to the bot, close it and are rated.
// `node tests/browser/people.mjs` against a running server; browser.mjs names the settings.

import { BASE, Checks, OWNER, SIZES, ask, assertNoComplaints, assertNoSidewaysScroll, be, look, newPage, say, signIn, startBrowser, toList } from './browser.mjs';

const COLLEAGUE = '小李';

/** A second member of staff, added by the first. @param {any} owner @param {string} name */
async function colleague(owner, name) {
  const { status, value } = await owner.evaluate(async (/** @type {string} */ called) => {
    const answer = await fetch('/api/v1/staff', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name: called, role: 'agent', shops: ['demo'] }) });
    return { status: answer.status, value: await answer.json() };
  }, name);
  if (status !== 201) throw new Error(`a colleague can't be added: ${status}`);
  return { name, passwords: [value.password], chosen: `${OWNER.chosen}-too` };
}

/** @param {any} browser @param {{ width: number, height: number }} size */
async function visitor(browser, size) {
  const shopper = await newPage(browser, size);
  await shopper.goto(`${BASE}/`);
  await shopper.locator('.launcher').click();
  await shopper.locator('.chips button').first().waitFor();
  return shopper;
}

/** @param {any} desk @param {string} inbox @param {string} [words] */
async function open(desk, inbox, words) {
  await toList(desk);
  await desk.locator(`[data-inbox=${inbox}]`).click();
  const cards = desk.locator('.inbox .card-button');
  await (words ? cards.filter({ hasText: words }) : cards).first().click();
  await desk.locator('#talk-title').waitFor();
}

/** @param {any} desk */
const reply = (desk) => desk.getByLabel('回复', { exact: true });

/** Who is here is given the conversation, and opens it. @param {any} desk */
async function get(desk) {
  await toList(desk);
  await desk.locator('[data-inbox=mine] .count').waitFor();
  await open(desk, 'mine');
  await reply(desk).waitFor();
}

/**
 * @param {Checks} checks
 * @param {any[]} desks
 * @param {any} browser
 * @param {{ name: string, width: number, height: number }} size
 */
async function queueing(checks, desks, browser, size) {
  const at = (/** @type {string} */ name) => `${size.name}: ${name}`;
  /** @type {any} */
  let shopper;
  await checks.check(at('who waits is told their place, and may leave'), async () => {
    for (const desk of desks) await be(desk, 'away');
    shopper = await visitor(browser, size);
    await say(shopper, '转人工');
    await shopper.locator('.banner.queue', { hasText: '您是下一位' }).waitFor();
    const second = await visitor(browser, size);
    await say(second, '转人工');
    await second.locator('.banner.queue', { hasText: '前面还有 1 位' }).waitFor();
    await look(checks, second, `people-${size.name}-1-queue`);
    await second.getByRole('button', { name: '不等了' }).click();
    await second.locator('.banner.queue').waitFor({ state: 'hidden' });
    await second.context().close();
  });
  let [winner, loser] = desks;
  await checks.check(at('of two who take it one gets it, and the other is told by whom'), async () => {
    for (const desk of desks) await open(desk, 'waiting');
    await Promise.all(desks.map((desk) => desk.locator('[data-key=act-take]').evaluate((/** @type {HTMLElement} */ button) => button.click())));
    await Promise.any(desks.map((desk) => reply(desk).waitFor()));
    if (!(await reply(winner).isVisible())) [winner, loser] = [loser, winner];
    const name = winner === desks[0] ? OWNER.name : COLLEAGUE;
    await loser.locator('.notice', { hasText: name }).waitFor();
    await look(checks, loser, `people-${size.name}-2-slower`);
    if (await reply(loser).isVisible()) throw new Error('both have it');
    await shopper.locator('.names p.live', { hasText: name }).waitFor();
  });
  return { shopper, winner, loser };
}

/**
 * @param {Checks} checks
 * @param {{ shopper: any, winner: any, loser: any }} people
 * @param {any[]} desks
 * @param {{ name: string }} size
 */
async function talking(checks, { shopper, winner, loser }, desks, size) {
  const at = (/** @type {string} */ name) => `${size.name}: ${name}`;
  await checks.check(at('both talk, each sees the other type and read'), async () => {
    await reply(winner).pressSequentially('您好，请说');
    await shopper.locator('.typing:not([hidden])').waitFor();
    await reply(winner).press('Enter');
    await winner.locator('.line.agent .when', { hasText: '已读' }).waitFor();
    await shopper.getByLabel('消息', { exact: true }).pressSequentially('退货的运费');
    await winner.locator('.typing:not([hidden])').waitFor();
    await say(shopper, '退货的运费谁来出');
    await winner.locator('.line.shopper .bubble', { hasText: '运费谁来出' }).waitFor();
    await shopper.locator('.mark', { hasText: '已读' }).waitFor();
  });
  await checks.check(at('a suggested reply is taken by a key'), async () => {
    await winner.locator('.suggestions button').first().waitFor();
    await look(checks, winner, `people-${size.name}-3-suggestion`);
    await reply(winner).press('Tab');
    const words = await reply(winner).inputValue();
    if (words === '') throw new Error('Tab took nothing');
    await reply(winner).press('End');
    await reply(winner).pressSequentially('您放心。');
    await reply(winner).press('Enter');
    await shopper.locator('.row.agent .bubble', { hasText: '您放心。' }).waitFor();
  });
  await checks.check(at('a canned reply comes by a stroke'), async () => {
    await reply(winner).pressSequentially('/');
    await winner.locator('.picker [role=option]').first().waitFor();
    await look(checks, winner, `people-${size.name}-4-canned`);
    await reply(winner).press('Enter');
    const words = await reply(winner).inputValue();
    if (words === '' || words.includes('/')) throw new Error(`the canned reply is “${words}”`);
    await reply(winner).press('Enter');
    await winner.locator('.line.agent:not(.waiting)').nth(2).waitFor();
  });
  await checks.check(at('a note mentions a colleague, who sees it; the shopper does not'), async () => {
    // Who has it open sees the note itself; the mark is for who does not.
    await loser.evaluate(() => { location.hash = '#/'; });
    await winner.keyboard.press('Alt+KeyN');
    const note = winner.getByLabel('内部备注', { exact: true });
    await note.pressSequentially('@');
    await winner.locator('.picker [role=option]').first().waitFor();
    await note.press('Enter');
    await note.pressSequentially('帮忙看看运费');
    await note.press('Enter');
    await winner.locator('.line.note mark').waitFor();
    await loser.locator('[data-inbox=all]').click();
    await loser.locator('.card-button .at').first().waitFor();
    await look(checks, loser, `people-${size.name}-5-mentioned`);
    if ((await shopper.getByText('帮忙看看运费').count()) !== 0) throw new Error('the shopper sees the note');
  });
  await checks.check(at('what is half written is there after another conversation and after a reload'), async () => {
    await winner.keyboard.press('Alt+KeyR');
    await reply(winner).fill('写到一半');
    await winner.reload();
    await reply(winner).waitFor();
    if ((await reply(winner).inputValue()) !== '写到一半') throw new Error('the draft is gone');
    await reply(winner).fill('');
  });
  await checks.check(at('it is handed on with a note, and the colleague has it'), async () => {
    await toList(loser);
    await be(loser, 'here');
    await winner.keyboard.press('Alt+KeyG');
    const name = winner === desks[0] ? COLLEAGUE : OWNER.name;
    await winner.locator('.dialog .option', { hasText: name }).click();
    await winner.locator('.dialog textarea').fill('问运费，已答复');
    await look(checks, winner, `people-${size.name}-6-transfer`);
    await winner.locator('.dialog [type=submit]').click();
    await winner.locator('.dialog').waitFor({ state: 'detached' });
    await open(loser, 'mine');
    await reply(loser).waitFor();
    await loser.locator('.line.note', { hasText: '问运费，已答复' }).waitFor();
    await shopper.locator('.names p.live', { hasText: name }).waitFor();
    await look(checks, loser, `people-${size.name}-7-handed-on`);
  });
}

/**
 * @param {Checks} checks
 * @param {any} shopper
 * @param {any} holder
 * @param {{ name: string }} size
 */
async function ending(checks, shopper, holder, size) {
  const at = (/** @type {string} */ name) => `${size.name}: ${name}`;
  await checks.check(at('the bot has it again and answers'), async () => {
    await holder.keyboard.press('Alt+KeyB');
    await holder.locator('.dialog [type=submit]').click();
    await shopper.locator('.names p.live').waitFor({ state: 'detached' });
    const answer = await ask(shopper, '你们几点发货');
    if (answer.trim() === '') throw new Error('an empty answer');
  });
  await checks.check(at('a person again'), async () => {
    await say(shopper, '转人工');
    await get(holder);
    await shopper.locator('.names p.live').waitFor();
  });
  await checks.check(at('it is closed with how it ended, rated with a reason, and opens again by writing'), async () => {
    await holder.keyboard.press('Alt+KeyC');
    await holder.locator('.dialog .option').first().click();
    await look(checks, holder, `people-${size.name}-8-close`);
    await holder.locator('.dialog [type=submit]').click();
    await shopper.locator('.stars label').nth(3).click();
    await shopper.getByRole('button', { name: '问题解决了' }).click();
    await look(checks, shopper, `people-${size.name}-9-rating`);
    await shopper.getByRole('button', { name: '提交评价' }).click();
    await shopper.getByText('谢谢您的评价').waitFor();
    await toList(holder);
    await holder.locator('[data-inbox=closed]').click();
    await holder.locator('.card-button', { hasText: '评价 4 星' }).first().waitFor();
    await say(shopper, '还有一个问题');
    await shopper.getByText('谢谢您的评价').waitFor({ state: 'hidden' });
    await get(holder);
    await holder.locator('.line.shopper .bubble', { hasText: '还有一个问题' }).waitFor();
    await holder.keyboard.press('Alt+KeyC');
    await holder.locator('.dialog [type=submit]').click();
    await shopper.locator('.stars label').first().waitFor();
  });
}

const checks = new Checks();
const { browser, stop } = await startBrowser();
try {
  /** @type {{ name: string, passwords: string[], chosen: string } | null} */
  let second = null;
  for (const size of SIZES) {
    const desks = [await newPage(browser, size), await newPage(browser, size)];
    const there = await checks.check(`${size.name}: two members of staff are at their desks`, async () => {
      await signIn(desks[0]);
      second ??= await colleague(desks[0], COLLEAGUE);
      await signIn(desks[1], second);
      second.passwords = [second.chosen];
      for (const desk of desks) await assertNoSidewaysScroll(desk);
    });
    if (!there) continue;
    const people = await queueing(checks, desks, browser, size);
    if (!people.shopper) continue;
    await talking(checks, people, desks, size);
    await ending(checks, people.shopper, people.loser, size);
    await checks.check(`${size.name}: no script complained`, async () => [people.shopper, ...desks].forEach(assertNoComplaints));
    for (const page of [people.shopper, ...desks]) await page.context().close();
  }
} finally {
  await stop();
  checks.end();
}
