// What is kept of a shopper, for owners: how much there is, all of it as a file, and its erasure, once their id has been
// typed again.

import { linkStyle } from '../shared/account.js';
import { fill, h } from '../shared/html.js';
import { translator } from '../shared/i18n.js';
import { SIGNIN_TEXTS, request } from '../shared/signin.js';
import { PRIVACY_TEXTS } from './privacy_texts.js';
import { TEAM_TEXTS } from './team_texts.js';

/** @typedef {'shopper' | 'conversation'} Kind */
/** @typedef {{ conversations: number, orders: number, tickets: number, open_tickets: number, coupons: number, person: boolean, shopper: string | null, held_up: string | null }} Kept */

const PATH = '/api/v1/privacy';
const PROBLEMS = new Set(['not_found', 'held', 'pending', 'forbidden', 'who']);

export class PrivacyPage {
  /**
   * @param {import('../shared/i18n.js').Locale} locale
   * @param {{ id: string, name: string | null }[]} shops
   * @param {string} shop the one that is chosen
   * @param {string} conversation one that was come from; empty for none
   */
  constructor(locale, shops, shop, conversation) {
    linkStyle('/shared/account.css');
    linkStyle('/console/team.css');
    this.t = translator({ ...SIGNIN_TEXTS, ...TEAM_TEXTS, ...PRIVACY_TEXTS }, locale);
    this.locale = locale;
    const { t } = this;
    this.shop = /** @type {HTMLSelectElement} */ (h('select', { name: 'shop' }, shops.map(({ id, name }) => h('option', { value: id, selected: id === shop }, name || id))));
    this.kind = /** @type {HTMLSelectElement} */ (h('select', { name: 'kind' }, ['shopper', 'conversation'].map((kind) => h('option', { value: kind, selected: (kind === 'conversation') === (conversation !== '') }, t(`of_${kind}`)))));
    this.id = /** @type {HTMLInputElement} */ (h('input', { name: 'id', maxlength: 200, autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', required: true, value: conversation }));
    this.found = h('div', { class: 'kept', 'aria-live': 'polite' });
    this.root = h('section', { 'aria-labelledby': 'privacy' }, h('div', { class: 'section-head' }, h('h2', { id: 'privacy' }, t('privacy'))),
      h('p', { class: 'soft' }, t('privacy_hint')),
      h('form', { class: 'privacy-form', onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); void this.#look(); } },
        shops.length > 1 && h('label', { class: 'field' }, t('shop'), this.shop),
        h('label', { class: 'field' }, t('whose'), this.kind), h('label', { class: 'field' }, t('whose_id'), this.id),
        h('button', { class: 'button', type: 'submit' }, t('look_up'))), this.found);
    for (const one of [this.shop, this.kind, this.id]) one.addEventListener('input', () => fill(this.found));
    if (conversation !== '') void this.#look();
  }

  /** Whom the form names. */
  get #who() {
    return { shop: this.shop.value, [this.kind.value]: this.id.value.trim() };
  }

  /** @param {string} code */
  #problem(code) {
    return h('p', { class: 'problem', role: 'alert' }, this.t(PROBLEMS.has(code) ? `privacy_${code}` : 'problem_other'));
  }

  async #look() {
    const who = this.#who;
    const { ok, status, code, value } = await request('GET', `${PATH}/kept?${new URLSearchParams(who)}`);
    if (status === 401) return location.reload();
    if (JSON.stringify(who) !== JSON.stringify(this.#who)) return undefined;
    return ok ? this.#draw(value) : fill(this.found, this.#problem(code));
  }

  /** @param {Kept} kept */
  #draw(kept) {
    const { t } = this;
    const id = this.id.value.trim();
    /** @type {[string, number][]} */
    const counts = [[t('kept_conversations'), kept.conversations], [t('kept_orders'), kept.orders], [t('kept_tickets'), kept.tickets], [t('kept_coupons'), kept.coupons]];
    const whole = kept.shopper;
    const said = h('div', null);
    const typed = /** @type {HTMLInputElement} */ (h('input', { name: 'again', maxlength: 200, autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', oninput: () => { go.disabled = typed.value.trim() !== id; } }));
    const go = /** @type {HTMLButtonElement} */ (h('button', { class: 'button sure', type: 'submit', disabled: true }, t('erase_go')));
    const erase = async (/** @type {Event} */ event) => {
      event.preventDefault();
      if (typed.value.trim() !== id) return undefined;
      go.disabled = true;
      const { ok, code, value } = await request('POST', `${PATH}/erase`, this.#who);
      if (!ok) {
        go.disabled = false;
        return fill(said, this.#problem(code));
      }
      return fill(this.found, h('p', { class: 'said', role: 'status' }, t('erased', { n: value.conversations, rows: value.rows })), h('p', { class: 'soft' }, t('erased_backups')));
    };
    return fill(this.found,
      h('article', { class: 'card' }, h('h3', null, t('kept_of', { id })),
        h('dl', { class: 'figures' }, counts.map(([name, count]) => h('div', null, h('dt', null, name), h('dd', null, count.toLocaleString(this.locale))))),
        this.kind.value === 'conversation' && whole !== null && h('p', { class: 'soft' }, t('kept_whole'), ' ', h('button', { class: 'link', type: 'button', onclick: () => this.#turn(whole) }, whole)),
        h('p', { class: 'soft' }, t('export_hint')),
        h('div', { class: 'row' }, h('a', { class: 'button line', href: `${PATH}/export?${new URLSearchParams(this.#who)}`, download: 'personal-data.json' }, t('export_go')))),
      h('form', { class: 'card', onsubmit: erase }, h('h3', null, t('erase')), h('p', { class: 'soft' }, t(this.kind.value === 'shopper' ? 'erase_hint' : 'erase_hint_one')),
        kept.open_tickets > 0 && h('p', { class: 'problem' }, t('kept_open', { n: kept.open_tickets })),
        kept.held_up !== null ? this.#problem(kept.held_up) : [h('label', { class: 'field' }, t('erase_type', { id }), typed), said, h('div', { class: 'row' }, go)]));
  }

  /** From one conversation to whoever had it. @param {string} shopper */
  #turn(shopper) {
    this.kind.value = 'shopper';
    this.id.value = shopper;
    void this.#look();
  }
}
