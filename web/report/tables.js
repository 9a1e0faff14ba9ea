// Tables whose headings sort them, and lists of bars.

import { fill, h } from '../shared/html.js';

/**
 * @template T
 * @typedef {{ key: string, name: string, value: (row: T) => number | string | null, show?: (row: T) => import('../shared/html.js').Children, tone?: (row: T) => string }} Column
 */

/** What each table is sorted by, for as long as the page is open. @type {Map<string, { key: string, down: boolean }>} */
const SORTED = new Map();

/**
 * A table; the first column names the row.
 * @template T
 * @param {string} id what it is a table of, to stay sorted when it is drawn again
 * @param {string} caption
 * @param {Column<T>[]} columns
 * @param {T[]} rows
 * @param {string} [first] the column to sort by at first, the greatest on top; as given otherwise
 * @returns {HTMLElement}
 */
export function sortable(id, caption, columns, rows, first) {
  const place = h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption });
  if (first && !SORTED.has(id)) SORTED.set(id, { key: first, down: true });
  const draw = (/** @type {string | null} */ focused) => {
    const by = SORTED.get(id);
    const column = columns.find(({ key }) => key === by?.key);
    const sorted = column ? [...rows].sort((one, other) => compare(column.value(one), column.value(other), by?.down ?? false)) : rows;
    fill(place, h('table', null, h('caption', { class: 'hush' }, caption),
      h('thead', null, h('tr', null, columns.map(({ key, name }) => h('th', { scope: 'col', 'aria-sort': by?.key === key ? (by.down ? 'descending' : 'ascending') : null },
        h('button', {
          type: 'button', dataset: { key }, onclick: () => {
            SORTED.set(id, { key, down: by?.key === key ? !by.down : key !== columns[0].key });
            draw(key);
          },
        }, name, h('span', { class: 'arrow', 'aria-hidden': 'true' }, by?.key === key ? (by.down ? '↓' : '↑') : '')))))),
      h('tbody', null, sorted.map((row) => h('tr', null, columns.map((one, at) => h(at === 0 ? 'th' : 'td', { scope: at === 0 ? 'row' : null, class: one.tone?.(row) || null }, one.show ? one.show(row) : one.value(row))))))));
    if (focused !== null) /** @type {HTMLElement | null} */ (place.querySelector(`[data-key="${focused}"]`))?.focus();
  };
  draw(null);
  return place;
}

/**
 * Nothing comes last, whichever way.
 * @param {number | string | null} one
 * @param {number | string | null} other
 * @param {boolean} down
 */
export function compare(one, other, down) {
  if (one === null || other === null) return one === other ? 0 : one === null ? 1 : -1;
  const way = typeof one === 'string' || typeof other === 'string' ? String(one).localeCompare(String(other), 'zh') : one - other;
  return down ? -way : way;
}

/**
 * A plain table, for what a chart shows.
 * @param {string} caption
 * @param {string[]} heads
 * @param {string[][]} rows
 */
export function plain(caption, heads, rows) {
  return h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption }, h('table', null, h('caption', { class: 'hush' }, caption),
    h('thead', null, h('tr', null, heads.map((head) => h('th', { scope: 'col' }, head)))),
    h('tbody', null, rows.map((cells) => h('tr', null, cells.map((cell, at) => h(at === 0 ? 'th' : 'td', { scope: at === 0 ? 'row' : null }, cell)))))));
}

/**
 * Named amounts, each with a bar as long as its share.
 * @param {{ name: import('../shared/html.js').Children, value: number, tone?: string, more?: string }[]} rows
 * @param {number} whole what the shares are of
 * @param {(share: number) => string} show
 */
export function amounts(rows, whole, show) {
  const most = Math.max(1, ...rows.map(({ value }) => value));
  return h('ul', { class: 'amounts' }, rows.map(({ name, value, tone = 'teal', more }) => h('li', null,
    h('span', { class: 'what' }, name), h('span', { class: 'much' }, h('b', null, value), whole > 0 && ` · ${show((value / whole) * 100)}`, more && ` · ${more}`),
    h('span', { class: 'track', 'aria-hidden': 'true' }, h('i', { class: tone, style: `width:${((value / most) * 100).toFixed(1)}%` })))));
}
