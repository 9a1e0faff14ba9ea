// The questions the desk asks before it does something: modal, worked by keyboard, with a way out.

import { fill, h } from '../shared/html.js';
import { icon } from '../shared/icons.js';
import { drawPart } from '../shared/parts.js';
import { localized } from './completions.js';
import { SHORTCUTS, shownKeys } from './keys.js';

/** @typedef {import('./board.js').Board} Board */
/** @typedef {import('./board.js').Card} Card */
/** @typedef {import('./board.js').Shop} Shop */
/** @typedef {import('../shared/i18n.js').Translate} Translate */
/** @typedef {import('../shared/html.js').Children} Children */
/** @typedef {{ t: Translate, locale: string }} Words */

/**
 * Asks in a dialog. It closes by its buttons and by Escape, and gives the focus back.
 * @template T
 * @param {Words} words
 * @param {{ title: string, body: Children, go?: string | null, danger?: boolean, wide?: boolean, value: () => T | undefined, opened?: (dialog: HTMLDialogElement) => void }} question `value` that is undefined keeps it open
 * @returns {Promise<T | null>} null if it was left
 */
export function ask({ t }, { title, body, go, danger, wide, value, opened }) {
  const before = /** @type {HTMLElement | null} */ (document.activeElement);
  return new Promise((done) => {
    /** @type {T | null} */
    let answer = null;
    const dialog = /** @type {HTMLDialogElement} */ (h('dialog', { class: wide ? 'dialog wide' : 'dialog', 'aria-labelledby': 'dialog-title' },
      h('form', {
        method: 'dialog', onsubmit: (/** @type {Event} */ event) => {
          const given = value();
          if (given === undefined) return event.preventDefault();
          answer = given;
        },
      },
      h('header', null, h('h2', { id: 'dialog-title' }, title), h('button', { class: 'shut', type: 'button', 'aria-label': t('cancel'), onclick: () => dialog.close() }, icon('close', 20))),
      h('div', { class: 'dialog-body' }, body),
      go !== null && h('footer', null, h('button', { class: 'button line small', type: 'button', onclick: () => dialog.close() }, t('cancel')),
        h('button', { class: danger ? 'button small danger' : 'button small', type: 'submit' }, go ?? t('confirm'))))));
    dialog.addEventListener('close', () => {
      dialog.remove();
      // What was pressed may have been drawn again meanwhile.
      if (before && !before.isConnected) /** @type {HTMLElement | null} */ (document.querySelector(`[data-key="${CSS.escape(before.dataset.key ?? '')}"]`))?.focus();
      done(answer);
    });
    document.body.append(dialog);
    dialog.showModal();
    opened?.(dialog);
  });
}

/**
 * @param {string} name
 * @param {string} value
 * @param {Children} words
 * @param {{ checked?: boolean, disabled?: boolean, type?: string, onchange?: () => void }} [about]
 */
export function option(name, value, words, { checked = false, disabled = false, type = 'radio', onchange } = {}) {
  return h('label', { class: disabled ? 'option off' : 'option' }, h('input', { type, name, value, checked, disabled, onchange }), h('span', null, words));
}

/** @param {HTMLElement} place @param {string} name */
export const chosen = (place, name) => /** @type {HTMLInputElement | null} */ (place.querySelector(`[name="${name}"]:checked`))?.value ?? null;

/** @param {string} label @param {string} [name] */
function noteField(label, name = 'note') {
  return h('label', { class: 'field' }, label, h('textarea', { name, rows: 2, maxlength: 1000 }));
}

/** @param {HTMLElement} place */
const noteIn = (place) => /** @type {HTMLTextAreaElement} */ (place.querySelector('textarea')).value.trim();

/**
 * How a conversation ended, where the shop wants to know.
 * @param {Words} words
 * @param {Shop} shop
 * @returns {Promise<{ wrap_up?: string, note?: string } | null>}
 */
export function askWrapUp(words, shop) {
  const { t } = words;
  const reasons = shop.wrap_ups ?? [];
  const body = h('div', { class: 'stack' },
    h('p', { class: 'soft' }, t('close_hint')),
    reasons.length > 0 && h('fieldset', { class: 'options two' }, h('legend', null, t('wrap_up')), reasons.map(({ id, name }, place) => option('wrap_up', id, name, { checked: place === 0 }))),
    noteField(t('note_optional')));
  return ask(words, { title: t('close_title'), body, go: t('close'), value: () => ({ ...pick('wrap_up', chosen(body, 'wrap_up')), ...pick('note', noteIn(body)) }) });
}

/** @param {string} name @param {string | null} value @returns {Record<string, string>} */
const pick = (name, value) => (value ? { [name]: value } : {});

/**
 * To whom a conversation goes.
 * @param {Words} words
 * @param {Board} board
 * @param {Card} card
 * @returns {Promise<{ agent?: string, group?: string, note?: string } | null>}
 */
