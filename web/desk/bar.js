// The bar across the top: whose desk it is, whether they are given conversations, and the page's own settings.

import { h } from '../shared/html.js';
import { icon } from '../shared/icons.js';
import { THEMES, chooseTheme, theme } from '../shared/appearance.js';
import { ask, chosen, option } from './dialogs.js';
import { Drawn } from './drawn.js';
import { ariaKeys } from './keys.js';

/** @typedef {import('./board.js').Board} Board */
/** @typedef {import('./lists.js').Setting} Setting */
/** @typedef {import('../shared/i18n.js').Locale} Locale */
/** @typedef {{ status: () => void, shortcuts: () => void, settings: () => void, account: () => void, signOut: () => void }} BarActions */

/** @type {[Locale, string][]} */
const LANGUAGES = [['zh-Hans', '简体中文'], ['zh-Hant', '繁體中文'], ['en', 'English']];

export class Bar {
  /** @param {BarActions} actions */
  constructor(actions) {
    this.actions = actions;
    this.root = h('header', { class: 'bar' });
    this.drawn = new Drawn(this.root);
  }

  /**
   * @param {Board} board
   * @param {Setting} setting
   */
  update(board, { t, locale }) {
    const { agent, status } = board;
    const load = board.lists.mine.length;
    const capacity = board.colleagues.find(({ id }) => id === agent?.id)?.capacity ?? agent?.capacity;
    this.drawn.update([locale, agent, status, load, capacity, board.live], () => {
      const button = (/** @type {string} */ key, /** @type {string} */ sign, /** @type {string} */ words, /** @type {() => void} */ run, extra = '') =>
        h('button', { class: `round ${extra}`, type: 'button', dataset: { key }, 'aria-label': words, title: words, onclick: run }, icon(sign, 19));
      return [
        h('img', { src: '/shared/mascot.svg', alt: '', width: 32, height: 32 }), h('h1', null, t('title')),
        h('button', {
          class: `status ${board.live ? status : 'offline'}`, type: 'button', dataset: { key: 'status' }, disabled: !board.live, 'aria-pressed': String(status === 'here'),
          title: t(status === 'here' ? 'go_away' : 'come_back'), 'aria-keyshortcuts': ariaKeys('status'), onclick: this.actions.status,
        }, h('span', { class: `presence ${board.live ? status : 'offline'}`, 'aria-hidden': 'true' }), h('span', null, t(`status_${board.live ? status : 'offline'}`)),
        h('span', { class: 'load' }, capacity ? `${load}/${capacity}` : String(load)), h('span', { class: 'hush' }, t('count_word'))),
        h('a', { class: 'round wide-only', href: '/desk/report', dataset: { key: 'figures' }, 'aria-label': t('figures'), title: t('figures') }, icon('chart', 19)),
        button('keys', 'keyboard', t('shortcuts'), this.actions.shortcuts, 'wide-only'),
        button('settings', 'gear', t('settings'), this.actions.settings),
        h('button', { class: 'me', type: 'button', dataset: { key: 'account' }, onclick: this.actions.account, title: t('account') },
          h('span', { class: 'hush' }, t('account')), h('span', { class: 'face', 'aria-hidden': 'true' }, [...(agent?.name ?? '·')][0]), h('span', { class: 'me-name' }, agent?.name ?? '')),
        button('out', 'out', t('sign_out'), this.actions.signOut, 'wide-only'),
      ];
    });
  }
}

/**
 * Theme, sound, language: what one person wants of this page, changed at once.
 * @param {import('./dialogs.js').Words} words
 * @param {{ sound: boolean, setSound: (on: boolean) => void, setLocale: (locale: Locale) => void, signOut: () => void }} about
 */
export function askSettings(words, { sound, setSound, setLocale, signOut }) {
  const { t, locale } = words;
  const body = h('div', { class: 'stack' },
    h('fieldset', { class: 'options three' }, h('legend', null, t('theme')), THEMES.map((one) => option('theme', one, t(`theme_${one}`), { checked: one === theme(), onchange: () => chooseTheme(one) }))),
    h('fieldset', { class: 'options' }, h('legend', null, t('sound')), option('sound', 'on', t('sound_hint'), { type: 'checkbox', checked: sound, onchange: () => setSound(chosen(body, 'sound') !== null) })),
    h('fieldset', { class: 'options three' }, h('legend', null, t('language')), LANGUAGES.map(([one, name]) => option('locale', one, name, { checked: one === locale, onchange: () => setLocale(one) }))),
    h('a', { class: 'button line small phone-only', href: '/desk/report' }, t('figures')),
    h('button', { class: 'button line small phone-only', type: 'button', onclick: signOut }, t('sign_out')));
  return ask(words, { title: t('settings'), body, go: null, value: () => true });
}
