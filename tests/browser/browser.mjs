// What every browser test needs: Chromium without a screen, pages of a given size, screenshots, accessibility, and a
// list of checks that ends with `N passed, N failed`.
//
// XIAOER_BASE_URL       where a server runs, with --demo
// XIAOER_FIRST_SIGN_IN  the file with the first name and password, as the server wrote it
// XIAOER_PASSWORD       the password to set at first use, and to use from then on
// XIAOER_SCREENSHOTS    a folder for screenshots; none are taken without it
// XIAOER_CHROMIUM       the browser, /usr/bin/chromium by default

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const require = createRequire(new URL('../../web/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export const BASE = (process.env.XIAOER_BASE_URL ?? 'http://127.0.0.1:8080').replace(/\/$/, '');
const SCREENSHOTS = process.env.XIAOER_SCREENSHOTS;
export const SIZES = [{ name: 'phone', width: 390, height: 844 }, { name: 'desktop', width: 1280, height: 800 }];
/** The first member of staff; read before the server forgets the first password. */
export const OWNER = firstSignIn();

/**
 * Read when the tests begin: the server removes the file once the password is changed.
 * @returns {{ name: string, passwords: string[], chosen: string }} passwords to try, in order, and the one to set
 */
export function firstSignIn() {
  const chosen = process.env.XIAOER_PASSWORD ?? 'a-password-for-the-browser-tests';
  const path = process.env.XIAOER_FIRST_SIGN_IN;
  if (!path || !existsSync(path)) return { name: 'owner', passwords: [chosen], chosen };
  const text = readFileSync(path, 'utf8');
  const value = (/** @type {string} */ label) => new RegExp(`^${label}:\\s*(.+)$`, 'm').exec(text)?.[1].trim();
  const [name, password] = [value('name'), value('password')];
  if (!name || !password) throw new Error('the first sign-in holds no name and password');
  return { name, passwords: [password, chosen], chosen };
}

/** @returns {Promise<{ browser: any, stop: () => Promise<void> }>} */
export async function startBrowser() {
  const profile = mkdtempSync(join(tmpdir(), 'xiaoer-browser-'));
  const browser = await chromium.launch({
    executablePath: process.env.XIAOER_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', `--crash-dumps-dir=${profile}`],
  });
  return {
    browser,
    stop: async () => {
      await browser.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/**
 * A page of its own visitor. What its scripts complain about is kept in `page.complaints`.
 * @param {any} browser
 * @param {{ width: number, height: number, locale?: string, dark?: boolean }} size
 */
export async function newPage(browser, { width, height, locale = 'zh-CN', dark = false }) {
  const phone = width < 600;
  const context = await browser.newContext({ viewport: { width, height }, locale, isMobile: phone, hasTouch: phone, colorScheme: dark ? 'dark' : 'light', reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.complaints = [];
  page.on('pageerror', (error) => page.complaints.push(String(error)));
  page.on('console', (message) => {
    // Asking who is signed in is answered by 401 where nobody is, and the browser reports it as an error.
    const expected = message.location().url.endsWith('/api/v1/session');
    if (message.type() === 'error' && !expected) page.complaints.push(`${message.text()} ${new URL(message.location().url || BASE).pathname}`);
  });
  return page;
}

/** A list of checks that goes on after a failure and says each in one line. */
export class Checks {
  constructor() {
    this.passed = 0;
    this.failed = 0;
  }

  /**
   * @param {string} name
   * @param {() => Promise<unknown>} run
   * @returns {Promise<boolean>}
   */
  async check(name, run) {
    try {
      await run();
      this.passed += 1;
      console.log(`ok      ${name}`);
      return true;
    } catch (error) {
      this.failed += 1;
      const [line] = String(error?.message ?? error).split('\n');
      const place = /tests\/browser\/((?!browser\.mjs)[\w-]+\.mjs:\d+)/.exec(String(error?.stack))?.[1];
      console.log(`FAILED  ${name}: ${line}${place ? ` (${place})` : ''}`);
      return false;
    }
  }

  /** Says how it went and ends the program accordingly. */
  end() {
    console.log(`${this.passed} passed, ${this.failed} failed`);
    process.exitCode = this.failed === 0 && this.passed > 0 ? 0 : 1;
  }
}

/**
 * @param {any} page
 * @param {string} name
 */
export async function screenshot(page, name) {
  if (!SCREENSHOTS) return;
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
}

/**
 * A section of the console, by its name: on a phone they stand in groups, of which one is open.
 * @param {any} page
 * @param {string} name
 */
export async function openSection(page, name) {
  const section = page.locator('.nav-pages button').filter({ hasText: new RegExp(`^${name}$`) });
  await section.waitFor({ state: 'attached' });
  if (!(await section.isVisible())) {
    const group = await section.evaluate((/** @type {Element} */ node) => [...document.querySelectorAll('.nav-group')].indexOf(/** @type {Element} */ (node.closest('.nav-group'))));
    await page.locator('.nav-groups button').nth(group).click();
    await page.locator(`.nav-groups button:nth-child(${group + 1})[aria-expanded=true]`).waitFor();
  }
  // A group of one has no row of its own.
  if (await section.isVisible()) await section.click();
}

/**
 * Nothing serious or critical, by axe-core, in the page and the shadow roots in it.
 * @param {any} page
 */
export async function assertAccessible(page) {
  // Evaluated by the test driver, not by the page: the page's content rules allow no foreign script.
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { resultTypes: ['violations'] });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id} at ${nodes.slice(0, 3).map(({ target }) => target.flat().join(' ')).join(' | ')}`);
  });
  if (found.length > 0) throw new Error(found.join('; '));
}

/**
 * @param {any} page
 */
export async function assertNoSidewaysScroll(page) {
  const [wide, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  if (wide > seen) throw new Error(`the page is ${wide} wide in a window of ${seen}`);
}

/**
 * @param {any} page
 */
export function assertNoComplaints(page) {
  if (page.complaints.length > 0) throw new Error(page.complaints.join('; '));
}

/**
 * A screenshot, and as a check of its own that everybody can use what it shows.
 * @param {Checks} checks
 * @param {any} page
 * @param {string} name
 */
export async function look(checks, page, name) {
  await screenshot(page, name);
  await checks.check(`${name} is accessible`, () => assertAccessible(page));
}

/** What a shopper writes in the widget. @param {any} shopper @param {string} text */
export async function say(shopper, text) {
  const box = shopper.getByLabel('消息', { exact: true });
  await box.fill(text);
  await box.press('Enter');
  await shopper.locator('.row.shopper:not(.waiting) .bubble', { hasText: text }).last().waitFor();
}

/** How many messages the other side has said. @param {any} shopper */
function heard(shopper) {
  return shopper.locator('.row.bot, .row.agent, .row.system').count();
}

/** Says it and waits for an answer that was not there before. @param {any} shopper @param {string} text */
export async function ask(shopper, text) {
  const before = await heard(shopper);
  await say(shopper, text);
  await shopper.locator('.row.bot').nth(0).waitFor();
  for (let tries = 0; (await heard(shopper)) <= before; tries += 1) {
    if (tries > 150) throw new Error(`no answer to “${text}”`);
    await shopper.waitForTimeout(100);
  }
  return shopper.locator('.row.bot .stack').last().innerText();
}

/**
 * Signs in at the desk, choosing a new password where the first one is still to be changed.
 * @param {any} desk
 * @param {{ name: string, passwords: string[], chosen: string }} [who] the owner, if nobody else is meant
 */
export async function signIn(desk, who = OWNER) {
  const { name, passwords, chosen } = who;
  await desk.goto(`${BASE}/desk`);
  const form = desk.locator('.signin form');
  await form.waitFor();
  for (const word of passwords) {
    await desk.fill('input[name=name]', name);
    await desk.fill('input[name=password]', word);
    await desk.click('.signin button[type=submit]');
    await desk.locator('.desk, .problem:not([hidden]), input[name=new]').first().waitFor();
    if (!(await desk.locator('.problem:not([hidden])').isVisible())) break;
  }
  if (await desk.locator('input[name=new]').isVisible()) {
    await desk.fill('input[name=new]', chosen);
    await desk.click('.signin button[type=submit]');
  }
  await desk.locator('.desk').waitFor();
}

/** Whether this person is given conversations. @param {any} desk @param {'here' | 'away'} status */
export async function be(desk, status) {
  const button = desk.locator('[data-key=status]:enabled');
  await button.waitFor();
  if ((await button.getAttribute('aria-pressed')) !== String(status === 'here')) await button.click();
  await desk.locator(`[data-key=status][aria-pressed=${status === 'here'}]`).waitFor();
}

/** Back to the list, where a phone shows one thing at a time. @param {any} desk */
export async function toList(desk) {
  const back = desk.locator('.pane-head .back');
  if (await back.isVisible()) await back.click();
}
