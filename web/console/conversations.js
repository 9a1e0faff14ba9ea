// The last conversations with shoppers: what was asked, what was answered and why, and one action that makes a test of it.

import { fill, h } from '../shared/html.js';
import { showDay } from '../shared/format.js';
import { request } from '../shared/signin.js';
import { Said } from './parts.js';
import { record } from './record.js';

/** @typedef {import('./draft.js').Draft} Draft */
/** @typedef {import('./faq.js').World} World */
/** @typedef {{ conversation: string, at: string, said: string[], asked: number, people: boolean, unknown: number, rating: number | null }} Row */

export class ConversationsPage {
  /** @param {Draft} draft @param {string} shop @param {World} world */
  constructor(draft, shop, world) {
    this.draft = draft;
    this.shop = shop;
    this.world = world;
    this.path = `${draft.path}/conversations`;
    /** @type {Row[]} */
    this.rows = [];
    this.open = '';
    this.only = '';
    this.said = new Said();
    const { t } = world;
    this.list = h('ul', { class: 'talks' });
    this.detail = h('div', { class: 'detail' });
    const kinds = /** @type {HTMLSelectElement} */ (h('select', { 'aria-label': t('talks_which'), onchange: () => { this.only = kinds.value; this.#drawList(); } },
      ['', 'unknown', 'people', 'bad'].map((kind) => h('option', { value: kind }, t(`talks_${kind || 'all'}`)))));
    this.root = h('section', { class: 'page' },
      h('div', { class: 'section-head' }, h('h2', null, t('conversations')), h('div', { class: 'acts' }, kinds, h('button', { class: 'button line small', type: 'button', onclick: () => void this.#load() }, t('reload')))),
      h('p', { class: 'soft' }, t('talks_hint')), this.said.root,
      h('div', { class: 'two' }, h('div', { class: 'left' }, h('div', { class: 'entries' }, this.list)), this.detail));
    this.loaded = this.#load();
  }

  /** @param {string} open */
  async update(open) {
    await this.loaded;
    if (open === this.open && open !== '') return;
    this.open = open;
    this.root.classList.toggle('opened', open !== '');
    this.#drawList();
    await this.#show();
  }

  async #load() {
    const { ok, value } = await request('GET', this.path);
    if (!ok) return this.said.say(this.world.t('failed'), true);
    this.rows = value.conversations;
    this.#drawList();
  }

  #drawList() {
    const { t, locale, go } = this.world;
    const shown = this.rows.filter((row) => this.only === '' || (this.only === 'unknown' && row.unknown > 0) || (this.only === 'people' && row.people) || (this.only === 'bad' && row.rating !== null && row.rating <= 2));
    fill(this.list, shown.length === 0 && h('li', { class: 'soft empty' }, t('talks_none')), shown.map((row) => h('li', null,
      h('button', { class: 'entry', type: 'button', 'aria-current': row.conversation === this.open ? 'true' : null, onclick: () => go(row.conversation) },
        h('b', null, row.said[0] ?? ''), row.said.length > 1 && h('span', { class: 'soft' }, row.said.slice(1).join(' · ')),
        h('span', { class: 'soft' }, [showDay(locale, row.at), t('talks_asked', { n: row.asked }), row.unknown > 0 && t('talks_unknown_n', { n: row.unknown }), row.people && t('talks_people_too'), row.rating !== null && `★ ${row.rating}`].filter(Boolean).join(' · '))))));
  }

  async #show() {
    const { t, go } = this.world;
    const id = this.open;
    if (id === '') return fill(this.detail, h('p', { class: 'card soft empty' }, t('talks_pick')));
    const { ok, value } = await request('GET', `${this.path}/${encodeURIComponent(id)}`);
    if (id !== this.open) return undefined;
    if (!ok) return fill(this.detail, h('p', { class: 'problem', role: 'alert' }, t('no_entry')));
    const name = /** @type {HTMLInputElement} */ (h('input', { maxlength: 100, autocomplete: 'off', value: this.rows.find((row) => row.conversation === id)?.said[0]?.slice(0, 40) ?? '' }));
    return fill(this.detail, h('button', { class: 'back link', type: 'button', onclick: () => go('') }, t('back_to_list')),
      h('div', { class: 'card' }, h('ol', { class: 'try-log whole' }, value.messages.map((/** @type {any} */ message) => h('li', { class: `say ${message.from}` },
        message.parts.map((/** @type {any} */ part) => h('p', { class: 'bubble' }, part.text)), message.source && h('small', { class: 'soft' }, [message.intent, message.source].filter(Boolean).join(' · ')))))),
      h('form', { class: 'card', onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); void this.#record(id, name.value.trim()); } },
        h('h3', null, t('record')), h('p', { class: 'soft' }, t('record_hint')), h('label', { class: 'field' }, t('record_name'), name), h('div', { class: 'acts' }, h('button', { class: 'button small', type: 'submit' }, t('record_do')))));
  }

  /** @param {string} conversation @param {string} name */
  async #record(conversation, name) {
    const { t } = this.world;
    const code = await record(this.draft, { name: name || t('record_unnamed'), conversation });
    this.said.say(t(code === '' ? 'recorded' : code === 'no_test' ? 'record_nothing' : 'failed'), code !== '');
  }
}
