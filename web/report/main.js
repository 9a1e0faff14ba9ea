// The page of figures: how things stand now, and what a day, a week or a month was like. Owners see their shops whole,
// everybody else what they did themselves.

import { fill, h } from '../shared/html.js';
import { icon } from '../shared/icons.js';
import { nearestLocale, translator } from '../shared/i18n.js';
import { request, signIn, signOut } from '../shared/signin.js';
import { Storage } from '../shared/storage.js';
import { nameIn } from './figures.js';
import { HistoryView } from './history.js';
import { LiveView } from './live.js';
import { TEXTS } from './texts.js';

/** @typedef {import('./period.js').Span} Span */
/** @typedef {import('../shared/i18n.js').Locale} Locale */

/** @type {[Locale, string][]} */
const LANGUAGES = [['zh-Hans', '简体中文'], ['zh-Hant', '繁體中文'], ['en', 'English']];

class ReportPage {
  /** @param {HTMLElement} place */
  constructor(place) {
    this.place = place;
    this.storage = new Storage('report');
    this.locale = nearestLocale(this.storage.get('locale') ?? new Storage('desk').get('locale') ?? navigator.language);
    this.shop = String(this.storage.get('shop') ?? '');
    /** @type {{ id: string, name: import('./figures.js').Name }[]} */
    this.shops = [];
    this.mine = false;
    this.today = '';
    /** @type {Span} */
    this.span = 'week';
    this.day = '';
    this.live = h('div', null);
    this.history = h('div', null);
    /** @type {LiveView | null} */
    this.liveView = null;
    /** @type {HistoryView | null} */
    this.historyView = null;
  }

  get t() {
    return translator(TEXTS, this.locale);
  }

  async start() {
    this.#name();
    const agent = await signIn(this.place, { t: this.t, title: this.t('title') });
    this.mine = agent.role !== 'owner';
    await this.#begin();
  }

  /** The first report says which shops there are, and what day it is there. */
  async #begin() {
    const mine = this.mine ? '&of=me' : '';
    let { ok, status, value } = await request('GET', `/api/v1/desk/report?shop=${encodeURIComponent(this.shop)}${mine}`);
    if (!ok && this.shop !== '' && (status === 403 || status === 404)) {
      // The shop that was looked at last may be gone, or somebody else's.
      this.shop = '';
      ({ ok, status, value } = await request('GET', `/api/v1/desk/report?shop=${mine}`));
    }
    if (status === 401) return location.reload();
    if (!ok) {
      return fill(this.place, this.#bar(), h('main', { id: 'content', class: 'insight' }, h('div', { class: 'card' }, h('p', { class: 'problem', role: 'alert' }, this.t(status === 403 ? 'forbidden' : 'failed')), h('button', { type: 'button', class: 'button line small', onclick: () => void this.#begin() }, this.t('retry')))));
    }
    this.shops = value.shops;
    this.shop = value.shop;
    this.today = value.to;
    this.day ||= this.today;
    this.draw();
  }

  #name() {
    document.documentElement.lang = this.locale;
    document.title = `${this.t(this.mine ? 'title_mine' : 'title')} · ${this.locale === 'en' ? 'Xiaoer' : '店小二'}`;
  }

  draw() {
    this.#name();
    fill(this.place, h('a', { class: 'skip', href: '#content' }, this.t('skip')), this.#bar(), h('main', { id: 'content', class: 'insight', tabindex: -1 }, this.live, this.history));
    this.#drawLive();
    this.#drawHistory();
  }

  #bar() {
    const { t } = this;
    const language = /** @type {HTMLSelectElement} */ (h('select', {
      'aria-label': t('language_label'), onchange: () => {
        this.locale = nearestLocale(language.value);
        this.storage.set('locale', this.locale);
        this.draw();
      },
    }, LANGUAGES.map(([tag, name]) => h('option', { value: tag, selected: tag === this.locale, lang: tag }, name))));
    const shop = /** @type {HTMLSelectElement} */ (h('select', {
      'aria-label': t('shop'), onchange: () => {
        this.shop = shop.value;
        this.storage.set('shop', this.shop);
        void this.#begin();
      },
    }, this.shops.map(({ id, name }) => h('option', { value: id, selected: id === this.shop }, nameIn(name, this.locale, id)))));
    return h('header', { class: 'bar' }, h('img', { src: '/shared/mascot.svg', alt: '', width: 34, height: 34 }), h('h1', null, t(this.mine ? 'title_mine' : 'title')),
      h('nav', null, h('a', { href: '/desk' }, t('to_desk')), !this.mine && h('a', { href: '/console' }, t('to_console'))),
      this.shops.length > 1 && shop, language,
      h('button', { class: 'round', type: 'button', 'aria-label': t('sign_out'), title: t('sign_out'), onclick: () => void signOut() }, icon('out', 18)));
  }

  #drawLive() {
    this.liveView?.stop();
    if (this.mine) return;
    this.liveView = new LiveView({ t: this.t, locale: this.locale, shop: this.shop, signedOut: () => location.reload() });
    fill(this.live, this.liveView.place);
  }

  #drawHistory() {
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset ?? {};
    const before = this.historyView;
    before?.stop();
    const { t, locale, shop, mine, today, span, day } = this;
    this.historyView = new HistoryView({
      t, locale, shop, mine, today, span, day, signedOut: () => location.reload(),
      moved: (to, at) => {
        [this.span, this.day] = [to, at];
        this.#drawHistory();
      },
    });
    // What was seen stays until the new figures are there: the page does not jump.
    if (before && this.history.contains(before.place)) this.historyView.body.append(...before.body.childNodes);
    fill(this.history, this.historyView.place);
    for (const [name, value] of Object.entries(focused)) {
      if (name !== 'span' && name !== 'key') continue;
      const again = this.history.querySelector(`[data-${name}="${value}"]:not(:disabled)`);
      /** @type {HTMLElement | null} */ (again ?? this.history.querySelector('[data-key=earlier]'))?.focus();
    }
  }
}

void new ReportPage(/** @type {HTMLElement} */ (document.querySelector('#report'))).start();
