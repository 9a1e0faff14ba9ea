// What is known beside the open conversation: why it came to people, the shopper, orders, tickets.

import { h } from '../shared/html.js';
import { icon } from '../shared/icons.js';
import { showDay } from '../shared/format.js';
import { Drawn } from './drawn.js';

/** @typedef {import('./board.js').Board} Board */
/** @typedef {import('./board.js').Card} Card */
/** @typedef {import('./lists.js').Setting} Setting */
/** @typedef {import('../shared/i18n.js').Translate} Translate */
/** @typedef {{ back: () => void, tags: () => void, draw: () => void, words: () => import('./dialogs.js').Words, insert: (text: string) => void }} CaseActions */

export class CasePane {
  /** @param {CaseActions} actions */
  constructor(actions) {
    this.actions = actions;
    this.head = h('header', { class: 'case-head' });
    this.top = h('div', { class: 'case-part' });
    this.root = h('aside', { class: 'case', tabindex: '-1' }, this.head, h('div', { class: 'case-scroll', tabindex: '0' }, this.top));
    this.drawnHead = new Drawn(this.head);
    this.drawnTop = new Drawn(this.top);
  }

  /**
   * @param {Board} board
   * @param {Setting} setting
   */
  update(board, setting) {
    const { card } = board;
    const { t, locale } = setting;
    this.root.hidden = card === null;
    this.root.setAttribute('aria-label', t('case'));
    if (!card) return;
    this.drawnHead.update([locale], () => [h('button', { class: 'round case-back', type: 'button', dataset: { key: 'case-back' }, 'aria-label': t('back'), onclick: this.actions.back }, icon('back')), h('h2', null, t('case'))]);
    this.drawnTop.update([locale, card, board.live], () => this.#drawTop(board, card, setting));
  }

  focus() {
    this.root.focus();
  }

  /** @param {any} frame */
  heard(frame) {
    void frame;
  }

  /** @param {Translate} t @returns {{ id: string, words: string }[]} */
  orders(t) {
    void t;
    return [];
  }

  /** @param {Board} board @param {Card} card @param {Setting} setting */
  #drawTop(board, card, { t, locale }) {
    return [
      (card.reason || card.summary.length > 0) && h('section', null, h('h3', null, t('why')),
        card.reason && h('p', { class: 'tag' }, card.reason.text),
        card.summary.length > 0 && h('ul', { class: 'summary', 'aria-label': t('summary') }, card.summary.map((line) => h('li', null, line)))),
      card.slots.length > 0 && h('section', null, h('h3', null, t('slots')), pairs(card.slots.map(({ name, value }) => [name, value]))),
      h('section', null, h('h3', null, t('tags')),
        h('div', { class: 'tag-row' }, (card.tags ?? []).map((tag) => h('span', { class: 'tag plain' }, tag)),
          h('button', { class: 'link', type: 'button', dataset: { key: 'tags' }, disabled: !board.live, onclick: this.actions.tags }, t('change_tags')))),
      h('section', null, h('h3', null, t('facts')), pairs([
        [t('shop_label'), board.shop(card.shop).name], [t('group'), card.group?.name], [t('contact'), card.contact], [t('promised'), card.promised && showDay(locale, card.promised)],
        [t('product_label'), card.product], [t('order_label'), card.order], [t('ticket_label'), card.ticket], [t('locale_label'), card.locale], [t('wrap_up_label'), card.wrap_up],
        [t('rating'), card.rating && [t('rated', { score: card.rating.score }), card.rating.comment].filter(Boolean).join('：')],
      ])),
    ];
  }
}

/** @param {[string, string | null | undefined | false][]} all those without a value are left out */
export function pairs(all) {
  return h('dl', { class: 'facts' }, all.filter(([, value]) => value).map(([name, value]) => h('div', null, h('dt', null, name), h('dd', null, value))));
}
