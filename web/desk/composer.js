// Where staff write. Enter sends, Shift and Enter makes a new line, Enter that only ends the choice of a character by
// an input method sends nothing. What is written is kept at once; `/` offers canned replies, `@` colleagues in a note.

import { h } from '../shared/html.js';
import { icon } from '../shared/icons.js';
import { Attachments } from './attachments.js';
import { cannedAt, complete, mentionAt, variables } from './completions.js';
import { Drawn } from './drawn.js';
import { Picker } from './picker.js';
import { Suggestions } from './suggestions.js';

/** @typedef {import('./board.js').Board} Board */
/** @typedef {import('./lists.js').Setting} Setting */
/** @typedef {import('./kept.js').Kind} Kind */
/** @typedef {import('./thread.js').Content} Content */
/** @typedef {import('./thread.js').Suggestion} Suggestion */
/** @typedef {{ write: (kind: Kind, content: Content, about: { label?: string, suggestion?: Suggestion }) => void, typing: () => void, stickers: () => void, draw: () => void, tell: (code: string) => void }} ComposerActions */

const TYPING_EVERY_MS = 3_000;
/** A window in which somebody writes is not written over by another. */
const WRITING_FOR_MS = 3_000;
const LONGEST = 2_000;
const MOST_HIGH = 220;

