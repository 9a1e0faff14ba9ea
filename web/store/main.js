// The demo store: one page that shows the catalog, and tells the assistant what is being looked at and by whom.

import { fill, h } from '../shared/html.js';
import { icon } from '../shared/icons.js';
import { nearestLocale, translator } from '../shared/i18n.js';
import { Storage } from '../shared/storage.js';
import { Catalog } from './catalog.js';
import { drawHome } from './home.js';
import { drawProduct } from './product.js';
import { ShopperSession } from './session.js';
import { TEXTS } from './texts.js';

/**
 * @typedef {object} View
 * @property {Catalog} catalog
 * @property {import('../shared/i18n.js').Translate} t
 * @property {import('../shared/i18n.js').Locale} locale
 * @property {string | null} category
 * @property {string} query
 * @property {() => void} ask
 */

/**
 * Calls the assistant, as soon as its script is there.
 * @param {'open' | 'identify' | 'page' | 'on'} name
 * @param {...any} values
 */
function assistant(name, ...values) {
  const there = /** @type {any} */ (window).Xiaoer;
  if (there) there[name](...values);
  else document.querySelector('script[data-shop]')?.addEventListener('load', () => /** @type {any} */ (window).Xiaoer?.[name](...values), { once: true });
}

class Store {
  constructor() {
    this.storage = new Storage('store');
    this.locale = nearestLocale(new URLSearchParams(location.search).get('lang') ?? this.storage.get('locale') ?? navigator.language);
    this.query = '';
    /** @type {Catalog | null} */
    this.catalog = null;
    this.failed = false;
    this.session = new ShopperSession({ identify: (token) => assistant('identify', token), changed: () => this.drawHeader() });
    this.header = h('header', { class: 'header' });
    this.nav = h('nav', { class: 'categories' });
    this.main = h('main', { id: 'main', tabindex: '-1' });
    this.footer = h('footer', { class: 'footer' });
    this.skip = h('a', { class: 'skip', href: '#main', onclick: (/** @type {Event} */ event) => { event.preventDefault(); this.main.focus(); } });
    this.search = /** @type {HTMLInputElement} */ (h('input', { type: 'search', enterkeyhint: 'search', autocomplete: 'off', oninput: () => this.#searched() }));
    fill(/** @type {Element} */ (document.querySelector('#store')), this.skip, this.header, this.nav, this.main, this.footer);
  }

  async start() {
    addEventListener('hashchange', () => this.#navigated());
    assistant('on', 'sign_in_again', () => void this.session.renew());
    this.draw();
    void this.session.start();
    await this.#load();
  }

  async #load() {
    this.failed = false;
    this.drawMain();
    try {
      const [products, promotions] = await Promise.all(['products', 'promotions'].map(async (what) => {
        const answer = await fetch(`/api/v1/shops/demo/${what}`);
        if (!answer.ok) throw new Error(`status ${answer.status}`);
        return answer.json();
      }));
      this.catalog = new Catalog(products.products, promotions.promotions);
    } catch {
      this.failed = true;
    }
    this.draw();
    this.#tellPage();
  }

  get t() {
    return translator(TEXTS, this.locale);
  }

  /** What the address asks for. @returns {{ category: string | null, product: string | null }} */
  get route() {
    const [, kind, name] = /^#\/([cp])\/(.+)$/.exec(location.hash) ?? [];
    let value = null;
    try {
      value = name ? decodeURIComponent(name) : null;
    } catch {
      // A broken address leads home.
    }
    return { category: kind === 'c' ? value : null, product: kind === 'p' ? value : null };
  }

  draw() {
    document.documentElement.lang = this.locale;
    this.drawHeader();
    this.drawMain();
    const { t } = this;
    this.skip.textContent = t('skip');
    fill(this.footer, h('p', null, t('footer')), h('p', null, h('a', { href: '/desk' }, t('desk')), h('a', { href: '/console' }, t('console'))));
  }

  drawHeader() {
    const { t, session } = this;
    this.search.placeholder = t('search');
    this.search.setAttribute('aria-label', t('search'));
    const options = [h('option', { value: '' }, t('guest')), ...session.shoppers.map(({ id, name, note }) =>
      h('option', { value: id, title: note, selected: id === session.current }, name))];
    const focused = document.activeElement;
    const held = focused instanceof HTMLElement && this.header.contains(focused) ? focused.id : '';
    fill(this.header,
      h('a', { class: 'logo', href: '#/' }, h('img', { src: '/shared/mascot.svg', alt: '', width: 40, height: 40 }), h('span', null, t('shop'))),
      h('div', { class: 'search', role: 'search' }, icon('search', 18), this.search),
      h('div', { class: 'tools' },
        h('button', { class: 'language', id: 'language', type: 'button', 'aria-label': t('language_label'), lang: this.locale === 'en' ? 'zh' : 'en', onclick: () => this.#switchLanguage() }, t('language')),
        h('label', { class: 'who' }, icon('person', 18), h('span', { class: 'hush' }, t('signed_in_as')),
          h('select', { id: 'who', onchange: (/** @type {Event} */ event) => void session.become(/** @type {HTMLSelectElement} */ (event.target).value || null) }, options))));
    if (held) document.getElementById(held)?.focus();
    else if (focused === this.search) this.search.focus();
  }

  drawMain() {
    const { t, catalog, locale } = this;
    const { category, product: id } = this.route;
    this.#drawNav(category);
    document.title = t('shop');
    if (!catalog) {
      fill(this.main, h('div', { class: 'page' }, this.failed
        ? h('div', { class: 'nothing' }, h('h1', null, t('failed')), h('button', { class: 'button', type: 'button', onclick: () => void this.#load() }, t('retry')))
        : h('div', { class: 'skeleton', role: 'status', 'aria-label': t('loading') }, Array.from({ length: 8 }, () => h('span')))));
      return;
    }
    /** @type {View} */
    const view = { catalog, t, locale, category, query: this.query, ask: () => assistant('open') };
    const product = id === null || this.query.trim() !== '' ? null : catalog.product(id);
    if (product) {
      document.title = `${product.title} · ${t('shop')}`;
      fill(this.main, drawProduct(view, product));
    } else if (id !== null && this.query.trim() === '') {
      fill(this.main, h('div', { class: 'page' }, h('div', { class: 'nothing' }, h('h1', null, t('missing')), h('a', { class: 'button', href: '#/' }, t('back')))));
    } else {
      fill(this.main, drawHome(view));
    }
  }

  /** @param {string | null} category */
  #drawNav(category) {
    const { catalog, t, locale } = this;
    this.nav.setAttribute('aria-label', t('categories'));
    const home = category === null && this.route.product === null;
    fill(this.nav, h('ul', null,
      h('li', null, h('a', { href: '#/', 'aria-current': home ? 'page' : null }, t('all'))),
      (catalog?.categories() ?? []).map((name) => h('li', null,
        h('a', { href: `#/c/${encodeURIComponent(name)}`, 'aria-current': name === category ? 'page' : null }, catalog?.categoryName(name, locale))))));
  }

  #navigated() {
    this.query = '';
    this.search.value = '';
    this.drawMain();
    scrollTo(0, 0);
    this.main.focus({ preventScroll: true });
    this.#tellPage();
  }

  #searched() {
    this.query = this.search.value;
    this.drawMain();
  }

  #switchLanguage() {
    this.locale = this.locale === 'en' ? 'zh-Hans' : 'en';
    this.storage.set('locale', this.locale);
    this.draw();
  }

  #tellPage() {
    const { product } = this.route;
    assistant('page', { ...(product && this.catalog?.product(product) ? { product } : {}), url: location.href });
  }
}

void new Store().start();
