// Draws the three lists of conversations.

import { KeyedList, fill, h } from '../shared/html.js';
import { showDay } from '../shared/format.js';

/** @typedef {import('./board.js').Board} Board */
/** @typedef {import('./board.js').Card} Card */
/** @typedef {{ t: import('../shared/i18n.js').Translate, locale: string, now: number }} Setting */
/** @typedef {'waiting' | 'mine' | 'closed'} ListName */

/** @type {ListName[]} */
const NAMES = ['waiting', 'mine', 'closed'];

export class Lists {
  /** @param {{ open: (conversation: string) => void }} actions */
  constructor(actions) {
    this.actions = actions;
    /** @type {ListName} */
    this.tab = 'waiting';
    this.tabs = h('div', { class: 'tabs', role: 'tablist', onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event) });
    this.list = h('ul', { class: 'cards' });
    this.empty = h('p', { class: 'empty' });
    this.panel = h('div', { role: 'tabpanel', id: 'list' }, this.empty, this.list);
    this.root = h('nav', { class: 'lists' }, this.tabs, this.panel);
    /** @type {Setting | null} */
    this.setting = null;
    this.openCard = '';
    this.changed = () => {};
    /** @type {KeyedList<Card>} */
    this.keyed = new KeyedList(this.list, {
      key: (card) => card.conversation,
      stamp: (card) => `${this.setting?.locale} ${card.conversation === this.openCard} ${this.#waited(card)}`,
      draw: (card) => this.#draw(card),
    });
  }

  /**
   * @param {Board} board
   * @param {Setting} setting
   */
  update(board, setting) {
    const { t } = setting;
    this.setting = setting;
    this.openCard = board.open ?? '';
    this.root.setAttribute('aria-label', t('lists'));
    const focused = this.tabs.contains(document.activeElement);
    fill(this.tabs, NAMES.map((name) => h('button', {
      type: 'button', role: 'tab', id: `tab-${name}`, 'aria-selected': String(name === this.tab), 'aria-controls': 'list', tabindex: name === this.tab ? 0 : -1,
      onclick: () => this.choose(name),
    }, t(name), h('span', { class: name === 'waiting' && board.lists.waiting.length > 0 ? 'count hot' : 'count' }, board.lists[name].length))));
    if (focused) document.getElementById(`tab-${this.tab}`)?.focus();
    this.panel.setAttribute('aria-labelledby', `tab-${this.tab}`);
    const cards = board.lists[this.tab];
    this.empty.hidden = cards.length > 0;
    this.empty.textContent = t(`empty_${this.tab}`);
    this.keyed.update(cards);
  }

  /** @param {ListName} name */
  choose(name) {
    this.tab = name;
    this.changed();
  }

  /** @param {Card} card minutes are enough: the list is not drawn again every second */
  #waited(card) {
    const { setting } = this;
    if (!setting || card.mode !== 'queue') return '';
    const minutes = Math.floor((setting.now - new Date(card.since).getTime()) / 60_000);
    return setting.t('waited', { time: minutes < 1 ? setting.t('just_now') : setting.t('minutes', { n: minutes }) });
  }

  /** @param {Card} card */
  #draw(card) {
    const { t, locale } = /** @type {Setting} */ (this.setting);
    const name = card.shopper.name || t('guest');
    const when = this.#waited(card) || showDay(locale, card.last?.at ?? card.since);
    return h('li', null, h('button', {
      class: 'card-button', type: 'button', 'aria-current': card.conversation === this.openCard ? 'true' : null, onclick: () => this.actions.open(card.conversation),
    },
    h('span', { class: card.shopper.signed_in ? 'face known' : 'face', 'aria-hidden': 'true' }, [...name][0]),
    h('span', { class: 'card-main' },
      h('span', { class: 'card-top' }, h('b', null, name), h('small', null, when)),
      card.reason && h('span', { class: 'tag' }, card.reason.text),
      h('span', { class: 'card-last' }, card.last?.text ?? ''),
      card.unread > 0 && h('span', { class: 'unread', title: t('unread', { n: card.unread }) }, h('span', { class: 'hush' }, t('unread', { n: card.unread })), h('span', { 'aria-hidden': 'true' }, card.unread)))));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    this.choose(NAMES[(NAMES.indexOf(this.tab) + step + NAMES.length) % NAMES.length]);
    document.getElementById(`tab-${this.tab}`)?.focus();
  }
}
