// What fields are filled in with, by kind: each shows a value of a file and reads it back in the form the file has it.
// A value that was not touched reads back as it was read at first, so only what is changed is written.

import { h } from '../shared/html.js';
import { Chips } from './chips.js';
import { readMoment, readOffset, toLocal } from './moments.js';
import { rowsControl } from './rows.js';

/** @typedef {import('../shared/i18n.js').Translate} Translate */
/** @typedef {import('./draft.js').Edit} Edit */
/** @typedef {import('./facts.js').Known} Known */
/** @typedef {{ t: Translate, locale: string, known: Known, id: string, describedby: string, label: string, inherited: any }} Setting */
/** @typedef {{ node: HTMLElement, read: () => any, several?: boolean, edits?: (at: any[], now: any) => Edit[] }} Control several: a group of inputs, each with a label of its own */
/**
 * @typedef {{
 *   name: string, key: string[], kind: string, unit?: string, least?: number, most?: number, needed?: boolean, wide?: boolean, edge?: 'start' | 'end',
 *   options?: { value: string, label: string }[], columns?: Field[], choices?: (known: Known) => { value: string, label: string }[], strict?: boolean,
 *   either?: { name: string, fields?: Field[], sets?: Record<string, any>, is: (value: any) => boolean }[], control?: (field: Field, value: any, setting: Setting) => Control,
 * }} Field
 */

const MONEY = '[0-9]{1,9}([.][0-9]{1,2})?';

/** Seconds as hours and minutes, where there are any. @param {number} seconds @param {Translate} t */
export function inLargerUnits(seconds, t) {
  if (!(seconds >= 60)) return '';
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), Math.round(seconds % 60)];
  const parts = [[hours, 'hours'], [minutes, 'minutes'], [rest, 'seconds']].filter(([n]) => Number(n) > 0).map(([n, unit]) => `${n} ${t(`unit_${unit}`)}`);
  return `= ${parts.join(' ')}`;
}

/** @param {any} value @returns {string} */
const plain = (value) => (value === null || value === undefined ? '' : String(value));

/** A value that is inherited, as a person reads it. @param {any} value @param {Translate} t @returns {string} */
export function shownValue(value, t) {
  if (value === true || value === false) return t(value ? 'yes' : 'no');
  return Array.isArray(value) ? value.join('、') : plain(value?.zh ?? value);
}

/**
 * @param {Record<string, any>} attributes
 * @param {Field} field
 * @param {any} value
 * @param {Setting} setting
 */
function input(attributes, field, value, { id, describedby, inherited, t }) {
  return /** @type {HTMLInputElement} */ (h('input', {
    id, 'aria-describedby': describedby || null, required: field.needed === true, autocomplete: 'off', value: plain(value),
    placeholder: inherited === undefined ? null : shownValue(inherited, t), ...attributes,
  }));
}

/** @param {HTMLElement} node @param {string} unit */
const withUnit = (node, unit) => (unit === '' ? node : h('span', { class: 'with-unit' }, node, h('span', { class: 'unit' }, unit)));

