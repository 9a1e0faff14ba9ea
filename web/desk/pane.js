// The open conversation: who it is and what can be done with it, what was said, where one writes.

import { fill, h } from '../shared/html.js';
import { icon } from '../shared/icons.js';
import { drawClock } from './clock.js';
import { Drawn } from './drawn.js';
import { ariaKeys } from './keys.js';
import { nameOf } from './names.js';

/** @typedef {import('./board.js').Board} Board */
/** @typedef {import('./board.js').Card} Card */
/** @typedef {import('./composer.js').Composer} Composer */
/** @typedef {import('./keys.js').ShortcutId} ShortcutId */
/** @typedef {import('./lists.js').Setting} Setting */
/** @typedef {import('./log.js').Log} Log */
/** @typedef {{ back: () => void, info: () => void, run: (id: ShortcutId) => void }} PaneActions */

export class Pane {
  /**
   * @param {PaneActions} actions
   * @param {{ log: Log, composer: Composer }} inside
   */
  constructor(actions, { log, composer }) {
    this.actions = actions;
    this.log = log;
    this.composer = composer;
    this.head = h('header', { class: 'pane-head' });
    this.notice = h('div', { class: 'notice', role: 'alert', hidden: true });
    this.nobody = h('div', { class: 'nobody' });
    this.talk = h('section', { class: 'talk-inside', 'aria-labelledby': 'talk-title' }, this.head, this.notice, log.root, composer.root);
    this.root = h('div', { class: 'talk', tabindex: '-1', id: 'talk' }, this.nobody, this.talk);
    this.drawnHead = new Drawn(this.head, () => this.composer.area);
    this.drawnNobody = new Drawn(this.nobody);
    /** What is wrong with what was just written, before it is sent. */
    this.local = '';
    this.localAt = '';
  }

  /**
   * @param {Board} board
   * @param {Setting} setting
   */
  update(board, setting) {
    const { t, locale } = setting;
    const { card } = board;
    this.nobody.hidden = card !== null;
    this.talk.hidden = card === null;
    if (!card) {
      // What was shown of it before leaves the page.
      if (board.isGone) this.log.update(board, setting);
      this.drawnNobody.update([locale, board.open !== null, board.isGone], () => {
        if (board.isGone) return [h('p', { class: 'soft', role: 'alert' }, t('error_not_found')), h('button', { class: 'button line small', type: 'button', onclick: this.actions.back }, t('back'))];
        if (board.open !== null) return h('p', { class: 'soft' }, t('opening'));
        return [h('img', { src: '/shared/mascot.svg', alt: '', width: 112, height: 112 }), h('h2', null, t('nobody')), h('p', null, t('nobody_hint')), h('p', { class: 'keys-hint' }, h('kbd', null, '?'), ' ', t('shortcuts'))];
      });
      return;
    }
    this.#drawHead(board, card, setting);
    this.#drawNotice(board, card, setting);
    this.log.update(board, setting);
    this.composer.update(board, setting);
  }

  /** @param {string} code what is wrong with what was just written */
  tell(code, conversation = '') {
    this.local = code;
    this.localAt = conversation;
  }

  /** @param {Board} board @param {Card} card @param {Setting} setting */
  #drawHead(board, card, { t, locale }) {
    const mine = board.isMine;
    const asked = board.asked.get(card.conversation) ?? '';
    const { conversation, mode, agent, shopper, group, due, awaiting_since: waits, promised, since, wrap_up: wrapUp, rating } = card;
    const shown = [locale, conversation, mode, agent, shopper, group, due, waits, promised, since, wrapUp, rating, mine, asked, board.live, board.isOwner, board.shops.length];
    this.drawnHead.update(shown, () => {
      const name = nameOf(card.shopper, conversation, t);
      const shop = board.shop(card.shop);
      return [
        h('button', { class: 'round back', type: 'button', dataset: { key: 'back' }, 'aria-label': t('back'), onclick: this.actions.back }, icon('back')),
        h('span', { class: card.shopper.signed_in ? 'face known' : 'face', 'aria-hidden': 'true' }, [...name][0]),
        h('div', { class: 'who-is' }, h('h2', { id: 'talk-title' }, name), h('p', null, this.#where(board, card, t, mine))),
        drawClock(card, shop.service ?? {}, t),
        h('button', { class: 'round info', type: 'button', dataset: { key: 'info' }, 'aria-label': t('show_case'), title: t('show_case'), onclick: this.actions.info }, icon('info')),
        h('div', { class: 'acts' }, this.#buttons(board, card, mine).map(([id, look]) => h('button', {
          class: `button small ${look}`, type: 'button', disabled: !board.live || asked !== '', dataset: { key: `act-${id}` },
          'aria-keyshortcuts': ariaKeys(id === 'take_over' ? 'take' : id), 'aria-busy': asked === id ? 'true' : null,
          onclick: () => this.actions.run(id === 'take_over' ? 'take' : id),
        }, t(asked === id ? `doing_${id}` : id)))),
      ];
    });
  }

  /**
   * What can be done with it, the nearest first.
   * @param {Board} board
   * @param {Card} card
   * @param {boolean} mine
   * @returns {['take' | 'take_over' | 'transfer' | 'release' | 'close', '' | 'line'][]}
   */
  #buttons(board, { mode }, mine) {
    if (mode === 'queue' || mode === 'message') return [['take', ''], ['close', 'line']];
    if (mine) return [['transfer', 'line'], ['release', 'line'], ['close', 'line']];
    if (mode === 'agent' && board.isOwner) return [['take_over', ''], ['transfer', 'line']];
    return [];
  }

  /** @param {Board} board @param {Card} card @param {import('../shared/i18n.js').Translate} t @param {boolean} mine */
  #where(board, card, t, mine) {
    const words = mine ? t('with_me') : t(`where_${card.mode}`, { name: card.agent?.name ?? '' });
    const shop = board.shops.length > 1 ? board.shop(card.shop).name : null;
    const wrapUp = card.mode === 'closed' ? board.wrapUp(card) : null;
    return [words, t(card.shopper.signed_in ? 'signed_in' : 'not_signed_in'), card.group?.name, shop, wrapUp, card.rating && t('rated', { score: card.rating.score })].filter(Boolean).join(' · ');
  }

  /** @param {Board} board @param {Card} card @param {Setting} setting */
  #drawNotice(board, card, { t }) {
    const there = board.notices.get(card.conversation);
    const local = this.localAt === card.conversation ? this.local : '';
    const code = local || (there?.code ?? '');
    const by = there?.by;
    const known = t(`error_${code}`, { by: by ?? '' });
    const words = code === '' ? '' : by && code === 'taken' ? t('error_taken_by', { by }) : known === `error_${code}` ? t('error_other') : known;
    this.notice.hidden = words === '';
    if (this.said === words) return;
    this.said = words;
    fill(this.notice, h('p', null, words), words !== '' && h('button', {
      class: 'shut', type: 'button', 'aria-label': t('dismiss'),
      onclick: () => {
        board.notices.delete(card.conversation);
        this.local = '';
        this.said = '';
        this.notice.hidden = true;
        this.composer.focus();
      },
    }, icon('close', 16)));
  }

  /** @type {string | undefined} */
  said = undefined;
}
