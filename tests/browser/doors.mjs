// A shop that means harm: every text of its files, its goods, its shoppers and orders, of what staff and shoppers write,
// carries markup and scripts. All pages show it as text, on a phone and a desktop. `node tests/browser/doors.mjs` starts a
// server of its own: XIAOER_BINARY names the program; browser.mjs names the other settings.

import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const XIAOER = process.env.XIAOER_BINARY ?? 'target/release/xiaoer';
/** What runs if anybody makes markup of it, and what shows that nobody did. */
const HARM = '<img src=x onerror=hit()><script>hit()</script>';
const SHORT = '<svg onload=hit()>';
const LINK = '[x](javascript:hit())';

/** @param {string} path @param {(text: string) => string} change */
function rewrite(path, change) {
  writeFileSync(path, change(readFileSync(path, 'utf8')));
}

/** Every text in two languages, and every reply, with harm at its end. @param {string} text */
function hostileToml(text) {
  return text.split('\n').map((line) => (line.startsWith('#') ? line : line.replace(/\b((?:[a-z_]+\.)?(?:zh|en)) = "((?:[^"\\]|\\.)+)"/g, (_, key, words) => `${key} = "${words}${HARM}"`))).join('\n');
}

/** @param {any} value @param {Set<string>} fields */
function hostileFields(value, fields) {
  for (const [name, inner] of Object.entries(value)) {
    if (typeof inner === 'string' && fields.has(name)) value[name] = inner + (name === 'name' ? SHORT : HARM);
    else if (name === 'attributes') for (const key of Object.keys(inner)) inner[key] += HARM;
    else if (typeof inner === 'object' && inner !== null) hostileFields(inner, fields);
  }
}

/** @param {string} text @param {string[]} fields */
function hostileLines(text, fields) {
  const one = (/** @type {string} */ line) => {
    const value = JSON.parse(line);
    hostileFields(value, new Set(fields));
    return JSON.stringify(value);
  };
  return text.split('\n').filter((line) => line !== '').map(one).join('\n') + '\n';
}

/** The demo shop as somebody would write it who means harm. @param {string} folder */
function writeHostileShop(folder) {
  cpSync(fileURLToPath(new URL('../../intents', import.meta.url)), folder, { recursive: true });
  const shop = join(folder, 'shops/demo');
  rmSync(join(shop, 'tests'), { recursive: true, force: true });
  for (const name of ['shop.toml', 'handoff.toml', 'promotions.toml', 'stickers.toml', ...readdirSync(join(shop, 'faq')).map((file) => `faq/${file}`)]) rewrite(join(shop, name), hostileToml);
  rewrite(join(shop, 'handoff.toml'), (text) => text.replace('"待跟进"', `"待跟进${SHORT}"`));
  rewrite(join(shop, 'catalog/products.jsonl'), (text) => hostileLines(text, ['title', 'subtitle']));
  rewrite(join(shop, 'orders/orders.jsonl'), (text) => hostileLines(text, ['name', 'note', 'detail', 'text', 'place', 'title']));
}