export function askTransfer(words, board, card) {
  const { t } = words;
  const order = { here: 0, away: 1, offline: 2 };
  const people = board.colleagues
    .filter(({ id, shops }) => id !== board.agent?.id && id !== card.agent?.id && (shops?.includes(card.shop) ?? true))
    .sort((a, b) => order[a.status] - order[b.status] || a.load / (a.capacity || 1) - b.load / (b.capacity || 1));
  const groups = board.shop(card.shop).groups ?? [];
  const problem = h('p', { class: 'problem', role: 'alert', hidden: true }, t('choose_one'));
  const body = h('div', { class: 'stack' },
    groups.length > 0 && h('fieldset', { class: 'options two' }, h('legend', null, t('to_group')), groups.map(({ id, name }) => option('to', `group:${id}`, name))),
    h('fieldset', { class: 'options' }, h('legend', null, t('to_colleague')),
      people.length === 0 ? h('p', { class: 'soft' }, t('no_colleagues')) : people.map((one) => option('to', `agent:${one.id}`, [
        h('span', { class: `presence ${one.status}`, 'aria-hidden': 'true' }), h('b', null, one.name), h('small', null, t(`status_${one.status}`)),
        h('small', { class: 'load' }, t('load', { load: one.load, capacity: one.capacity })),
      ], { disabled: one.status === 'offline' }))),
    noteField(t('transfer_note')), problem);
  return ask(words, {
    title: t('transfer_title'), body, go: t('transfer'),
    value: () => {
      const [kind, ...id] = (chosen(body, 'to') ?? '').split(':');
      problem.hidden = kind !== '';
      return kind === '' ? undefined : { [kind]: id.join(':'), ...pick('note', noteIn(body)) };
    },
  });
}

/**
 * Whether the bot goes on with an order, and which.
 * @param {Words} words
 * @param {{ id: string, words: string }[]} orders
 * @param {string | null} order the one it was about
 * @returns {Promise<{ order?: string, note?: string } | null>}
 */
export function askRelease(words, orders, order) {
  const { t } = words;
  const known = order && !orders.some(({ id }) => id === order) ? [{ id: order, words: t('order', { id: order }) }, ...orders] : orders;
  const body = h('div', { class: 'stack' }, h('p', { class: 'soft' }, t('release_hint')),
    known.length > 0 && h('fieldset', { class: 'options' }, h('legend', null, t('release_order')),
      known.map((one) => option('order', one.id, one.words, { checked: one.id === order })), option('order', '', t('release_no_order'), { checked: !order })),
    noteField(t('note_optional')));
  return ask(words, { title: t('release_title'), body, go: t('release'), value: () => ({ ...pick('order', chosen(body, 'order')), ...pick('note', noteIn(body)) }) });
}

/** @param {Words} words @param {string} name whose conversation it is @returns {Promise<boolean>} */
export async function askTakeOver(words, name) {
  const { t } = words;
  return (await ask(words, { title: t('take_over'), body: h('p', null, t('take_over_hint', { name })), go: t('take_over'), value: () => true })) === true;
}

/**
 * @param {Words} words
 * @param {Shop} shop
 * @param {string[]} tags those it has
 * @returns {Promise<string[] | null>}
 */
export function askTags(words, shop, tags) {
  const { t } = words;
  const all = [...new Set([...(shop.tags ?? []), ...tags])];
  const body = h('fieldset', { class: 'options two' }, h('legend', { class: 'hush' }, t('tags')),
    all.length === 0 ? h('p', { class: 'soft' }, t('no_tags')) : all.map((tag) => option('tag', tag, tag, { type: 'checkbox', checked: tags.includes(tag) })));
  return ask(words, { title: t('tags'), body, go: t('save'), value: () => [.../** @type {NodeListOf<HTMLInputElement>} */ (body.querySelectorAll('[name=tag]:checked'))].map(({ value }) => value) });
}

/**
 * @param {Words} words
 * @param {Shop} shop
 * @returns {Promise<{ id: string, alt: string } | null>}
 */
export function askSticker(words, shop) {
  const { t, locale } = words;
  /** @type {{ id: string, alt: string } | undefined} */
  let picked;
  const context = { t, locale, pictures: location.origin, links: location.origin, active: false, say: null };
  const body = h('ul', { class: 'sticker-grid' }, (shop.stickers ?? []).map((sticker) => {
    const alt = localized(sticker.alt, locale) || sticker.id;
    return h('li', null, h('button', { type: 'submit', 'aria-label': alt, title: alt, onclick: () => { picked = { id: sticker.id, alt }; } },
      drawPart({ ...sticker, kind: 'sticker', alt, text: alt }, context)));
  }));
  return ask(words, { title: t('stickers'), body, go: null, value: () => picked });
}

/** @param {Words} words @param {{ singles: boolean, setSingles: (on: boolean) => void }} about */
export function showShortcuts(words, { singles, setSingles }) {
  const { t } = words;
  const list = h('dl', { class: 'shortcuts' });
  const draw = () => fill(list, SHORTCUTS.filter((one) => singles || one.alt || one.ctrl || one.shown).map((one) => h('div', null,
    h('dt', null, t(`key_${one.id}`)), h('dd', null, shownKeys(one, singles).map((key) => h('kbd', null, key))))));
  draw();
  const toggle = h('label', { class: 'option' }, h('input', {
    type: 'checkbox', checked: singles, onchange: (/** @type {Event} */ event) => {
      singles = /** @type {HTMLInputElement} */ (event.target).checked;
      setSingles(singles);
      draw();
    },
  }), h('span', null, t('single_keys')));
  return ask(words, { title: t('shortcuts'), body: h('div', { class: 'stack' }, list, toggle, h('p', { class: 'soft' }, t('shortcuts_hint'))), go: null, wide: true, value: () => true });
}
