// The merchant's console: how each shop stands, what it knows, and a box to try how a sentence is understood; for owners,
// the team and what was done. The part of the address behind the `#` names the section: `#faq/demo/store.hours`.

import { linkStyle, openAccount } from '../shared/account.js';
import { fill, h } from '../shared/html.js';
import { icon } from '../shared/icons.js';
import { nearestLocale, translator } from '../shared/i18n.js';
import { request, signIn, signOut } from '../shared/signin.js';
import { Storage } from '../shared/storage.js';
import { AuditLog } from './audit.js';
import { PrivacyPage } from './privacy.js';
import { drawSections } from './sections.js';
import { standing } from './standing.js';
import { Team } from './team.js';
import { TEXTS } from './texts.js';
import { drawUnderstanding } from './understanding.js';
import { PAGE_NAMES, Workshop } from './workshop.js';

/** @typedef {import('./standing.js').Shop} Shop */

/** Sections by their name in the address: those of a shop's workshop stand between. */
const SECTIONS = ['shops', ...PAGE_NAMES, 'team', 'audit', 'privacy'];
const OF_OWNERS = ['team', 'audit', 'privacy'];

class Console {
  /** @param {HTMLElement} place */
  constructor(place) {
    this.place = place;
    this.storage = new Storage('console');
    this.locale = nearestLocale(this.storage.get('locale') ?? navigator.language);
    /** @type {Shop[]} */
    this.shops = [];
    this.problem = '';
    /** @type {any} */
    this.understood = null;
    this.text = '';
    this.shop = '';
    this.role = '';
    /** @type {{ name: string, locale: string, rest: string, root: HTMLElement } | null} the section that is open, unless it is the shops */
    this.section = null;
    /** @type {Workshop | null} kept as long as its shop is worked on */
    this.workshop = null;
  }

  get t() {
    return translator(TEXTS, this.locale);
  }

  async start() {
    document.documentElement.lang = this.locale;
    document.title = this.t('title');
    const agent = await signIn(this.place, { t: this.t, title: this.t('title') });
    this.role = agent.role;
    linkStyle('/console/team.css');
    linkStyle('/shared/figures.css');
    linkStyle('/console/workshop.css');
    linkStyle('/console/editors.css');
    addEventListener('hashchange', () => this.draw());
    await this.#load();
  }

