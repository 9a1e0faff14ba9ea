// The home page: what is on offer now, and the products by category or as found.

import { h } from '../shared/html.js';
import { icon } from '../shared/icons.js';
import { showDate, showMoney } from '../shared/format.js';
import { localized } from './catalog.js';

/** @typedef {import('./catalog.js').Product} Product */
/** @typedef {import('./main.js').View} View */

const SHOWN_OF_A_CATEGORY = 8;

/**
 * @param {View} view
 * @returns {HTMLElement}
 */
export function drawHome(view) {
  const { catalog, t, locale, category, query } = view;
  if (query.trim() !== '') {
    const found = catalog.search(query);
    return h('div', { class: 'page' },
      h('h1', { class: 'found', role: 'status' }, t('found', { query: query.trim(), n: found.length })),
      found.length > 0 ? grid(found, view) : nothing(view));
  }
  if (category) {
    return h('div', { class: 'page' }, section(category, catalog.within(category), view, Infinity, 'h1'));
  }
  return h('div', { class: 'page' }, hero(view), promotions(view),
    catalog.categories().map((name) => section(name, catalog.within(name), view, SHOWN_OF_A_CATEGORY, 'h2')));

  /** @param {View} _ */
  function promotions(_) {
    if (catalog.promotions.length === 0) return null;
    return h('section', { class: 'promotions', 'aria-label': t('promotions') },
      h('ul', { tabindex: '0' }, catalog.promotions.map((one) => h('li', null,
        h('h3', null, (locale === 'en' && one.en?.title) || one.title),
        h('p', null, (locale === 'en' && one.en?.text) || one.text),
        one.until && h('small', null, t('until', { date: showDate(locale, one.until) }))))));
  }
}

/** @param {View} view */
function hero({ t, ask }) {
  return h('section', { class: 'hero' },
    h('div', null,
      h('h1', null, t('hero_title')), h('p', null, t('hero_text')),
      h('button', { class: 'button', type: 'button', onclick: ask }, icon('chat'), t('hero_ask'))),
    h('img', { src: '/shared/mascot.svg', alt: '', width: 190, height: 190 }));
}

/**
 * @param {string} category
 * @param {Product[]} products
 * @param {View} view
 * @param {number} most
 * @param {'h1' | 'h2'} heading
 */
function section(category, products, view, most, heading) {
  const { catalog, t, locale } = view;
  return h('section', { class: 'shelf' },
    h('div', { class: 'shelf-head' },
      h(heading, null, catalog.categoryName(category, locale)),
      products.length > most && h('a', { href: `#/c/${encodeURIComponent(category)}` }, t('view_all', { n: products.length }))),
    grid(products.slice(0, most), view));
}

/**
 * @param {Product[]} products
 * @param {View} view
 */
export function grid(products, { t, locale }) {
  return h('ul', { class: 'grid' }, products.map((original) => {
    const product = localized(original, locale);
    return h('li', null, h('a', { class: 'tile', href: `#/p/${encodeURIComponent(product.id)}` },
      picture(product),
      h('span', { class: 'tile-title' }, product.title),
      h('span', { class: 'tile-subtitle' }, product.subtitle),
      h('span', { class: 'tile-price' },
        h('span', { class: 'hush' }, t('price')), h('b', null, showMoney(product.price)),
        product.list_price && [h('span', { class: 'hush' }, t('list_price')), h('s', null, showMoney(product.list_price))],
        product.sales !== undefined && h('small', null, t('sold', { n: product.sales.toLocaleString(locale) })))));
  }));
}

/** @param {Product} product */
export function picture(product) {
  return h('img', { class: 'picture', src: product.image ?? '/shared/mascot.svg', alt: '', width: 400, height: 400, loading: 'lazy', decoding: 'async' });
}

/** @param {View} view */
function nothing({ t, ask }) {
  return h('div', { class: 'nothing' },
    h('img', { src: '/shared/mascot.svg', alt: '', width: 110, height: 110 }),
    h('h2', null, t('nothing')), h('p', null, t('nothing_hint')),
    h('button', { class: 'button', type: 'button', onclick: ask }, icon('chat'), t('hero_ask')));
}
