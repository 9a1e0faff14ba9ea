// A product's page: picture, price, what can be chosen, its details, and the way to ask about it.

import { fill, h } from '../shared/html.js';
import { icon } from '../shared/icons.js';
import { showMoney } from '../shared/format.js';
import { available, chosenVariant, localized, optionGroups } from './catalog.js';
import { grid, picture } from './home.js';

/** @typedef {import('./catalog.js').Product} Product */
/** @typedef {import('./main.js').View} View */

const FEW = 5;

/**
 * @param {View} view
 * @param {Product} original
 * @returns {HTMLElement}
 */
export function drawProduct(view, original) {
  const { t, catalog, ask, locale } = view;
  const product = localized(original, locale);
  const related = catalog.related(original);
  const sized = optionGroups(original).some(({ name }) => name.includes('尺码') || name.includes('鞋码'));
  const category = original.category[0];
  return h('div', { class: 'page' },
    h('nav', { class: 'trail', 'aria-label': t('trail') },
      h('a', { href: '#/' }, t('shop')), ' / ', h('a', { href: `#/c/${encodeURIComponent(category)}` }, catalog.categoryName(category, locale))),
    h('article', { class: 'detail' },
      h('div', { class: 'stage' }, picture(product)),
      h('div', { class: 'facts' },
        product.brand && h('p', { class: 'brand' }, product.brand),
        h('h1', null, product.title),
        h('p', { class: 'lead' }, product.subtitle),
        offer(view, product),
        h('div', { class: 'actions' }, h('button', { class: 'button', type: 'button', onclick: ask }, icon('chat'), t('ask'))),
        sized && h('aside', { class: 'hint' }, h('b', null, t('size_title')), h('p', null, t('size_hint'))),
        h('p', { class: 'demo-note' }, t('demo_note'))),
      h('section', { class: 'attributes' }, h('h2', null, t('attributes')), h('table', null, h('tbody', null,
        product.attributes.map(({ name, value }) => h('tr', null, h('th', { scope: 'row' }, name), h('td', null, value))))))),
    related.length > 0 && h('section', { class: 'shelf' }, h('div', { class: 'shelf-head' }, h('h2', null, t('related'))), grid(related, view)));
}

/**
 * The part that changes with what is chosen: price, stock and the choices themselves.
 * @param {View} view
 * @param {Product} product
 */
function offer({ t }, product) {
  const groups = optionGroups(product);
  const start = product.variants.find((variant) => variant.stock > 0) ?? product.variants[0];
  /** @type {Record<string, string>} */
  let chosen = { ...start?.options };
  const price = h('p', { class: 'price' });
  const stock = h('p', { class: 'stock', role: 'status' });
  const choices = h('div', { class: 'options' });

  const drawFigures = () => {
    const variant = chosenVariant(product, chosen);
    const listed = product.list_price;
    fill(price, h('b', null, showMoney(variant?.price ?? product.price)), listed && h('s', null, showMoney(listed)),
      product.sales !== undefined && h('small', null, t('sold', { n: product.sales.toLocaleString() })));
    const left = variant?.stock ?? null;
    stock.textContent = left === null ? t('choose') : left === 0 ? t('out_of_stock') : t(left <= FEW ? 'few_left' : 'in_stock', { n: left });
    stock.classList.toggle('low', left !== null && left <= FEW);
    for (const input of choices.querySelectorAll('input')) {
      const { name = '', value = '' } = input.dataset;
      input.parentElement?.classList.toggle('gone', !available(product, chosen, name, value));
      input.checked = chosen[name] === value;
    }
  };
  fill(choices, groups.map(({ name, values }, place) => h('fieldset', null, h('legend', null, name), h('div', null, values.map((value) => h('label', null,
    h('input', {
      type: 'radio', name: `option-${place}`, dataset: { name, value },
      onchange: () => {
        chosen = { ...chosen, [name]: value };
        drawFigures();
      },
    }), h('span', null, value)))))));
  drawFigures();
  return h('div', { class: 'offer' }, price, choices, stock);
}
