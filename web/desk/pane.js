// Draws the open conversation: what was said, the box to reply or note, and what is known about the shopper.

import { KeyedList, fill, h } from '../shared/html.js';
import { icon } from '../shared/icons.js';
import { showDay } from '../shared/format.js';
import { drawPart } from '../shared/parts.js';

/** @typedef {import('./board.js').Board} Board */
/** @typedef {import('./board.js').Card} Card */
/** @typedef {import('./board.js').Line} Line */
/** @typedef {import('./lists.js').Setting} Setting */
/**
 * @typedef {object} Actions
 * @property {() => void} back
 * @property {() => void} take
 * @property {() => void} release
 * @property {() => void} close
 * @property {(kind: 'say' | 'note', text: string) => void} write
 * @property {(id: string) => void} retry
 * @property {() => void} typing
 * @property {() => void} earlier
 */

const TYPING_EVERY_MS = 3_000;

export class Pane {
  /** @param {Actions} actions */
  constructor(actions) {
    this.actions = actions;
    this.head = h('header', { class: 'pane-head' });
    this.list = h('ol');
    this.typing = h('p', { class: 'typing', role: 'status' });
    this.earlier = /** @type {HTMLButtonElement} */ (h('button', { class: 'earlier', type: 'button', hidden: true, onclick: () => this.actions.earlier() }));
    this.log = h('div', { class: 'log', role: 'log', tabindex: '0', onscroll: () => this.#scrolled() }, this.earlier, this.list, this.typing);
    this.notice = h('p', { class: 'problem', role: 'alert', hidden: true });
    this.hint = h('p', { class: 'locked' });
    this.area = /** @type {HTMLTextAreaElement} */ (h('textarea', { rows: 3, oninput: () => this.#written(), onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event) }));
    this.kinds = h('div', { class: 'kinds', role: 'group' });
    this.suggestions = h('div', { class: 'suggestions' });
    this.submit = /** @type {HTMLButtonElement} */ (h('button', { class: 'button small', type: 'submit' }));
    this.form = h('form', { class: 'writer', onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); this.#send(); } },
      this.suggestions, h('div', { class: 'writer-bar' }, this.kinds, this.hint), this.area, h('div', { class: 'writer-end' }, this.submit));
    this.about = h('aside', { class: 'about' });
    this.nobody = h('div', { class: 'nobody' });
    this.talk = h('section', { class: 'talk' }, this.head, this.log, this.notice, this.form);
    this.root = h('div', { class: 'pane' }, this.nobody, this.talk, this.about);
    /** @type {'say' | 'note'} */
    this.kind = 'say';
    /** @type {string | null} */
    this.shown = null;
    this.lastTyping = 0;
    this.sureToClose = false;
    /** @type {Board | null} */
    this.board = null;
    /** @type {Setting | null} */
    this.setting = null;
    this.drawn = { head: '', about: '', writer: '' };
    /** @type {KeyedList<Line>} */
    this.keyed = new KeyedList(this.list, { key: (line) => line.key, stamp: (line) => JSON.stringify([this.setting?.locale, line]), draw: (line) => this.#draw(line) });
    // Lines are made anew each time; what they say decides whether they are drawn again.
    /** @type {Map<string, Line>} */
    this.lines = new Map();
  }

  /**
   * @param {Board} board
   * @param {Setting} setting
   */
  update(board, setting) {
    const { t } = setting;
    const { card } = board;
    this.board = board;
    this.setting = setting;
    this.nobody.hidden = card !== null;
    this.talk.hidden = this.about.hidden = card === null;
    if (!card) {
      this.shown = null;
      fill(this.nobody, h('img', { src: '/shared/mascot.svg', alt: '', width: 120, height: 120 }), h('h2', null, t('nobody')), h('p', null, t('nobody_hint')));
      return;
    }
    const atEnd = this.shown !== card.conversation || this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 60;
    if (this.shown !== card.conversation) this.#switch(card);
    this.log.setAttribute('aria-label', t('log'));
    this.earlier.textContent = t('earlier');
    this.#drawLines(board);
    this.typing.textContent = board.isTyping(setting.now) ? t('typing') : '';
    this.#drawHead(card);
    this.#drawWriter(card);
    this.#drawAbout(card);
    const words = board.notice && (t(`error_${board.notice.code}`) === `error_${board.notice.code}` ? t('error_other') : t(`error_${board.notice.code}`));
    this.notice.hidden = !words;
    if (words && this.notice.textContent !== words) this.notice.textContent = words;
    if (atEnd) this.log.scrollTop = this.log.scrollHeight;
  }

  #set() {
    return /** @type {Setting} */ (this.setting);
  }

  #desk() {
    return /** @type {Board} */ (this.board);
  }

  /** What is read stays where it is when earlier lines come above it. @param {Board} board */
  #drawLines(board) {
    const first = this.list.firstElementChild;
    const before = first?.getBoundingClientRect().top ?? 0;
    this.earlier.hidden = !board.hasEarlier;
    this.keyed.update(this.#stable(board.lines()));
    if (first?.isConnected && first !== this.list.firstElementChild) this.log.scrollTop += first.getBoundingClientRect().top - before;
  }

  /** Scrolled to the top: what was said before is wanted. */
  #scrolled() {
    if (this.log.scrollTop < 40 && this.log.scrollHeight > this.log.clientHeight && this.board?.hasEarlier) this.actions.earlier();
  }

  /** @param {Line[]} lines */
  #stable(lines) {
    const before = this.lines;
    this.lines = new Map(lines.map((line) => {
      const old = before.get(line.key);
      return [line.key, old && JSON.stringify(old) === JSON.stringify(line) ? old : line];
    }));
    return [...this.lines.values()];
  }

  /** @param {Card} card */
  #switch(card) {
    this.shown = card.conversation;
    this.sureToClose = false;
    this.kind = 'say';
    this.lines.clear();
    this.area.value = this.#desk().drafts.get(`${card.conversation}/${this.kind}`) ?? '';
  }

  /** @param {Card} card */
  #drawHead(card) {
    const { t, locale } = this.#set();
    const mine = this.#desk().isMine;
    const stamp = JSON.stringify([locale, card.conversation, card.mode, card.agent, card.shopper, mine, this.sureToClose]);
    if (stamp === this.drawn.head) return;
    this.drawn.head = stamp;
    fill(this.head,
      h('button', { class: 'back', type: 'button', 'aria-label': t('back'), onclick: this.actions.back }, icon('back')),
      h('div', { class: 'who-is' }, h('h2', null, card.shopper.name || t('guest')),
        h('p', null, card.mode === 'agent' && !mine ? t('not_mine_agent', { name: card.agent?.name ?? '' }) : t(card.shopper.signed_in ? 'signed_in' : 'not_signed_in'))),
      card.mode === 'queue' && h('button', { class: 'button small', type: 'button', onclick: this.actions.take }, t('take')),
      mine && h('button', { class: 'button line small', type: 'button', onclick: this.actions.release }, t('release')),
      mine && h('button', { class: this.sureToClose ? 'button small' : 'button line small', type: 'button', onclick: () => this.#close() }, this.sureToClose ? t('confirm_close') : t('close')));
  }

  /** The first press asks, the second closes. */
  #close() {
    if (this.sureToClose) {
      this.sureToClose = false;
      this.actions.close();
      return;
    }
    this.sureToClose = true;
    this.update(this.#desk(), this.#set());
    /** @type {HTMLElement | null} */ (this.head.querySelector('button:last-child'))?.focus();
    setTimeout(() => {
      this.sureToClose = false;
      if (this.board && this.setting) this.update(this.board, this.setting);
    }, 4000);
  }

  /** @param {Card} card */
  #drawWriter(card) {
    const { t, locale } = this.#set();
    const mine = this.#desk().isMine;
    if (!mine) this.kind = 'note';
    else if (!this.wasMine) this.kind = 'say';
    this.wasMine = mine;
    const stamp = JSON.stringify([locale, card.conversation, mine, card.mode, card.agent?.name, this.kind, card.suggestions]);
    if (stamp === this.drawn.writer) return;
    this.drawn.writer = stamp;
    this.form.classList.toggle('noting', this.kind === 'note');
    this.area.placeholder = t(this.kind === 'say' ? 'reply_placeholder' : 'note_placeholder');
    this.area.setAttribute('aria-label', t(this.kind === 'say' ? 'reply' : 'note'));
    this.submit.textContent = t(this.kind === 'say' ? 'send' : 'save_note');
    this.hint.textContent = mine ? '' : t(`not_mine_${card.mode}`, { name: card.agent?.name ?? '' });
    fill(this.kinds, mine && h('button', { type: 'button', 'aria-pressed': String(this.kind === 'say'), onclick: () => this.#choose('say') }, t('reply')),
      h('button', { type: 'button', 'aria-pressed': String(this.kind === 'note'), onclick: () => this.#choose('note') }, t('note')));
    this.suggestions.hidden = !mine || this.kind === 'note' || card.suggestions.length === 0;
    fill(this.suggestions, h('span', { class: 'hush' }, t('suggestions')), card.suggestions.map(({ text }) => h('button', { type: 'button', onclick: () => this.#fillIn(text) }, text)));
  }

  /** @param {'say' | 'note'} kind */
  #choose(kind) {
    const board = this.#desk();
    this.kind = kind;
    this.area.value = board.drafts.get(`${board.open}/${kind}`) ?? '';
    this.update(board, this.#set());
    this.area.focus();
  }

  /** @param {string} text a reply that fits, to be changed or sent */
  #fillIn(text) {
    this.area.value = text;
    this.#written();
    this.area.focus();
  }

  /** @param {Card} card */
  #drawAbout(card) {
    const { t, locale } = this.#set();
    const shop = this.#desk().shops.find(({ id }) => id === card.shop)?.name ?? card.shop;
    const stamp = JSON.stringify([locale, card, shop]);
    if (stamp === this.drawn.about) return;
    this.drawn.about = stamp;
    /** @type {[string, string | null | undefined][]} */
    const context = [[t('product_label'), card.product], [t('order_label'), card.order], [t('ticket_label'), card.ticket], [t('locale_label'), card.locale]];
    const wide = matchMedia('(min-width: 1000px)').matches;
    fill(this.about, h('details', { open: wide || (/** @type {HTMLDetailsElement | null} */ (this.about.querySelector('details'))?.open ?? false) },
      h('summary', null, h('b', null, t('about')), h('span', null, card.reason?.text ?? shop)),
      h('div', { class: 'about-body' },
        card.reason && [h('h3', null, t('reason')), h('p', { class: 'tag' }, card.reason.text)],
        card.summary.length > 0 && [h('h3', null, t('summary')), h('ul', null, card.summary.map((line) => h('li', null, line)))],
        card.slots.length > 0 && [h('h3', null, t('slots')), h('dl', null, card.slots.flatMap(({ name, value }) => [h('dt', null, name), h('dd', null, value)]))],
        h('h3', null, t('context')),
        h('dl', null, context.filter(([, value]) => value).flatMap(([name, value]) => [h('dt', null, name), h('dd', null, value)])),
        h('p', { class: 'shop' }, shop))));
  }

  /** @param {Line} line */
  #draw(line) {
    const { t, locale } = this.#set();
    if (line.kind === 'note') {
      return h('li', { class: 'line note' }, h('div', { class: 'bubble' }, line.note.text), h('small', null, `${t('note')} · ${line.note.agent.name} · ${showDay(locale, line.note.at)}`));
    }
    if (line.kind === 'pending') {
      const { entry } = line;
      return h('li', { class: entry.kind === 'note' ? 'line note waiting' : 'line agent waiting' }, h('div', { class: 'bubble' }, entry.text),
        entry.status === 'failed' ? h('small', { class: 'bad' }, `⚠ ${t('failed')} `, h('button', { type: 'button', onclick: () => this.actions.retry(entry.id) }, t('retry'))) : h('small', null, t('pending')));
    }
    const { message } = line;
    const context = { t, locale, pictures: location.origin, links: location.origin, active: false, say: null };
    const who = message.from === 'agent' ? (message.agent?.name ?? '') : message.from === 'bot' ? t('bot') : message.from === 'system' ? '' : (this.#desk().card?.shopper.name || t('guest'));
    return h('li', { class: `line ${message.from}` }, message.parts.map((part) => drawPart(part, context)),
      h('small', null, [who, showDay(locale, message.at)].filter(Boolean).join(' · ')));
  }

  #send() {
    const text = this.area.value.trim();
    if (text === '') return;
    this.area.value = '';
    this.lastTyping = 0;
    this.actions.write(this.kind, text);
    this.area.focus();
  }

  #written() {
    const board = this.#desk();
    board.drafts.set(`${board.open}/${this.kind}`, this.area.value);
    const now = Date.now();
    if (this.kind === 'note' || this.area.value.trim() === '' || now - this.lastTyping < TYPING_EVERY_MS) return;
    this.lastTyping = now;
    this.actions.typing();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.#send();
  }
}
