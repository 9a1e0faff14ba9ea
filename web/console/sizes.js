// The shop's size charts: a table each, with rows for sizes and columns for measures.

import { fill, h } from '../shared/html.js';
import { EntryPage } from './entry_page.js';
import { inLanguage, listOf } from './facts.js';
import { Form } from './form.js';
import { sureButton } from './parts.js';
import { MEASURES, cellFits, rowsOf, tableEdits, tableOf, usualKind } from './size_table.js';

/** @typedef {import('./draft.js').Draft} Draft */
/** @typedef {import('./faq.js').World} World */
/** @typedef {import('./controls.js').Field} Field */
/** @typedef {import('./size_table.js').Column} Column */
/** @typedef {import('../shared/i18n.js').Translate} Translate */

/** @type {Field[]} */
const FIELDS = [
  { name: 'chart_title', key: ['title'], kind: 'both' }, { name: 'sizes', key: ['sizes'], kind: '', control: sizesControl }, { name: 'chart_note', key: ['note'], kind: 'bothlong' },
];
/** @type {Field} */
const ID = { name: 'id', key: ['id'], kind: 'text', needed: true };
/** What a new chart begins with. */
const EMPTY = ['S', 'M', 'L'].map((size) => ({ size }));

/** A measure's name; one that nobody knows is called as it is written. @param {string} key @param {Translate} t */
const measure = (key, t) => (MEASURES.includes(key) ? t(`m_${key}`) : key);

export class SizesPage {
  /** @param {Draft} draft @param {string} shop @param {World} world */
  constructor(draft, shop, world) {
    this.world = world;
    const { t, locale } = world;
    this.page = new EntryPage(draft, world, {
      title: t('sizes'), hint: t('sizes_hint'), path: `shops/${shop}/sizes.toml`, empty: t('no_charts'), add: { words: t('add_chart'), run: () => world.go('+') },
      rows: (_known, value) => listOf(value?.chart).filter((one) => typeof one?.id === 'string').map((one) => ({ id: one.id, title: inLanguage(one.title, locale) || one.id, note: listOf(one.sizes).map((row) => row?.size).join(' ') })),
      detail: (open, known, value) => this.#detail(open, known, value),
      rowOf: ({ index }, value) => listOf(value?.chart)[index]?.id,
      entryOf: (value, id) => listOf(value?.chart).find((one) => one?.id === id),
    });
    this.root = this.page.root;
  }

  /** @param {string} open the id in the address; `+` is a new one */
  update(open) {
    return this.page.update(open);
  }

  /** @param {string} open @param {import('./facts.js').Known} known @param {any} value @returns {import('./entry_page.js').Detail | null} */
  #detail(open, known, value) {
    const { t, locale } = this.world;
    const charts = listOf(value?.chart);
    const isNew = open === '+';
    const index = charts.findIndex(({ id }) => id === open);
    if (!isNew && index < 0) return null;
    const one = isNew ? {} : charts[index];
    const name = isNew ? t('add_chart') : inLanguage(one.title, locale) || one.id;
    const form = new Form({
      groups: [{ fields: isNew ? [ID, ...FIELDS] : FIELDS }], value: one, isNew, at: ['chart', isNew ? charts.length : { by: 'id', is: open }], world: this.world, known, name,
      heading: h('h3', null, name, ' ', !isNew && h('code', null, one.id)),
      acts: !isNew && sureButton(t('remove'), t('remove_sure'), () => void this.#remove(open)),
      save: async (edits, made, leaving) => {
        const id = made.valueOf('id') ?? open;
        if (isNew && !/^[\w.-]{1,64}$/.test(id)) return t('problem_bad_id');
        if (isNew && charts.some((chart) => chart.id === id)) return t('problem_id_taken');
        const problem = await this.page.edit(edits);
        if (problem !== '') return problem;
        // New rows have places of their own from now on.
        if (isNew) queueMicrotask(() => this.world.go(id));
        else if (!leaving) queueMicrotask(() => void this.page.refresh());
        return '';
      },
    });
    return { nodes: [form.root], forms: [{ form, mine: (place) => !isNew && place.entry === 'chart' && place.index === index }] };
  }

  /** @param {string} id */
  async #remove(id) {
    const problem = await this.page.edit([{ at: ['chart', { by: 'id', is: id }] }]);
    if (problem) this.page.said.say(problem, true);
    else this.world.go('');
  }
}