/** A server of that shop. @param {string} folder */
async function startServer(folder) {
  const intents = join(folder, 'intents');
  writeHostileShop(intents);
  const checked = spawnSync(XIAOER, ['check', '--intents', intents], { encoding: 'utf8' });
  if (checked.status !== 0) throw new Error(`the hostile shop has errors:\n${checked.stdout.split('\n').filter((line) => line.includes('error')).slice(0, 5).join('\n')}`);
  const server = spawn(XIAOER, ['serve', '--listen', '127.0.0.1:0', '--data', join(folder, 'data'), '--intents', intents, '--demo=true'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const ready = await new Promise((resolve, reject) => {
    let out = '';
    server.stdout.on('data', (data) => {
      out += data;
      if (out.includes('\n')) resolve(JSON.parse(out.split('\n')[0]));
    });
    server.on('exit', () => reject(new Error('the server did not start')));
  });
  const base = ready.store.replace(/\/$/, '');
  for (let tries = 0; tries < 1800; tries += 1) {
    if ((await fetch(`${base}/readyz`)).ok) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { server, base };
}

const folder = mkdtempSync(join(tmpdir(), 'xiaoer-doors-'));
const { server, base } = await startServer(folder);
// browser.mjs reads its settings when it is loaded.
process.env.XIAOER_BASE_URL = base;
process.env.XIAOER_FIRST_SIGN_IN = join(folder, 'data/first-sign-in');
const { Checks, SIZES, be, newPage, say, ask, signIn, startBrowser, openSection, screenshot } = await import('./browser.mjs');

/** Scripts that ran, by page. @type {string[]} */
const hits = [];

/** @param {any} browser @param {any} size @param {string} name */
async function watched(browser, size, name) {
  const page = await newPage(browser, size);
  await page.exposeFunction('hit', () => void hits.push(name));
  page.on('dialog', (/** @type {any} */ dialog) => {
    hits.push(`${name}: ${dialog.type()}`);
    void dialog.dismiss();
  });
  return page;
}

/**
 * Nothing of the shop became markup: no element, attribute or address of its own, in the page and its shadow roots; and
 * the harm is there as text, so that this says something.
 * @param {any} page @param {number} least how often the harm has to be read
 */
async function harmless(page, least = 1) {
  const { wrong, read } = await page.evaluate(() => {
    /** @type {string[]} */
    const wrong = [];
    let read = 0;
    const walk = (/** @type {Document | ShadowRoot} */ root) => {
      for (const element of root.querySelectorAll('*')) {
        if (element.shadowRoot) walk(element.shadowRoot);
        const name = element.localName;
        if (name === 'script' && !element.getAttribute('src')?.startsWith('/')) wrong.push('a script of its own');
        if (element.getAttribute('src') === 'x' || name === 'iframe' && !element.getAttribute('src')?.startsWith('/')) wrong.push(`${name} ${element.getAttribute('src')}`);
        for (const { name: key, value } of element.attributes) {
          if (key.startsWith('on')) wrong.push(`${name} with ${key}`);
          if (['href', 'src', 'action', 'formaction', 'xlink:href', 'data'].includes(key) && /^\s*(javascript|data:text|vbscript)/i.test(value)) wrong.push(`${name} to ${value}`);
        }
        const own = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.textContent).join('');
        const said = own + (element instanceof HTMLTextAreaElement || element instanceof HTMLInputElement ? element.value : '');
        if (name !== 'script' && name !== 'style' && said.includes('hit()')) read += 1;
      }
    };
    walk(document);
    return { wrong, read };
  });
  if (wrong.length > 0) throw new Error(wrong.join('; '));
  if (hits.length > 0) throw new Error(`a script ran: ${hits.join('; ')}`);
  if (page.complaints.length > 0) throw new Error(page.complaints.join('; '));
  if (read < least) throw new Error(`the harm was read ${read} times only: nothing is proved`);
}

/** @param {any} checks @param {any} browser @param {any} size */
async function shopping(checks, browser, size) {
  const at = (/** @type {string} */ words) => `${size.name}: ${words}`;
  const page = await watched(browser, size, 'shopper');
  await checks.check(at('the store shows hostile goods as text'), async () => {
    await page.goto(`${base}/`);
    await page.locator('.tile').nth(7).waitFor();
    await harmless(page, 8);
    await page.goto(`${base}/#/p/cotton-tee`);
    await page.locator('.detail h1').waitFor();
    await harmless(page, 3);
    await page.selectOption('#who', 'lin');
  });
  await checks.check(at('the widget shows hostile answers, cards, names and stickers as text'), async () => {
    await page.locator('.launcher').click();
    await page.locator('.chips button').first().waitFor();
    for (const words of ['有实体店吗', '有没有T恤', '我的订单', '查物流', HARM, LINK, '有什么优惠']) {
      await ask(page, words);
      await harmless(page, 1);
    }
    if ((await page.locator('.row.shopper').count()) < 7) throw new Error('what was said is not shown');
    await harmless(page, 5);
    await screenshot(page, `doors-${size.name}-1-widget`);
    await say(page, `转人工 ${SHORT}`);
  });
  return page;
}

/** @param {any} checks @param {any} browser @param {any} size @param {any} shopper */
async function serving(checks, browser, size, shopper) {
  const at = (/** @type {string} */ words) => `${size.name}: ${words}`;
  const desk = await watched(browser, size, 'desk');
  await checks.check(at('the desk shows hostile shoppers, orders, notes and tags as text'), async () => {
    await signIn(desk);
    await be(desk, 'away');
    await desk.locator('[data-inbox=waiting]').click();
    await desk.locator('.card-button').last().click();
    await desk.locator('.line.shopper').first().waitFor();
    await harmless(desk, 3);
    await desk.locator('[data-key=act-take]').click();
    const reply = desk.getByLabel('回复', { exact: true });
    await reply.waitFor();
    await reply.fill(`${HARM}${LINK}`);
    await reply.press('Enter');
    await shopper.locator('.row.agent .bubble', { hasText: 'hit()' }).waitFor();
    await harmless(shopper, 5);
    await desk.locator('[data-key=kind-note]').click();
    await desk.getByLabel('内部备注', { exact: true }).fill(`@owner ${HARM}`);
    await desk.keyboard.press('Enter');
    await desk.locator('.line.note:not(.waiting) .bubble', { hasText: 'hit()' }).waitFor();
    await desk.locator('[data-key=kind-say]').click();
    await desk.getByLabel('回复', { exact: true }).fill('/');
    await harmless(desk, 5);
    await screenshot(desk, `doors-${size.name}-2-desk`);
    await desk.getByLabel('回复', { exact: true }).fill('');
  });
  await checks.check(at('closed with hostile words and rated with them, the report stays text'), async () => {
    await desk.locator('[data-key=act-close]').click();
    await desk.locator('.dialog').waitFor();
    await harmless(desk, 3);
    await desk.locator('.dialog [type=submit]').click();
    await shopper.locator('.stars label').nth(0).click();
    await harmless(shopper, 5);
    const report = await desk.context().newPage();
    report.complaints = desk.complaints;
    await report.exposeFunction('hit', () => void hits.push('report'));
    await report.goto(`${base}/desk/report`);
    await report.locator('main, .report, table').first().waitFor();
    await harmless(report, 0);
    await report.close();
  });
  return desk;
}

/** @param {any} checks @param {any} size @param {any} page */
async function managing(checks, size, page) {
  const at = (/** @type {string} */ words) => `${size.name}: ${words}`;
  await checks.check(at('a hostile colleague is a name'), async () => {
    const status = await page.evaluate(async (/** @type {string} */ name) => {
      const answer = await fetch('/api/v1/staff', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name, role: 'agent', shops: ['demo'] }) });
      return answer.status;
    }, `${SHORT}${size.name}`);
    if (status !== 201) throw new Error(`the colleague was refused: ${status}`);
  });
  await page.goto(`${base}/console`);
  await page.locator('.tabs').waitFor();
  const names = await page.locator('.nav-pages button').allTextContents();
  await checks.check(at('the console has its sections'), async () => {
    if (names.length < 12 || !names.includes('常见问题')) throw new Error(names.join(', '));
  });
  for (const name of names) {
    await checks.check(at(`the console shows ${name} as text`), async () => {
      await openSection(page, name);
      await page.locator('main').first().waitFor();
      // What a section asks for is here once the network is quiet.
      await page.waitForLoadState('networkidle');
      if (name === '团队') await page.locator('.member', { hasText: 'hit()' }).first().waitFor();
      await harmless(page, name === '团队' ? 1 : 0);
    });
  }
  await checks.check(at('a hostile question, file and table are text in their editors'), async () => {
    await page.goto(`${base}/console#faq/demo/store.hours`);
    await page.getByLabel('回答（中文）').first().waitFor();
    await harmless(page, 1);
    await page.goto(`${base}/console#files/demo/${encodeURIComponent('shops/demo/handoff.toml')}`);
    await page.locator('textarea.source').waitFor();
    await harmless(page, 1);
    await page.goto(`${base}/console#faq/demo`);
    await page.locator('.entry').first().waitFor();
    const read = await page.evaluate(async (/** @type {string} */ table) => {
      const answer = await fetch('/api/v1/console/shops/demo/faq/import?name=<img src=x onerror=hit()>.csv', { method: 'POST', body: table });
      return { status: answer.status, kind: answer.headers.get('content-type') };
    }, `编号,问题,回答\nx.y,"=cmd|' /C calc'!A0${HARM}",${HARM}\n`);
    if (read.status !== 200 || read.kind !== 'application/json') throw new Error(JSON.stringify(read));
    await screenshot(page, `doors-${size.name}-3-console`);
    await harmless(page, 1);
  });
}

const checks = new Checks();
const { browser, stop } = await startBrowser();
try {
  for (const size of SIZES) {
    const shopper = await shopping(checks, browser, size);
    const desk = await serving(checks, browser, size, shopper);
    await managing(checks, size, desk);
    await checks.check(`${size.name}: ${'no script of the shop ran'}`, async () => {
      if (hits.length > 0) throw new Error(hits.join('; '));
    });
    await shopper.context().close();
    await desk.context().close();
  }
} finally {
  await stop();
  server.kill('SIGTERM');
  await new Promise((resolve) => (server.exitCode === null ? server.once('exit', resolve) : resolve(null)));
  if (existsSync(folder)) rmSync(folder, { recursive: true, force: true });
  checks.end();
}
