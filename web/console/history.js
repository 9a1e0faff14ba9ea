// What was live: who published it and why, what it changed, and the way back.

import { fill, h } from '../shared/html.js';
import { showDay } from '../shared/format.js';
import { request } from '../shared/signin.js';
import { Said, drawDifference, sureButton } from './parts.js';

/** @typedef {import('./draft.js').Draft} Draft */
/** @typedef {import('./faq.js').World} World */
/** @typedef {{ number: number, at: string, version: string, live: boolean, by: string | null, note: string | null }} Version */

export class HistoryPage {
  /** @param {Draft} draft @param {string} _shop @param {World} world */
  constructor(draft, _shop, world) {
    this.draft = draft;
    this.world = world;
    this.path = `${draft.path}/versions`;
    this.said = new Said();
    /** @type {Version[]} */
    this.versions = [];
    this.list = h('ol', { class: 'versions' });
    this.more = h('button', { class: 'button line small', type: 'button', hidden: true, onclick: () => void this.#load(this.versions.at(-1)?.number) }, world.t('earlier'));
    const { t } = world;
    this.root = h('section', { class: 'page' }, h('h2', null, t('history')), h('p', { class: 'soft' }, t('history_hint')), this.said.root, this.list, this.more);
  }

  async update() {
    if (this.shown !== this.draft.version) await this.#load();
  }

  /** @param {number} [before] */
  async #load(before) {
    const { ok, value } = await request('GET', before ? `${this.path}?before=${before}` : this.path);
    if (!ok) return this.said.say(this.world.t('failed'), true);
    this.shown = this.draft.version;
    this.versions = before ? [...this.versions, ...value.versions] : value.versions;
    this.more.hidden = value.versions.length === 0 || this.versions.at(-1)?.number === 1;
    fill(this.list, this.versions.map((version) => this.#draw(version)));
  }

  /** @param {Version} version */
  #draw(version) {
    const { t, locale } = this.world;
    const change = h('div', { class: 'change' });
    const see = h('button', { class: 'button line small', type: 'button', 'aria-expanded': 'false', onclick: async () => {
      const open = see.getAttribute('aria-expanded') === 'true';
      see.setAttribute('aria-expanded', String(!open));
      if (open) return fill(change);
      const { ok, value } = await request('GET', `${this.path}/${version.number}`);
      if (!ok) return this.said.say(t('failed'), true);
      if (version.number === 1) return fill(change, h('p', { class: 'soft' }, t('first_version')));
      return fill(change, value.files.length === 0 ? h('p', { class: 'soft' }, t('nothing_changed')) : value.files.map((/** @type {any} */ file) => drawDifference(file, t)));
    } }, t('see_change'));
    return h('li', { class: 'card' },
      h('div', { class: 'version-head' }, h('h3', null, t('number', { n: version.number }), version.live && h('span', { class: 'state good' }, t('live_now'))),
        h('p', { class: 'soft' }, `${showDay(locale, version.at)} · ${version.by ? t('by', { name: version.by }) : t('by_disk')}`)),
      version.note && h('p', null, version.note),
      h('div', { class: 'acts' }, see, !version.live && sureButton(t('go_back'), t('go_back_sure', { n: version.number }), () => void this.#back(version))), change);
  }

  /** @param {Version} version */
  async #back({ number }) {
    const { t } = this.world;
    const { ok, code, value } = await request('POST', `${this.path}/${number}/restore`, {});
    if (!ok) return this.said.say(t(['has_errors', 'conflict'].includes(code) ? code : 'failed'), true);
    // Said once it is true.
    await this.world.live?.(value.version);
    this.said.say(t('gone_back'));
  }
}
