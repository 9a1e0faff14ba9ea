// The inboxes: a rail to choose one, its conversations, and who else is there.

import { KeyedList, h } from '../shared/html.js';
import { icon } from '../shared/icons.js';
import { showDay } from '../shared/format.js';
import { drawClock } from './clock.js';
import { Drawn, keepFocus } from './drawn.js';
import { nameOf } from './names.js';

/** @typedef {import('./board.js').Board} Board */
/** @typedef {import('./board.js').Card} Card */
/** @typedef {{ t: import('../shared/i18n.js').Translate, locale: string, now: number }} Setting */
/** @typedef {'mine' | 'waiting' | 'messages' | 'all' | 'closed'} InboxName */
/** @typedef {{ key: string, kind: 'card', card: Card } | { key: string, kind: 'heading', words: string, count: number }} Row */

/** @type {InboxName[]} */
export const INBOXES = ['mine', 'waiting', 'messages', 'all', 'closed'];
/** @type {Record<InboxName, string>} */
const ICONS = { mine: 'chat', waiting: 'clock', messages: 'mail', all: 'people', closed: 'archive' };
/** @type {('waiting' | 'mine' | 'others' | 'messages')[]} */
const ALL = ['waiting', 'mine', 'others', 'messages'];

export class Lists {
  /** @param {{ open: (conversation: string) => void, choose: (name: InboxName) => void, more: HTMLElement[] }} actions `more` stands above the list */
  constructor(actions) {
    this.actions = actions;
    /** @type {InboxName} */
    this.inbox = 'waiting';
    this.railList = h('ul');
    this.rail = h('nav', { class: 'rail' }, this.railList);
    this.title = h('h2', { class: 'inbox-title', id: 'inbox-title' });
    this.list = h('ul', { class: 'cards', 'aria-labelledby': 'inbox-title' });
    this.empty = h('div', { class: 'empty' });
    this.colleagues = h('section', { class: 'colleagues', 'aria-labelledby': 'colleagues-title' });
    this.scroll = h('div', { class: 'inbox-scroll', tabindex: '-1' }, this.empty, this.list, this.colleagues);
    this.root = h('section', { class: 'inbox', 'aria-labelledby': 'inbox-title' }, this.title, ...actions.more, this.scroll);
    /** @type {Setting | null} */
    this.setting = null;
    /** @type {Board | null} */
    this.board = null;
    /** @type {unknown[]} */
    this.drawn = [];
    this.drawnRail = new Drawn(this.railList);
    this.drawnEmpty = new Drawn(this.empty);
    this.drawnColleagues = new Drawn(this.colleagues);
    /** @type {Map<string, Row>} */
    this.rows = new Map();
    /** @type {KeyedList<Row>} */
    this.keyed = new KeyedList(this.list, { key: (row) => row.key, stamp: (row) => this.#stamp(row), draw: (row) => this.#draw(row) });
  }

  /**
   * @param {Board} board
   * @param {Setting} setting
   * @param {boolean} whole also what changes with every letter one writes; else only when the lists have
   */
  update(board, setting, whole) {
    const { t, locale } = setting;
    this.board = board;
    this.setting = setting;
    const drawn = [board.lists, board.colleagues, board.open, board.ready, this.inbox, locale, document.hidden];
    if (!whole && drawn.every((one, place) => one === this.drawn[place])) return;
    this.drawn = drawn;
    this.rail.setAttribute('aria-label', t('inboxes'));
    const counts = INBOXES.map((name) => this.count(name));
    this.drawnRail.update([locale, this.inbox, counts], () => INBOXES.map((name, place) => this.#drawInbox(name, counts[place])));
    this.title.textContent = t(`inbox_${this.inbox}`);
    const rows = this.#rows();
    keepFocus(this.list, () => this.keyed.update(rows), () => /** @type {HTMLElement | null} */ (this.list.querySelector('button')) ?? this.scroll);
    this.empty.hidden = rows.some(({ kind }) => kind === 'card');
    this.drawnEmpty.update([locale, this.inbox, board.ready], () => (board.ready
      ? [h('span', { class: 'empty-icon' }, icon(ICONS[this.inbox], 28)), h('p', null, t(`empty_${this.inbox}`))]
      : [0, 1, 2].map(() => h('span', { class: 'bone', 'aria-hidden': 'true' }))));
    this.#drawColleagues(board, setting);
  }

  /** The conversations of the inbox that is shown, in their order. @returns {Card[]} */
  get cards() {
    return this.#rows().flatMap((row) => (row.kind === 'card' ? [row.card] : []));
  }

  /** @param {InboxName} name @returns {{ count: number, hot: number }} how many there are, and how many ask for attention */
  count(name) {
    const { board } = this;
    if (!board) return { count: 0, hot: 0 };
    const { lists } = board;
    if (name === 'mine') return { count: lists.mine.length, hot: lists.mine.reduce((sum, card) => sum + this.#unread(card), 0) };
    if (name === 'waiting') return { count: lists.waiting.length, hot: lists.waiting.length };
    if (name === 'messages') return { count: lists.messages.length, hot: lists.messages.length };
    if (name === 'closed') return { count: 0, hot: 0 };
    return { count: lists.others.length, hot: 0 };
  }

  /** @param {Card} card what is open and before the agent's eyes is not unread */
  #unread(card) {
    return card.conversation === this.board?.open && !document.hidden ? 0 : card.unread;
  }

  /** @returns {Row[]} */
  #rows() {
    const { board, setting } = this;
    if (!board || !setting) return [];
    if (this.inbox !== 'all') return board.lists[this.inbox].map((card) => this.#row({ key: card.conversation, kind: 'card', card }));
    return ALL.filter((name) => board.lists[name].length > 0).flatMap((name) => [
      this.#row({ key: `heading:${name}`, kind: 'heading', words: setting.t(`all_${name}`), count: board.lists[name].length }),
      ...board.lists[name].map((card) => this.#row({ key: card.conversation, kind: 'card', card })),
    ]);
  }

  /** A row stays the same object as long as it shows the same. @param {Row} row @returns {Row} */
  #row(row) {
    const old = this.rows.get(row.key);
    const same = old && (row.kind === 'card' ? old.kind === 'card' && old.card === row.card : JSON.stringify(old) === JSON.stringify(row));
    if (same) return old;
    this.rows.set(row.key, row);
    return row;
  }

  /** @param {Row} row */
  #stamp(row) {
    const { board, setting } = this;
    if (row.kind === 'heading' || !board) return `${setting?.locale}`;
    const { conversation } = row.card;
    return JSON.stringify([setting?.locale, this.inbox, conversation === board.open, this.#unread(row.card), board.kept.draft(conversation, 'say')?.text.slice(0, 60), board.shops.length, new Date().toDateString()]);
  }

  /** @param {InboxName} name @param {{ count: number, hot: number }} counts */
  #drawInbox(name, { count, hot }) {
    const { t } = /** @type {Setting} */ (this.setting);
    const shown = hot > 0 ? hot : count;
    return h('li', null, h('button', {
      class: 'inbox-button', type: 'button', dataset: { key: name, inbox: name }, 'aria-current': name === this.inbox ? 'true' : null, onclick: () => this.actions.choose(name),
    }, icon(ICONS[name], 22), h('span', null, t(`inbox_short_${name}`)),
    shown > 0 && h('span', { class: hot > 0 && name !== 'messages' ? 'count hot' : 'count' }, shown > 99 ? '99+' : shown, h('span', { class: 'hush' }, ` ${t(hot > 0 && name === 'mine' ? 'unread_word' : 'count_word')}`))));
  }

  /** @param {Row} row */
  #draw(row) {
    if (row.kind === 'heading') return h('li', { class: 'list-heading' }, h('h3', null, row.words, h('span', { class: 'soft' }, ` ${row.count}`)));
    return this.#drawCard(row.card);
  }

  /** @param {Card} card */
  #drawCard(card) {
    const { t, locale } = /** @type {Setting} */ (this.setting);
    const board = /** @type {Board} */ (this.board);
    const shop = board.shop(card.shop);
    const name = nameOf(card.shopper, card.conversation, t);
    const unread = this.#unread(card);
    const draft = board.kept.draft(card.conversation, 'say');
    const holder = card.agent && card.agent.id !== board.agent?.id ? t(card.mode === 'closed' ? 'had_by' : 'with_agent', { name: card.agent.name }) : null;
    const clock = drawClock(card, shop.service ?? {}, t);
    const labels = [card.group?.name, board.shops.length > 1 ? shop.name : null, ...(card.tags ?? [])].filter(Boolean);
    return h('li', null, h('button', {
      class: 'card-button', type: 'button', dataset: { key: card.conversation }, 'aria-current': card.conversation === board.open ? 'true' : null, onclick: () => this.actions.open(card.conversation),
    },
    h('span', { class: `face ${card.shopper.signed_in ? 'known' : ''}`, 'aria-hidden': 'true' }, [...name][0]),
    h('span', { class: 'card-main' },
      h('span', { class: 'card-top' }, h('b', null, name),
        (card.priority ?? 0) > 0 && h('span', { class: 'ahead', title: t('priority') }, h('span', { class: 'hush' }, t('priority')), '↑'),
        card.mentioned && h('span', { class: 'at', title: t('mentioned') }, h('span', { class: 'hush' }, t('mentioned')), '@'),
        clock ?? h('small', null, showDay(locale, card.last?.at ?? card.since))),
      (card.reason || labels.length > 0) && h('span', { class: 'card-tags' }, card.reason && h('span', { class: 'tag' }, card.reason.text), labels.map((label) => h('span', { class: 'tag plain' }, label))),
      holder && h('span', { class: 'card-holder' }, holder),
      card.mode === 'message' && card.contact && h('span', { class: 'card-holder' }, t('contact_is', { contact: card.contact })),
      card.mode === 'closed' && (card.rating || card.wrap_up) && h('span', { class: 'card-holder' }, [board.wrapUp(card), card.rating && t('rated', { score: card.rating.score })].filter(Boolean).join(' · ')),
      h('span', { class: 'card-bottom' },
        h('span', { class: 'card-last' }, draft ? [h('em', null, t('draft')), draft.text] : this.#last(card)),
        unread > 0 && h('span', { class: 'unread' }, unread > 99 ? '99+' : unread, h('span', { class: 'hush' }, t('unread_word')))))));
  }

  /** @param {Card} card */
  #last(card) {
    const { t } = /** @type {Setting} */ (this.setting);
    if (!card.last) return '';
    return card.last.from === 'agent' || card.last.from === 'bot' ? `${t(`last_${card.last.from}`)}${card.last.text}` : card.last.text;
  }

  /** @param {Board} board @param {Setting} setting */
  #drawColleagues(board, { t, locale }) {
    this.colleagues.hidden = this.inbox !== 'all' || board.colleagues.length === 0;
    this.drawnColleagues.update([locale, board.colleagues], () => [
      h('h3', { id: 'colleagues-title' }, t('colleagues')),
      h('ul', null, board.colleagues.map((one) => h('li', null,
        h('span', { class: `presence ${one.status}`, 'aria-hidden': 'true' }), h('span', { class: 'colleague' }, one.name),
        h('small', null, t(`status_${one.status}`)), h('span', { class: 'load' }, t('load', { load: one.load, capacity: one.capacity }))))),
    ]);
  }

  /** Puts the keyboard into the list. */
  focus() {
    const current = /** @type {HTMLElement | null} */ (this.list.querySelector('[aria-current]') ?? this.list.querySelector('button'));
    (current ?? this.scroll).focus();
  }
}