/** @param {Field} _field @param {any} value @param {import('./controls.js').Setting} setting @returns {import('./controls.js').Control} */
function sizesControl(_field, value, { t, id }) {
  const sizes = listOf(value);
  const table = tableOf(sizes);
  if (value === undefined) table.rows = EMPTY.map((cells) => ({ was: null, cells }));
  const body = h('div', { class: 'sheet', tabindex: '0', role: 'region', 'aria-label': t('f_sizes') });
  const changed = () => {
    draw();
    body.dispatchEvent(new Event('input', { bubbles: true }));
  };
  const cell = (/** @type {import('./size_table.js').Row} */ row, /** @type {string} */ key, /** @type {Column['kind']} */ kind) => {
    const label = `${row.cells.size || t('m_size')} ${key === 'size' ? '' : measure(key, t)}`.trim();
    const input = /** @type {HTMLInputElement} */ (h('input', { value: row.cells[key] ?? '', autocomplete: 'off', 'aria-label': key === 'size' ? t('m_size') : label, required: key === 'size', placeholder: kind === 'range' ? '160–165' : null, oninput: () => {
      row.cells[key] = input.value;
      input.setCustomValidity(cellFits(input.value, kind) ? '' : t('range_form'));
    } }));
    return input;
  };
  const away = (/** @type {string} */ label, /** @type {() => void} */ run) => h('button', { type: 'button', 'aria-label': label, title: t('remove'), onclick: () => { run(); changed(); } }, '×');
  const head = (/** @type {Column} */ column) => h('th', { scope: 'col' }, h('span', { class: 'column' },
    h('span', null, measure(column.key, t), h('small', null, t(column.kind === 'range' ? 'unit_of_bodies' : 'unit_of_garment'))),
    away(t('column_remove', { name: measure(column.key, t) }), () => { table.columns = table.columns.filter((one) => one !== column); })));
  const line = (/** @type {import('./size_table.js').Row} */ row) => h('tr', null,
    h('th', { scope: 'row' }, h('span', { class: 'column' }, cell(row, 'size', 'text'), away(t('size_remove', { name: row.cells.size ?? '' }), () => { table.rows = table.rows.filter((one) => one !== row); }))),
    table.columns.map(({ key, kind }) => h('td', null, cell(row, key, kind))));
  const draw = () => fill(body, h('table', null, h('thead', null, h('tr', null, h('th', { scope: 'col' }, t('m_size')), table.columns.map(head))), h('tbody', null, table.rows.map(line))));
  draw();
  const addColumn = (/** @type {string} */ key) => {
    if (key === '' || key === 'size' || table.columns.some((column) => column.key === key)) return;
    table.columns.push({ key, kind: usualKind(key) });
    changed();
  };
  const other = /** @type {HTMLInputElement} */ (h('input', { 'aria-label': t('column_name'), placeholder: t('column_name'), maxlength: 30, autocomplete: 'off', hidden: true, onkeydown: (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== 'Enter' || event.isComposing) return;
    event.preventDefault();
    named();
  }, onblur: () => named() }));
  const named = () => {
    const key = other.value.trim();
    other.value = '';
    other.hidden = true;
    addColumn(key);
  };
  const pick = /** @type {HTMLSelectElement} */ (h('select', { id: `${id}-column`, 'aria-label': t('column_add'), onchange: () => {
    if (pick.value === '*') {
      other.hidden = false;
      other.focus();
    } else addColumn(pick.value);
    pick.value = '';
  } }, h('option', { value: '' }, `＋ ${t('column_add')}`), MEASURES.map((key) => h('option', { value: key }, t(`m_${key}`))), h('option', { value: '*' }, t('column_other'))));
  const node = h('div', { class: 'sheet-box' }, body, h('div', { class: 'acts' },
    h('button', { class: 'button line small', type: 'button', onclick: () => { table.rows.push({ was: null, cells: { size: '' } }); changed(); /** @type {HTMLElement | null} */ (body.querySelector('tbody tr:last-child input'))?.focus(); } }, `＋ ${t('size_add')}`), pick, other));
  const read = () => ({ columns: table.columns.map(({ key }) => key), rows: table.rows.map(({ was, cells }) => [was, { ...cells }]) });
  return { node, several: true, read, edits: (at) => (value === undefined ? [{ at, to: table.rows.length > 0 ? rowsOf(table) : null }] : tableEdits(sizes, table, at)) };
}