export class Composer {
  /** @param {ComposerActions} actions */
  constructor(actions) {
    this.actions = actions;
    this.area = /** @type {HTMLTextAreaElement} */ (h('textarea', {
      rows: 1, id: 'write', autocomplete: 'off', 'aria-autocomplete': 'list', dataset: { key: 'write' },
      oninput: () => this.#written(), onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event), onclick: () => this.#offer(),
      onblur: () => setTimeout(() => document.activeElement !== this.area && this.picker.hide(), 150), onpaste: (/** @type {ClipboardEvent} */ event) => this.#paste(event),
    }));
    this.picker = new Picker(this.area, { choose: (option) => this.#choose(option) });
    this.attachments = new Attachments({ changed: () => actions.draw() });
    this.suggestions = new Suggestions({ accept: (suggestion) => this.accept(suggestion), focus: () => this.area });
    this.kinds = h('div', { class: 'kinds', role: 'group' });
    this.tools = h('div', { class: 'tools' });
    this.hint = h('p', { class: 'locked' });
    this.count = h('span', { class: 'letters', hidden: true });
    this.file = /** @type {HTMLInputElement} */ (h('input', { type: 'file', accept: 'image/jpeg,image/png,image/webp', multiple: true, hidden: true, onchange: () => this.#files() }));
    this.submit = /** @type {HTMLButtonElement} */ (h('button', { class: 'button small send', type: 'submit' }));
    this.drawnKinds = new Drawn(this.kinds, () => this.area);
    this.drawnTools = new Drawn(this.tools, () => this.area);
    this.root = h('form', {
      class: 'writer', onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); this.send(); },
    }, this.suggestions.root, h('div', { class: 'writer-bar' }, this.kinds, this.hint), this.picker.root, this.attachments.root, this.area,
    h('div', { class: 'writer-end' }, this.tools, this.file, this.count, this.submit));
    /** @type {Kind} */
    this.kind = 'say';
    /** Whose draft stands in the box, `conversation/kind`; empty makes it be read again. */
    this.place = '';
    this.conversation = '';
    this.measured = '';
    this.wasMine = false;
    this.lastTyping = 0;
    this.lastWritten = 0;
    /** @type {import('./completions.js').Completion | null} */
    this.found = null;
    /** @type {Suggestion | undefined} */
    this.madeFrom = undefined;
    /** @type {Board | null} */
    this.board = null;
    /** @type {Setting | null} */
    this.setting = null;
  }

  /**
   * @param {Board} board
   * @param {Setting} setting
   */
  update(board, setting) {
    const { t, locale } = setting;
    const { card } = board;
    this.board = board;
    this.setting = setting;
    if (!card) return;
    const mine = board.isMine;
    if (!mine) this.#become('note');
        else if (this.conversation !== card.conversation) this.#become('say');
    // A conversation that becomes one's own in the middle of a note must not send the rest of it to the shopper.
    else if (!this.wasMine && this.area.value.trim() === '') this.#become('say');
    this.wasMine = mine;
    this.conversation = card.conversation;
    this.#load();
    const saying = this.kind === 'say';
    this.root.classList.toggle('noting', !saying);
    this.area.placeholder = t(saying ? 'reply_placeholder' : 'note_placeholder');
    this.area.setAttribute('aria-label', t(saying ? 'reply' : 'note'));
    this.submit.textContent = t(saying ? 'send' : 'save_note');
    this.hint.textContent = mine ? '' : t(card.mode === 'agent' && !card.agent ? 'not_mine_other' : `not_mine_${card.mode}`, { name: card.agent?.name ?? '' });
    this.drawnKinds.update([locale, mine, this.kind], () => [
      mine && this.#kindButton('say', t('reply')), this.#kindButton('note', t('note')),
    ]);
    const shop = board.shop(card.shop);
    this.drawnTools.update([locale, saying, shop.id, (shop.stickers ?? []).length, (shop.canned ?? []).length], () => (saying ? [
      this.#tool('image', t('attach'), () => this.file.click()),
      (shop.stickers ?? []).length > 0 && this.#tool('smile', t('stickers'), () => this.actions.stickers()),
      (shop.canned ?? []).length > 0 && this.#tool('slash', t('canned'), () => this.#type('/')),
    ] : [this.#tool('at', t('mention'), () => this.#type('@'))]));
    this.suggestions.update(board, setting, saying && mine && this.area.value.trim() === '');
    this.attachments.update(card.conversation, setting);
    this.#measure();
  }

  /** @param {Kind} kind */
  choose(kind) {
    if (kind === 'say' && !this.board?.isMine) kind = 'note';
    this.#become(kind);
    this.actions.draw();
    this.area.focus();
  }

  focus() {
    this.area.focus({ preventScroll: true });
  }

  /** @param {Suggestion | undefined} suggestion */
  accept(suggestion) {
    if (!suggestion) return;
    this.madeFrom = suggestion;
    this.#put(suggestion.text, suggestion.text.length);
    this.actions.draw();
  }

  /** The draft was changed elsewhere: by words given back, or in another window that is written in. @param {string} name `conversation/kind` */
  draftChanged(name) {
    if (name !== this.place || Date.now() - this.lastWritten < WRITING_FOR_MS) return;
    this.place = '';
    this.actions.draw();
  }

  /** Words that could not be sent stand in the box again. @param {string} conversation */
  givenBack(conversation) {
    if (!this.place.startsWith(`${conversation}/`)) return;
    this.place = '';
    this.actions.draw();
  }

  send() {
    const { board } = this;
    const text = this.area.value.trim();
    if (!board || board.open === null) return;
    if ([...text].length > LONGEST) return this.actions.tell('too_long');
    const madeFrom = this.madeFrom;
    const pictures = this.kind === 'say' ? this.attachments.takeReady() : [];
    if (text === '' && pictures.length === 0) return;
    this.area.value = '';
    this.madeFrom = undefined;
    this.lastTyping = 0;
    this.picker.hide();
    for (const { id } of pictures) this.actions.write('say', { image: String(id) }, { label: this.setting?.t('a_picture') });
    if (text !== '') this.actions.write(this.kind, { text }, { suggestion: madeFrom && this.kind === 'say' ? madeFrom : undefined });
    this.#measure();
    this.area.focus();
  }

  /** @param {Kind} kind */
  #become(kind) {
    this.kind = kind;
  }

  /** What was written here before stands in the box. */
  #load() {
    const board = /** @type {Board} */ (this.board);
    const place = `${board.open}/${this.kind}`;
    if (place === this.place) return;
    this.place = place;
    const draft = board.kept.draft(/** @type {string} */ (board.open), this.kind);
    this.area.value = draft?.text ?? '';
    this.madeFrom = draft?.suggestion;
    this.lastTyping = 0;
    this.picker.hide();
  }

  #keep() {
    const { board, kind } = this;
    if (!board || board.open === null) return;
    board.kept.setDraft(board.open, kind, { text: this.area.value, at: Date.now(), ...(this.madeFrom ? { suggestion: this.madeFrom } : {}) });
  }

  #written() {
    const { value } = this.area;
    if (value.trim() === '') this.madeFrom = undefined;
    const now = Date.now();
    this.lastWritten = now;
    this.#keep();
    this.#offer();
    this.#measure();
    if (this.kind === 'say' && value.trim() !== '' && now - this.lastTyping >= TYPING_EVERY_MS) {
      this.lastTyping = now;
      this.actions.typing();
    }
    this.actions.draw();
  }

  #measure() {
    const { area } = this;
    const letters = [...area.value].length;
    this.count.hidden = letters < LONGEST - 200;
    this.count.textContent = `${letters} / ${LONGEST}`;
    this.count.classList.toggle('bad', letters > LONGEST);
    const stamp = `${area.value} ${area.clientWidth}`;
    if (stamp === this.measured) return;
    this.measured = stamp;
    area.style.height = 'auto';
    area.style.height = `${Math.min(area.scrollHeight + 2, MOST_HIGH)}px`;
  }

  /** Shows what the letters before the caret may become. */
  #offer() {
    const { board, setting, area } = this;
    const { card } = board ?? {};
    if (!board || !setting || !card) return;
    const { t } = setting;
    const shop = board.shop(card.shop);
    const values = variables(card, { agent: board.agent?.name ?? '', shop: shop.name, guest: t('guest_polite') });
    const caret = area.selectionStart;
    const saying = this.kind === 'say';
    const others = board.colleagues.filter(({ id }) => id !== board.agent?.id);
    const found = saying ? cannedAt(area.value, caret, { shop, locale: card.locale, values }) : mentionAt(area.value, caret, others);
    this.found = found;
    this.picker.show(found?.options ?? [], {
      label: t(saying ? 'canned' : 'colleagues'), none: found ? t(saying ? 'no_canned' : 'no_colleague') : '', detail: (one) => (saying ? one.detail : t(`status_${one.detail}`)),
    });
  }

