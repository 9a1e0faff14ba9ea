// Finding words said in any conversation of one's shops. The server searches; this asks it while one types, shows what
// it found, and opens the conversation at that line.

import { fill, h } from '../shared/html.js';
import { icon } from '../shared/icons.js';
import { showDay } from '../shared/format.js';

/** @typedef {import('./lists.js').Setting} Setting */
/** @typedef {{ conversation: string, shop?: string, shopper?: { name?: string | null } | string | null, seq?: number, at: string, from?: string, text?: string, snippet?: string, mode?: string }} Hit */

const AFTER_MS = 220;

export class Search {
  /** @param {{ open: (conversation: string, seq: number | null) => void, changed: () => void, find: (query: string, signal: AbortSignal) => Promise<{ ok: boolean, status: number, hits: Hit[] }> }} actions */
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
    const stamp = JSON.stringify([setting.locale, this.state, this.hits]);
    if (stamp === this.drawn) return;
    this.drawn = stamp;
    this.status.textContent = this.state === '' ? '' : t(`search_${this.state}`, { n: this.hits.length });
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
    const { ok, status, hits } = await this.actions.find(this.input.value.trim(), running.signal);
    if (running.signal.aborted) return;
    this.hits = ok ? hits : [];
    this.state = ok ? (hits.length > 0 ? 'found' : 'nothing') : status === 404 ? 'missing' : 'failed';
    this.actions.changed();
  }

  /** @param {Hit} hit */
  #drawHit(hit) {
    const { t, locale } = /** @type {Setting} */ (this.setting);
    const shopper = typeof hit.shopper === 'string' ? hit.shopper : (hit.shopper?.name ?? '');
    const from = hit.from && hit.from !== 'shopper' ? t(`last_${hit.from}`) : '';
    return h('li', null, h('button', { class: 'card-button', type: 'button', onclick: () => this.actions.open(hit.conversation, hit.seq ?? null) },
      h('span', { class: 'card-main' },
        h('span', { class: 'card-top' }, h('b', null, shopper || t('guest')), h('small', null, showDay(locale, hit.at))),
        h('span', { class: 'hit-text' }, from, this.#marked(hit.snippet ?? hit.text ?? '')))));
  }

  /** The words that were looked for stand out. @param {string} text */
  #marked(text) {
    const words = this.input.value.trim().split(/\s+/).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return text.split(new RegExp(`(${words.join('|')})`, 'iu')).map((piece, place) => (place % 2 === 1 ? h('mark', null, piece) : piece));
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
