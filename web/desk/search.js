// Finding words said in any conversation of one's shops. The server searches; this asks it while one types, shows what
// it found, and opens the conversation at that line.

import { fill, h } from '../shared/html.js';
import { icon } from '../shared/icons.js';
import { showDay } from '../shared/format.js';
import { nameOf } from './names.js';

/** @typedef {import('./lists.js').Setting} Setting */
/**
 * @typedef {object} Hit
 * @property {string} conversation
 * @property {{ name?: string | null } | null} [shopper]
 * @property {number | null} [seq] the message, or
 * @property {number | null} [note] the internal note
 * @property {string} at
 * @property {string | null} [from]
 * @property {string} text
 * @property {[number, number][]} [marks] what was found in it, in UTF-16 code units
 */
/** @typedef {{ ok: boolean, status: number, hits: Hit[], behind: boolean }} Answer */

const AFTER_MS = 220;

export class Search {
  /** @param {{ open: (hit: Hit) => void, changed: () => void, find: (query: string, signal: AbortSignal) => Promise<Answer> }} actions */
  constructor(actions) {
    this.actions = actions;
    this.input = /** @type {HTMLInputElement} */ (h('input', {
      type: 'search', autocomplete: 'off', maxlength: 100, dataset: { key: 'search' }, oninput: () => this.#typed(), onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
    }));
    this.box = h('div', { class: 'search-box', role: 'search' }, icon('search', 18), this.input);
    this.status = h('p', { class: 'search-status', role: 'status' });
    this.list = h('ul', { class: 'cards hits' });
    this.results = h('div', { class: 'results', hidden: true }, this.status, this.list);
    this.touch = matchMedia('(hover: none)');
    this.timer = 0;
    /** @type {AbortController | null} */
    this.running = null;
    /** @type {Hit[]} */
    this.hits = [];
    this.behind = false;
    /** @type {'' | 'searching' | 'found' | 'nothing' | 'failed' | 'missing'} */
    this.state = '';
    /** @type {Setting | null} */
    this.setting = null;
    this.drawn = '';
  }

  get active() {
    return this.input.value.trim() !== '';
  }

  /** @param {Setting} setting */
  update(setting) {
    const { t } = setting;
    this.setting = setting;
    this.input.setAttribute('aria-label', t('search'));
    this.input.placeholder = t(this.touch.matches ? 'search' : 'search_placeholder');
    this.results.hidden = !this.active;
    const stamp = JSON.stringify([setting.locale, this.state, this.behind, this.hits]);
    if (stamp === this.drawn) return;
    this.drawn = stamp;
    this.status.textContent = this.state === '' ? '' : [t(`search_${this.state}`, { n: this.hits.length }), this.behind && t('search_behind')].filter(Boolean).join(' ');
    this.list.setAttribute('aria-label', t('search_results'));
    fill(this.list, this.hits.map((hit) => this.#drawHit(hit)));
  }

  focus() {
    this.input.focus();
    this.input.select();
  }

  clear() {
    this.input.value = '';
    this.#typed();
  }

  #typed() {
    clearTimeout(this.timer);
    this.running?.abort();
    if (!this.active) {
      this.hits = [];
      this.state = '';
      return this.actions.changed();
    }
    this.state = 'searching';
    this.timer = /** @type {any} */ (setTimeout(() => void this.#find(), AFTER_MS));
    this.actions.changed();
  }

  async #find() {
    const running = new AbortController();
    this.running = running;
    const { ok, status, hits, behind } = await this.actions.find(this.input.value.trim(), running.signal);
    if (running.signal.aborted) return;
    this.behind = behind;
    this.hits = ok ? hits : [];
    this.state = ok ? (hits.length > 0 ? 'found' : 'nothing') : status === 404 ? 'missing' : 'failed';
    this.actions.changed();
  }

  /** @param {Hit} hit */
  #drawHit(hit) {
    const { t, locale } = /** @type {Setting} */ (this.setting);
    const from = hit.from && hit.from !== 'shopper' ? t(`last_${hit.from}`) : '';
    return h('li', null, h('button', { class: 'card-button', type: 'button', onclick: () => this.actions.open(hit) },
      h('span', { class: 'card-main' },
        h('span', { class: 'card-top' }, h('b', null, nameOf(hit.shopper, hit.conversation, t)), h('small', null, showDay(locale, hit.at))),
        h('span', { class: 'hit-text' }, from, marked(hit)))));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      this.clear();
    }
    if (event.key === 'ArrowDown') {
      event.preventDefault();
      /** @type {HTMLElement | null} */ (this.list.querySelector('button'))?.focus();
    }
  }
}

/** What was found stands out. @param {Hit} hit @returns {(Node | string)[]} */
function marked({ text, marks = [] }) {
  let at = 0;
  const pieces = marks.flatMap(([start, end]) => {
    const piece = [text.slice(at, start), h('mark', null, text.slice(start, end))];
    at = end;
    return piece;
  });
  return [...pieces, text.slice(at)];
}