  /** @param {import('./completions.js').Option} option */
  #choose(option) {
    if (!this.found) return;
    const { text, caret } = complete(this.area.value, this.found, option);
    this.picker.hide();
    this.#put(text, caret);
  }

  /** @param {string} text @param {number} caret */
  #put(text, caret) {
    this.area.value = text;
    this.area.focus();
    this.area.setSelectionRange(caret, caret);
    this.#keep();
    this.#measure();
  }

  /** @param {string} sign */
  #type(sign) {
    const { value, selectionStart: caret } = this.area;
    const before = value.slice(0, caret);
    const space = before === '' || /\s$/.test(before) ? '' : ' ';
    this.#put(before + space + sign + value.slice(caret), caret + space.length + 1);
    this.#offer();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.isComposing || event.keyCode === 229) return;
    if (this.picker.key(event)) return;
    if (event.key === 'Tab' && !event.shiftKey && !event.altKey && this.area.value === '' && this.suggestions.list.length > 0) {
      event.preventDefault();
      return this.accept(this.suggestions.list[0]);
    }
    const number = event.altKey ? /^Digit([1-3])$/.exec(event.code) : null;
    if (number && this.suggestions.list[Number(number[1]) - 1]) {
      event.preventDefault();
      return this.accept(this.suggestions.list[Number(number[1]) - 1]);
    }
    if (event.key === 'Escape' && this.suggestions.dismiss()) {
      event.stopPropagation();
      return this.actions.draw();
    }
    if (event.key !== 'Enter' || event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.send();
  }

  #files() {
    this.attach(this.file.files ?? []);
    this.file.value = '';
  }

  /** Pictures that were chosen, pasted or dropped. @param {Iterable<File>} files */
  attach(files) {
    const { board } = this;
    if (!board || board.open === null || !board.isMine || this.kind !== 'say') return;
    const problem = this.attachments.add(board.open, files);
    if (problem) this.actions.tell(problem);
  }

  /** @param {ClipboardEvent} event */
  #paste(event) {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0 || this.kind !== 'say') return;
    event.preventDefault();
    this.attach(files);
  }

  /** @param {Kind} kind @param {string} words */
  #kindButton(kind, words) {
    return h('button', { type: 'button', dataset: { key: `kind-${kind}` }, 'aria-pressed': String(this.kind === kind), onclick: () => this.choose(kind) }, words);
  }

  /** @param {string} sign @param {string} words @param {() => void} run */
  #tool(sign, words, run) {
    const mark = sign === 'at' ? h('span', { class: 'at-sign', 'aria-hidden': 'true' }, '@') : icon(sign, 20);
    return h('button', { class: 'tool', type: 'button', dataset: { key: `tool-${sign}` }, 'aria-label': words, title: words, onclick: run }, mark);
  }
}
