// The audit log, for owners: who did what, newest first, narrowed by member, action and shop.

import { linkStyle } from '../shared/account.js';
import { showDay } from '../shared/format.js';
import { fill, h } from '../shared/html.js';
import { translator } from '../shared/i18n.js';
import { SIGNIN_TEXTS, request } from '../shared/signin.js';
import { GROUPS, auditWords } from './audit_words.js';
import { TEAM_TEXTS } from './team_texts.js';

/** @typedef {import('./audit_words.js').Entry} Entry */

const PATH = '/api/v1/audit';
const PAGE = 50;

export class AuditLog {
  /** @param {import('../shared/i18n.js').Locale} locale */
  constructor(locale) {
    linkStyle('/shared/account.css');
    linkStyle('/console/team.css');
    this.locale = locale;
    this.t = translator({ ...SIGNIN_TEXTS, ...TEAM_TEXTS }, locale);
    /** @type {Entry[]} */
    this.entries = [];
    /** @type {Map<string, string>} names of shops by id */
    this.shops = new Map();
    this.asked = 0;
    this.filter = h('form', { class: 'audit-filter' });
    this.list = h('ol', { class: 'audit' });
    this.foot = h('div', { class: 'row' });
    const { t } = this;
    this.root = h('section', { 'aria-labelledby': 'audit' }, h('div', { class: 'section-head' }, h('h2', { id: 'audit' }, t('audit'))), this.filter, this.list, this.foot);
    void this.#start();
  }

  async #start() {
    const { t } = this;
    const { ok, status, value } = await request('GET', '/api/v1/staff');
    if (status === 401) return location.reload();
    if (ok) this.shops = new Map(value.shops.map((/** @type {any} */ one) => [one.id, one.name ?? one.id]));
    const options = (/** @type {string} */ every, /** @type {[string, string][]} */ list) => [h('option', { value: '' }, every), ...list.map(([id, name]) => h('option', { value: id }, name))];
    const pick = (/** @type {string} */ name, /** @type {string} */ label, /** @type {HTMLElement[]} */ list) => h('label', { class: 'field' }, label, h('select', { name, onchange: () => void this.#load() }, list));
    this.csv = h('a', { class: 'button line small', href: `${PATH}.csv`, download: 'audit.csv' }, t('csv'));
    fill(this.filter,
      pick('agent', t('who'), options(t('everyone'), ok ? value.members.map((/** @type {any} */ one) => [one.id, one.name]) : [])),
      pick('action', t('what'), options(t('every_action'), GROUPS.map((group) => [`${group}.`, t(`group_${group}`)]))),
      pick('shop', t('shop'), options(t('every_shop'), [...this.shops])),
      this.csv);
    await this.#load();
  }

  /** @param {number} [before] the number to go on below; without one the list begins anew */
  async #load(before) {
    const { t } = this;
    const asked = ++this.asked;
    const query = new URLSearchParams();
    for (const select of this.filter.querySelectorAll('select')) if (select.value !== '') query.set(select.name, select.value);
    this.csv?.setAttribute('href', `${PATH}.csv?${query}`);
    query.set('limit', String(PAGE));
    if (before !== undefined) query.set('before', String(before));
    const { ok, value } = await request('GET', `${PATH}?${query}`);
    // Another choice was made meanwhile.
    if (asked !== this.asked) return;
    if (!ok) return fill(this.list, h('li', { class: 'problem', role: 'alert' }, t('problem_other')));
    this.entries = before === undefined ? value.entries : [...this.entries, ...value.entries];
    fill(this.list, this.entries.length === 0 ? h('li', { class: 'soft' }, t('no_entries')) : this.entries.map((entry) => this.#drawEntry(entry)));
    const last = this.entries[this.entries.length - 1];
    fill(this.foot, value.more && last && h('button', { class: 'button line small', type: 'button', onclick: () => void this.#load(last.id) }, t('more')));
  }

  /** @param {Entry} entry */
  #drawEntry(entry) {
    const { did, facts } = auditWords(entry, this.t);
    const all = entry.shop === null ? facts : [this.shops.get(entry.shop) ?? entry.shop, ...facts];
    return h('li', { class: entry.action === 'session.fail' ? 'warn' : null },
      h('time', { datetime: entry.at }, showDay(this.locale, entry.at)),
      h('p', null, h('b', null, entry.agent.name || this.t('nobody')), ' ', did, all.length > 0 && h('span', { class: 'soft' }, ` · ${all.join(' · ')}`)));
  }
}
