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
  const make = (/** @type {Record<string, any>} */ was) => {
    made += 1;
    const mine = made;
    return { was, cells: columns.map((column) => controls[column.kind](column, was[column.key[0]], { ...setting, id: `${setting.id}-${mine}-${column.name}`, label: t(`f_${column.name}`) })), number: mine };
  };
  let rows = (Array.isArray(value) && value.length > 0 ? value : [{}]).map(make);
  const node = h('div', { class: 'rows' });
  const changed = () => {
    draw();
    node.dispatchEvent(new Event('input', { bubbles: true }));
  };
  const draw = () => fill(node,
    rows.map((row, n) => h('div', { class: 'row-of', role: 'group', 'aria-label': t('row_n', { n: n + 1 }) },
      columns.map((column, c) => h('div', { class: 'field' }, h('label', { for: `${setting.id}-${row.number}-${column.name}` }, t(`f_${column.name}`)), row.cells[c].node)),
      h('button', { class: 'button line small', type: 'button', disabled: rows.length === 1, 'aria-label': t('row_remove', { n: n + 1 }), onclick: () => { rows = rows.filter((one) => one !== row); changed(); } }, '×'))),
    h('button', { class: 'button line small', type: 'button', onclick: () => { rows = [...rows, make({})]; changed(); } }, `＋ ${t('row_add')}`));
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
  return { node, several: true, read };
}
