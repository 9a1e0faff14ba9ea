// Personal data in real pages, on a phone and on a desktop: an owner looks up what is kept of somebody who wrote, downloads
// it, and erases it, after which nothing is kept and the shopper's open window begins anew. `node
// tests/browser/privacy.mjs` against a running server; browser.mjs names the settings.

import { BASE, Checks, SIZES, assertAccessible, assertNoComplaints, assertNoSidewaysScroll, be, newPage, openSection, screenshot, signIn, startBrowser } from './browser.mjs';

/** @param {any} page @param {string} name */
async function look(page, name) {
  await screenshot(page, name);
  await assertAccessible(page);
  await assertNoSidewaysScroll(page);
}

/** Somebody who says something at the store, asks for a person and stays; the conversation's id. @param {any} page @param {string} words */
async function talk(page, words) {
  await page.goto(BASE);
  return page.evaluate(
    (/** @type {string} */ said) =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/ws/chat?shop=demo`);
        let id = '';
        socket.onerror = () => reject(new Error('no websocket'));
        socket.onopen = () => socket.send(JSON.stringify({ type: 'hello', v: 1 }));
        socket.onclose = ({ code }) => (globalThis.closedWith = code);
        socket.onmessage = ({ data }) => {
          const frame = JSON.parse(data);
          if (frame.type === 'welcome') {
            id = frame.conversation;
            globalThis.token = frame.token;
            socket.send(JSON.stringify({ type: 'say', id: 'a', text: said }));
          }
          if (frame.type === 'message' && frame.from === 'bot') socket.send(JSON.stringify({ type: 'say', id: 'b', text: '转人工' }));
          if (frame.type === 'state' && frame.mode !== 'bot') resolve(id);
        };
      }),
    words,
  );
}

/** The first frames that a token brings. @param {any} page */
function comeBack(page) {
  return page.evaluate(
    () =>
      new Promise((resolve) => {
        const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/ws/chat?shop=demo`);
        /** @type {any[]} */
        const frames = [];
        socket.onopen = () => socket.send(JSON.stringify({ type: 'hello', v: 1, token: globalThis.token }));
        socket.onmessage = ({ data }) => {
          frames.push(JSON.parse(data));
          if (frames.at(-1).type === 'welcome') resolve(frames);
        };
      }),
  );
}

/** @param {Checks} checks @param {any} browser @param {typeof SIZES[0]} size */
async function story(checks, browser, size) {
  const at = (/** @type {string} */ words) => `${size.name}: ${words}`;
  const words = `我住在月球路${size.width}号，能送到吗`;
  const page = await newPage(browser, size);
  const shopper = await newPage(browser, size);
  const desk = await page.context().newPage();
  let id = '';
  const found = await checks.check(at('an owner sees how much is kept of a conversation'), async () => {
    await signIn(page);
    // What a person holds is not erased: nobody is given it.
    await desk.goto(`${BASE}/desk`);
    await be(desk, 'away');
    id = await talk(shopper, words);
    await page.goto(`${BASE}/console`);
    await openSection(page, '个人信息');
    await page.locator('.privacy-form').waitFor();
    await look(page, `${size.name}-60-personal-data`);
    await page.locator('select[name=kind]').selectOption('conversation');
    await page.locator('input[name=id]').fill('nobody');
    await page.getByRole('button', { name: '查找' }).click();
    await page.getByText('这家店没有留这个编号的信息。').waitFor();
    await page.locator('input[name=id]').fill(id);
    await page.getByRole('button', { name: '查找' }).click();
    const count = await page.locator('.kept .figures div', { hasText: '会话' }).locator('dd').innerText();
    if (count !== '1') throw new Error(`${count} conversations`);
    await look(page, `${size.name}-61-kept`);
  });
  if (!found) return;
  await checks.check(at('all of it is one file'), async () => {
    const address = await page.locator('.kept a[download]').getAttribute('href');
    const text = await page.evaluate(async (/** @type {string} */ path) => (await fetch(path)).text(), address);
    if (!JSON.stringify(JSON.parse(text).conversations).includes(words)) throw new Error(text.slice(0, 200));
  });
  await checks.check(at('a desk has it open'), async () => {
    await desk.goto(`${BASE}/desk#/c/${id}`);
    await desk.locator('.line.shopper', { hasText: words }).waitFor();
  });
  await checks.check(at('it is erased once the id was typed again'), async () => {
    const erase = page.locator('.kept button.sure');
    await page.locator('input[name=again]').fill(id.slice(1));
    if (await erase.isEnabled()) throw new Error('another id is enough');
    await page.locator('input[name=again]').fill(id);
    await erase.click();
    await page.getByText('已经删除：1 段会话').waitFor();
    await look(page, `${size.name}-62-erased`);
    await page.getByRole('button', { name: '查找' }).click();
    await page.getByText('这家店没有留这个编号的信息。').waitFor();
  });
  await checks.check(at('the desk shows it no more and says so'), async () => {
    await desk.getByText('找不到这个会话').waitFor();
    await desk.locator('.line.shopper').first().waitFor({ state: 'detached' });
    await look(desk, `${size.name}-63-gone-at-the-desk`);
    const left = await desk.content();
    if (left.includes(words)) throw new Error(`the words are still in the page: ${left.slice(left.indexOf(words) - 120).slice(0, 160)}`);
    await desk.getByRole('button', { name: '返回' }).last().click();
    await desk.locator('.inbox-scroll').waitFor();
    await desk.close();
  });
  await checks.check(at('the open window of the shopper begins anew'), async () => {
    await shopper.waitForFunction(() => globalThis.closedWith !== undefined);
    const code = await shopper.evaluate(() => globalThis.closedWith);
    const frames = await comeBack(shopper);
    const told = `${code} ${frames.map((/** @type {any} */ frame) => frame.code ?? frame.type).join(' ')}`;
    if (told !== '1012 bad_token welcome') throw new Error(told);
    if (frames[1].conversation === id || frames[1].messages.some((/** @type {any} */ message) => message.from === 'shopper')) throw new Error('it is the old conversation');
  });
  // That nothing is kept is answered by 404, which the browser reports as an error.
  page.complaints = page.complaints.filter((/** @type {string} */ one) => !one.endsWith('/api/v1/privacy/kept'));
  await checks.check(at('no script complained'), async () => assertNoComplaints(page));
  await page.context().close();
  await shopper.context().close();
}

const checks = new Checks();
const { browser, stop } = await startBrowser();
try {
  for (const size of SIZES) await story(checks, browser, size);
} finally {
  await stop();
  checks.end();
}