/** @type {Record<string, (field: Field, value: any, setting: Setting) => Control>} */
export const CONTROLS = {
  text: (field, value, setting) => {
    const node = input({ maxlength: 200 }, field, value, setting);
    return { node, read: () => node.value.trim() || null };
  },
  long: (field, value, setting) => {
    const node = /** @type {HTMLTextAreaElement} */ (h('textarea', { id: setting.id, rows: 3, 'aria-describedby': setting.describedby || null, required: field.needed === true }, plain(value)));
    return { node, read: () => node.value.trim() || null };
  },
  money: (field, value, setting) => {
    const node = input({ inputmode: 'decimal', pattern: MONEY, title: setting.t('money_form') }, field, value, setting);
    return { node: h('span', { class: 'with-unit before', style: `--signs: ${setting.known.symbol.length}` }, h('span', { class: 'unit' }, setting.known.symbol), node), read: () => node.value.trim() || null };
  },
  percent: (field, value, setting) => {
    const node = input({ inputmode: 'decimal', pattern: '[0-9]{1,3}([.][0-9]{1,2})?', title: setting.t('percent_form') }, field, value, setting);
    return { node: withUnit(node, '%'), read: () => node.value.trim() || null };
  },
  int: (field, value, setting) => {
    const node = input({ type: 'number', inputmode: 'numeric', step: 1, min: field.least ?? 0, max: field.most ?? null }, field, value, setting);
    const unit = field.unit ? setting.t(`unit_${field.unit}`) : '';
    const box = withUnit(node, unit);
    if (field.unit === 'seconds') {
      // Nobody thinks of two hours as 7200 seconds.
      const tell = () => { /** @type {Element} */ (box.lastChild).textContent = [unit, inLargerUnits(Number(node.value), setting.t)].filter(Boolean).join(' '); };
      node.addEventListener('input', tell);
      tell();
    }
    return { node: box, read: () => (node.value.trim() === '' ? null : Number(node.value)) };
  },
  moment: momentControl,
  clock: (field, value, setting) => {
    // 24:00, the end of a day, is the beginning of the next to a browser.
    const node = input({ type: 'time' }, field, plain(value).slice(0, 5).replace('24:00', '00:00'), setting);
    return { node, read: () => node.value || null };
  },
  yes: (_field, value, { id, describedby }) => {
    const node = /** @type {HTMLInputElement} */ (h('input', { id, type: 'checkbox', checked: value === true, 'aria-describedby': describedby || null }));
    // What was not stated and is not is left unstated.
    return { node, read: () => (node.checked ? true : value === undefined || value === null ? null : false) };
  },
  pick: (field, value, setting) => pickControl(field, field.options ?? field.choices?.(setting.known) ?? [], value, setting),
  yesno: (field, value, setting) => {
    const { t, inherited } = setting;
    const unset = inherited === undefined ? t('unset') : t('as_packs', { value: shownValue(inherited, t) });
    const control = pickControl(field, [{ value: '', label: unset }, { value: 'true', label: t('yes') }, { value: 'false', label: t('no') }], plain(value), setting);
    return { ...control, read: () => ({ true: true, false: false }[/** @type {string} */ (control.read())] ?? null) };
  },
  both: (field, value, setting) => bothControl('text', field, value, setting),
  bothlong: (field, value, setting) => bothControl('long', field, value, setting),
  words: (field, value, setting) => {
    const chips = new Chips(Array.isArray(value) ? value.map(String) : [], { ...setting, choices: field.choices?.(setting.known) ?? [], strict: field.strict });
    return { node: chips.node, read: () => chips.read() };
  },
  dates: (_field, value, setting) => {
    const chips = new Chips(Array.isArray(value) ? value.map(String) : [], { ...setting, type: 'date' });
    return { node: chips.node, read: () => chips.read() };
  },
  days: (_field, value, { t }) => {
    const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
    const boxes = days.map((day) => /** @type {HTMLInputElement} */ (h('input', { type: 'checkbox', value: day, checked: !Array.isArray(value) || value.includes(day) })));
    const node = h('div', { class: 'checks' }, boxes.map((box) => h('label', { class: 'check' }, box, t(`day_${box.value}`))));
    // Every day is what nothing means.
    return { node, several: true, read: () => (boxes.every((box) => box.checked) && !Array.isArray(value) ? null : boxes.filter((box) => box.checked).map((box) => box.value)) };
  },
  checks: (field, value, setting) => {
    const options = field.options ?? field.choices?.(setting.known) ?? [];
    const boxes = options.map((one) => /** @type {HTMLInputElement} */ (h('input', { type: 'checkbox', value: one.value, checked: Array.isArray(value) && value.includes(one.value) })));
    const node = h('div', { class: 'checks' }, boxes.map((box, n) => h('label', { class: 'check' }, box, options[n].label)));
    const others = Array.isArray(value) ? value.filter((/** @type {any} */ one) => !options.some((option) => option.value === one)) : [];
    return { node, several: true, read: () => {
      const chosen = [...(Array.isArray(value) ? value.filter((/** @type {any} */ one) => boxes.some((box) => box.checked && box.value === one)) : []), ...others];
      for (const box of boxes) if (box.checked && !chosen.includes(box.value)) chosen.push(box.value);
      return chosen.length > 0 ? chosen : null;
    } };
  },
  rows: (field, value, setting) => rowsControl(field, value, setting, CONTROLS),
};

/**
 * @param {Field} field
 * @param {{ value: string, label: string }[]} options
 * @param {any} value
 * @param {Setting} setting
 * @returns {Control}
 */
function pickControl(field, options, value, { id, describedby, t }) {
  const known = value === undefined || value === null || options.some((one) => one.value === String(value));
  const all = [...(field.needed || options.some((one) => one.value === '') ? [] : [{ value: '', label: t('unset') }]), ...options, ...(known ? [] : [{ value: String(value), label: String(value) }])];
  const node = /** @type {HTMLSelectElement} */ (h('select', { id, 'aria-describedby': describedby || null, required: field.needed === true }, all.map((one) => h('option', { value: one.value, selected: plain(value) === one.value }, one.label))));
  return { node, read: () => node.value || null };
}

/**
 * A text in Chinese and in English; one written plainly is Chinese.
 * @param {'text' | 'long'} kind
 * @param {Field} field
 * @param {any} value
 * @param {Setting} setting
 * @returns {Control}
 */
function bothControl(kind, field, value, setting) {
  const { t, inherited } = setting;
  const texts = typeof value === 'string' ? { zh: value } : value;
  const inner = (/** @type {'zh' | 'en'} */ language) => {
    const id = `${setting.id}-${language}`;
    const control = CONTROLS[kind]({ ...field, needed: field.needed === true && language === 'zh' }, texts?.[language], { ...setting, id, inherited: inherited?.[language] });
    return { control, node: h('div', { class: 'field' }, h('label', { for: id }, t(`in_${language}`)), control.node) };
  };
  const [zh, en] = [inner('zh'), inner('en')];
  const read = () => {
    const now = { zh: zh.control.read(), en: en.control.read() };
    return now.zh === null && now.en === null ? null : now;
  };
  return {
    node: h('div', { class: 'pair' }, zh.node, en.node), several: true, read,
    // Each language by itself: whatever else stands there stays.
    edits: (at, now) => (now === null || typeof value === 'string' ? [{ at, to: now }] : [{ at: [...at, 'zh'], to: now.zh }, { at: [...at, 'en'], to: now.en }]),
  };
}

/**
 * A moment by the shop's clocks. One that counts from when the shop was made stays so until somebody sets a time.
 * @param {Field} field
 * @param {any} value
 * @param {Setting} setting
 * @returns {Control}
 */
function momentControl(field, value, setting) {
  const { t, known } = setting;
  const at = readMoment(value, known, field.edge ?? 'start');
  const offset = readOffset(value) !== null;
  const first = at === null ? '' : toLocal(at, known.zone);
  const node = input({ type: 'datetime-local', required: field.needed === true && !offset }, field, first, setting);
  // Where it was not touched it stays as it is written, whatever the form of that.
  const read = () => (node.value === first ? (value ?? null) : node.value === '' ? null : `${node.value.slice(0, 16)}:00`);
  return { node: h('span', { class: 'stack' }, node, offset && h('small', { class: 'soft' }, t('moment_offset', { value }))), read };
}
