// What the forms know of the shop besides the file they edit: its zone and currency, its goods, what else has an id.

import { showMoney } from '../shared/format.js';
import { request } from '../shared/signin.js';
import { seededFrom } from './moments.js';

/** @typedef {import('./draft.js').Draft} Draft */
/** @typedef {import('./chips.js').Choice} Choice */
/**
 * @typedef {{
 *   shop: string, zone: string, seeded: number | null, symbol: string, packs: string[], products: Choice[], categories: Choice[], goods: Choice[],
 *   coupons: Choice[], groups: Choice[], intents: Choice[],
 * }} Known
 */

/** A text in the language of the page. @param {any} text @param {string} locale @returns {string} */
export const inLanguage = (text, locale) => (typeof text === 'string' ? text : ((locale === 'en' ? text?.en : text?.zh) ?? text?.zh ?? text?.en ?? ''));

/** @param {any} value @returns {any[]} */
export const listOf = (value) => (Array.isArray(value) ? value : []);

export class Facts {
  /** @param {Draft} draft @param {string} shop @param {string} locale */
  constructor(draft, shop, locale) {
    this.draft = draft;
    this.shop = shop;
    this.locale = locale;
    /** What the server says of the catalog and of what runs, asked once. @type {Promise<any> | null} */
    this.asked = null;
  }

  async #ask() {
    const path = `/api/v1/shops/${encodeURIComponent(this.shop)}`;
    const [goods, running] = await Promise.all([request('GET', `${path}/products`), request('GET', `${path}/promotions`)]);
    return { products: goods.ok ? goods.value.products : [], running: running.ok ? running.value.promotions : [] };
  }

  /** @param {string} name of a file of the shop */
  path(name) {
    return `shops/${this.shop}/${name}`;
  }

  /** @returns {Promise<Known>} */
  async known() {
    this.asked ??= this.#ask();
    const { products, running } = await this.asked;
    const [shop, promotions, handoff] = await Promise.all(['shop.toml', 'promotions.toml', 'handoff.toml'].map(async (name) => (await this.draft.file(this.path(name)))?.value));
    const { locale } = this;
    const choices = (/** @type {Choice[]} */ all) => [...new Map(all.map((one) => [one.value, one])).values()];
    const titled = products.map((/** @type {any} */ one) => ({ value: one.id, label: inLanguage(one.title, locale) || one.id }));
    // Files name categories as the catalog does: in Chinese.
    const categories = choices(products.flatMap((/** @type {any} */ one) => one.category.map((/** @type {any} */ category) => ({ value: category.zh, label: inLanguage(category, locale) }))));
    const entries = listOf(promotions?.promotion);
    return {
      shop: this.shop, zone: readZone(shop?.time_zone), seeded: seededFrom(entries, running), symbol: showMoney({ amount: '0', currency: shop?.currency ?? 'CNY' }).replace('0', '').trim(),
      packs: listOf(shop?.packs).map(String), products: titled, categories, goods: [...categories, ...titled],
      coupons: entries.filter(({ kind }) => kind === 'coupon').map(({ id, title }) => ({ value: id, label: inLanguage(title, locale) || id })),
      groups: listOf(handoff?.group).map(({ id, name }) => ({ value: id, label: inLanguage(name, locale) || id })),
      intents: this.draft.intents.map(({ id, name }) => ({ value: id, label: `${inLanguage({ zh: name.zh, en: name.en }, locale)} ${id}`.trim() })),
    };
  }
}

/** A zone that the browser knows. @param {any} zone */
function readZone(zone) {
  try {
    return typeof zone === 'string' ? new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone : 'Asia/Shanghai';
  } catch {
    return 'Asia/Shanghai';
  }
}
