// A short list of like things, each a row of inputs: the steps of a discount.

import { fill, h } from '../shared/html.js';

/** @typedef {import('./controls.js').Control} Control */
/** @typedef {import('./controls.js').Field} Field */
/** @typedef {import('./controls.js').Setting} Setting */

/**
 * @param {Field} field
 * @param {any} value
 * @param {Setting} setting
 * @param {Record<string, (field: Field, value: any, setting: Setting) => Control>} controls
 * @returns {Control}
 */
export function rowsControl(field, value, setting, controls) {
  const { t } = setting;
  const columns = field.columns ?? [];
  let made = 0;
  const make = (/** @type {Record<string, any>} */ was, /** @type {number | null} */ index) => {
    made += 1;
    const mine = made;
    return { was, index, cells: columns.map((column) => controls[column.kind](column, was[column.key[0]], { ...setting, id: `${setting.id}-${mine}-${column.name}`, label: t(`f_${column.name}`) })), number: mine };
  };
  const there = Array.isArray(value) ? value : [];
  let rows = there.length > 0 ? there.map((one, n) => make(one, n)) : [make({}, null)];
  const node = h('div', { class: 'rows' });
  const changed = () => {
    draw();
    node.dispatchEvent(new Event('input', { bubbles: true }));
  };
  const draw = () => fill(node,
    rows.map((row, n) => h('div', { class: 'row-of', role: 'group', 'aria-label': t('row_n', { n: n + 1 }) },
      columns.map((column, c) => h('div', { class: 'field' }, h('label', { for: `${setting.id}-${row.number}-${column.name}` }, t(`f_${column.name}`)), row.cells[c].node)),
      h('button', { class: 'button line small', type: 'button', disabled: rows.length === 1, 'aria-label': t('row_remove', { n: n + 1 }), onclick: () => { rows = rows.filter((one) => one !== row); changed(); } }, '×'))),
    h('button', { class: 'button line small', type: 'button', onclick: () => { rows = [...rows, make({}, null)]; changed(); } }, `＋ ${t('row_add')}`));
  draw();
  const read = () => rows.map(({ was, cells }) => {
    const now = { ...was };
    columns.forEach((column, n) => {
      const cell = cells[n].read();
      if (cell === null) delete now[column.key[0]];
      else now[column.key[0]] = cell;
    });
    return now;
  });
  return { node, several: true, read, edits: (at) => rowEdits(at, there, columns.map(({ key }) => key[0]), rows.map(({ index }, n) => ({ index, cells: read()[n] }))) };
}

/**
 * The edits that make rows of those that are there: cell by cell, so that each is written in the order of its columns.
 * @param {any[]} at
 * @param {any[]} there
 * @param {string[]} keys
 * @param {{ index: number | null, cells: Record<string, any> }[]} rows `index`: its place in the file, unless it is new
 * @returns {import('./draft.js').Edit[]}
 */
export function rowEdits(at, there, keys, rows) {
  const kept = new Set(rows.map(({ index }) => index));
  const gone = there.map((_row, n) => n).filter((n) => !kept.has(n)).reverse();
  const fresh = rows.filter(({ index }) => index === null);
  const [first, ...others] = keys;
  const end = there.length - gone.length;
  const begun = fresh.map(({ cells }) => ({ [first]: cells[first] ?? '' }));
  return [
    ...rows.flatMap(({ index, cells }) => (index === null ? [] : keys.filter((key) => cells[key] !== there[index]?.[key]).map((key) => ({ at: [...at, index, key], to: cells[key] ?? null })))),
    ...gone.map((n) => ({ at: [...at, n], to: null })),
    ...(end === 0 ? [{ at, to: begun }] : begun.map((to, n) => ({ at: [...at, end + n], to }))),
    ...fresh.flatMap(({ cells }, n) => others.filter((key) => cells[key] !== undefined).map((key) => ({ at: [...at, end + n, key], to: cells[key] }))),
  ];
}