  /** The section that the address names, if this person may see it, with its shop and what is open in it. */
  get #open() {
    const [name, shop, ...rest] = location.hash.slice(1).split('/').map(readPart);
    const known = SECTIONS.includes(name) && (this.role === 'owner' || !OF_OWNERS.includes(name));
    return { name: known ? name : 'shops', shop: this.shops.some(({ id }) => id === shop) ? shop : this.shop, rest: rest.join('/') };
  }

  /** The open section's element; it stays as long as it is open, whatever else is drawn anew. */
  #drawSection() {
    const { locale } = this;
    const { name, shop, rest } = this.#open;
    if (PAGE_NAMES.includes(name) && shop) {
      this.section = null;
      if (this.workshop?.shop !== shop || this.workshop.locale !== locale) this.workshop = new Workshop(shop, locale);
      void this.workshop.show(name, rest);
      return this.workshop.root;
    }
    if (!OF_OWNERS.includes(name)) this.section = null;
    else if (this.section?.name !== name || this.section.locale !== locale || this.section.rest !== rest) {
      const root = name === 'team' ? new Team(locale).root : name === 'audit' ? new AuditLog(locale).root : new PrivacyPage(locale, this.shops, shop, rest).root;
      this.section = { name, locale, rest, root };
    }
    return this.section?.root ?? null;
  }

  #drawTabs() {
    const { t } = this;
    const { name: open, shop } = this.#open;
    const seen = (/** @type {string} */ name) => (this.role === 'owner' || !OF_OWNERS.includes(name)) && (this.shops.length > 0 || !PAGE_NAMES.includes(name));
    const pick = /** @type {HTMLSelectElement} */ (h('select', { 'aria-label': t('shop'), onchange: () => { location.hash = `${PAGE_NAMES.includes(open) ? open : 'faq'}/${encodeURIComponent(pick.value)}`; } },
      this.shops.map(({ id, name }) => h('option', { value: id, selected: id === shop }, name || id))));
    const go = (/** @type {string} */ name) => { location.hash = PAGE_NAMES.includes(name) ? `${name}/${encodeURIComponent(shop)}` : name; };
    return drawSections({ open, seen, go, t, pick: this.shops.length > 1 ? pick : null });
  }

  async #load() {
    const { ok, status, value } = await request('GET', '/api/v1/console/shops');
    if (status === 401) return location.reload();
    this.shops = ok ? value.shops : [];
    this.problem = ok ? '' : status === 403 ? 'forbidden' : 'failed';
    this.shop ||= this.shops[0]?.id ?? '';
    this.draw();
  }

  draw() {
    const { t, locale } = this;
    document.documentElement.lang = locale;
    document.title = t('title');
    const section = this.#drawSection();
    const main = this.place.querySelector(':scope > main');
    if (section && main?.firstElementChild === section && main.getAttribute('lang') === locale) return this.#redrawTabs();
    return fill(this.place,
      h('header', { class: 'bar' }, h('img', { src: '/shared/mascot.svg', alt: '', width: 34, height: 34 }), h('h1', null, t('title')),
        h('a', { class: 'pill', href: '/desk/report', 'aria-label': t('figures'), title: t('figures') }, icon('chart', 18)),
        h('button', { class: 'pill', type: 'button', 'aria-label': t('language_label'), onclick: () => this.#switchLanguage() }, t('language')),
        h('button', { class: 'pill', type: 'button', 'aria-label': t('account'), title: t('account'), onclick: () => openAccount({ locale }) }, icon('person', 18)),
        h('button', { class: 'pill', type: 'button', 'aria-label': t('sign_out'), title: t('sign_out'), onclick: () => void signOut() }, icon('out', 18))),
      this.#drawTabs(),
      h('main', { lang: locale }, section ?? this.#drawShops()));
  }

  /** What is open stays in its place, with how far it was scrolled; the section that was chosen keeps the keyboard. */
  #redrawTabs() {
    const before = this.place.querySelector('nav.tabs');
    const held = before?.contains(document.activeElement) === true;
    before?.replaceWith(this.#drawTabs());
    const seen = (/** @type {string} */ which) => /** @type {HTMLElement[]} */ ([...this.place.querySelectorAll(`nav.tabs ${which}`)]).find((one) => one.offsetParent !== null);
    if (held) (seen('[aria-current]') ?? seen('[aria-expanded=true]'))?.focus();
  }

  #drawShops() {
    const { t } = this;
    return [this.problem !== '' && h('p', { class: 'problem', role: 'alert' }, t(this.problem)),
      h('section', null, h('div', { class: 'section-head' }, h('h2', null, t('shops')), h('button', { class: 'button line small', type: 'button', onclick: () => void this.#load() }, t('reload'))),
        h('div', { class: 'shops' }, this.shops.map((shop) => this.#drawShop(shop)))),
      this.shops.length > 0 && this.#drawBox()];
  }

  /** @param {Shop} shop */
  #drawShop(shop) {
    const { t } = this;
    const errors = shop.problems.filter(({ severity }) => severity === 'error').length;
    const { state, tone, words } = standing(shop);
    /** @type {[string, number][]} */
    const figures = [[t('intents'), shop.intents], [t('faq'), shop.faq], [t('products'), shop.products], [t('promotions'), shop.promotions]];
    return h('article', { class: 'shop' },
      h('div', { class: 'shop-head' }, h('h3', null, shop.name || shop.id), h('span', { class: `state ${tone}` }, t(state))),
      h('p', { class: 'soft' }, shop.version === null ? shop.id : `${shop.id} · ${t('version', { n: shop.version.slice(0, 8) })}`),
      words !== null && h('p', { class: tone === 'bad' ? 'problem' : 'soft' }, t(words)),
      h('dl', { class: 'figures' }, figures.map(([name, value]) => h('div', null, h('dt', null, name), h('dd', null, value.toLocaleString(this.locale))))),
      h('details', { open: errors > 0 },
        h('summary', null, `${t('problems')} · `, shop.problems.length === 0 ? t('no_problems') : `${errors} ${t('error')}, ${shop.problems.length - errors} ${t('warning')}`),
        h('ul', { class: 'problems' }, shop.problems.map((one) => h('li', { class: one.severity },
          h('p', null, h('b', null, t(one.severity)), ' ', this.locale === 'en' ? one.message : (one.message_zh ?? one.message)), h('code', null, `${one.path}:${one.line}:${one.column} ${one.code}`))))));
  }

  #drawBox() {
    const { t } = this;
    const result = h('div', { class: 'result', 'aria-live': 'polite' });
    const text = /** @type {HTMLInputElement} */ (h('input', { name: 'text', maxlength: 2000, placeholder: t('example'), value: this.text, autocomplete: 'off' }));
    const shop = /** @type {HTMLSelectElement} */ (h('select', { name: 'shop' }, this.shops.map(({ id, name }) => h('option', { value: id, selected: id === this.shop }, name || id))));
    const show = () => fill(result, this.understood === 'failed' ? h('p', { class: 'problem' }, t('failed')) : this.understood && drawUnderstanding(this.understood, t));
    show();
    return h('section', { class: 'try' }, h('h2', null, t('understand')), h('p', { class: 'soft' }, t('understand_hint')),
      h('form', {
        onsubmit: async (/** @type {Event} */ event) => {
          event.preventDefault();
          this.text = text.value;
          this.shop = shop.value;
          if (this.text.trim() === '') return;
          const { ok, value } = await request('POST', '/api/v1/console/understand', { shop: this.shop, text: this.text });
          this.understood = ok ? value : 'failed';
          show();
        },
      },
      h('label', { class: 'field wide' }, t('sentence'), text), h('label', { class: 'field' }, t('shop'), shop),
      h('button', { class: 'button', type: 'submit' }, t('run'))), result);
  }

  #switchLanguage() {
    this.locale = this.locale === 'en' ? 'zh-Hans' : 'en';
    this.storage.set('locale', this.locale);
    this.draw();
  }
}

/** @param {string} text */
function readPart(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

void new Console(/** @type {HTMLElement} */ (document.querySelector('#console'))).start();
