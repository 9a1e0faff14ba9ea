// Where the shopper writes. Enter sends, Shift and Enter makes a new line, and Enter that only ends the choice of a
// character by an input method sends nothing.

import { h } from '../shared/html.js';
import { icon } from '../shared/icons.js';
import { Picker } from './picker.js';
import { prepare } from './prepare.js';
import { Tray } from './tray.js';

/** @typedef {import('./conversation.js').Picture} Picture */

const TYPING_EVERY_MS = 3_000;
const LONGEST = 2_000;

export class Composer {
  /**
   * @param {{ send: (text: string) => void, sendPicture: (picture: Picture) => void, sendSticker: (sticker: import('./picker.js').Sticker) => void,
   *   typing: () => void, problem: (code: string) => void }} actions
   */
  constructor(actions) {
    this.actions = actions;
    this.lastTyping = 0;
    this.area = /** @type {HTMLTextAreaElement} */ (h('textarea', {
      rows: 1, enterkeyhint: 'send', autocomplete: 'off',
      oninput: () => this.#written(),
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
      onpaste: (/** @type {ClipboardEvent} */ event) => this.#paste(event),
    }));
    this.button = /** @type {HTMLButtonElement} */ (h('button', { class: 'send', type: 'submit', disabled: true }, icon('send', 22)));
    // Phones offer the camera beside the album for this.
    this.file = /** @type {HTMLInputElement} */ (h('input', { type: 'file', accept: 'image/*', multiple: true, hidden: true, tabindex: '-1', onchange: () => this.#chosen() }));
    this.picture = h('button', { class: 'tool', type: 'button', onclick: () => this.file.click() }, icon('picture', 24));
    this.picker = new Picker((chosen) => actions.sendSticker(chosen));
    this.tray = new Tray({ changed: () => this.#fit() });
    this.root = h('form', { class: 'composer', onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); this.#send(); } },
      this.picker.list, this.tray.root,
      h('div', { class: 'line' }, this.picture, this.picker.button, this.file, this.area, this.button));
  }

  /**
   * @param {{ t: import('../shared/i18n.js').Translate, placeholder: string, stickers: import('./picker.js').Sticker[], origin: string }} words
   */
  update({ t, placeholder, stickers, origin }) {
    this.area.setAttribute('aria-label', t('input'));
    this.area.placeholder = placeholder;
    this.button.setAttribute('aria-label', t('send'));
    this.picture.setAttribute('aria-label', t('picture'));
    this.picture.title = t('picture');
    this.file.setAttribute('aria-label', t('picture'));
    this.tray.update(t);
    this.picker.update(stickers, { t, origin });
  }

  /**
   * Files that were chosen, pasted or dropped, one after the other: several large ones at once are too much for a phone.
   * @param {File[]} files
   */
  async attach(files) {
    const fitting = files.slice(0, Math.max(0, this.tray.room));
    if (fitting.length < files.length) this.actions.problem('too_many_pictures');
    this.tray.expect(fitting.length);
    for (const file of fitting) {
      try {
        const picture = await prepare(file);
        this.tray.expect(-1);
        this.tray.add(picture);
      } catch (problem) {
        this.tray.expect(-1);
        this.actions.problem(/** @type {any} */ (problem)?.code ?? 'unsupported_media');
      }
    }
    this.focus();
  }

  /** A picture that could not be sent comes back. @param {Picture} picture */
  giveBackPicture(picture) {
    this.tray.add(picture);
    this.focus();
  }

  focus() {
    this.area.focus({ preventScroll: true });
  }

  /**
   * Words that could not be sent come back, before whatever was written since.
   * @param {string} text
   */
  giveBack(text) {
    const since = this.area.value;
    this.area.value = since.trim() === '' ? text : `${text}\n${since}`;
    this.#fit();
    this.focus();
  }

  #send() {
    const text = this.area.value.trim();
    if ([...text].length > LONGEST) {
      this.actions.problem('too_long');
      return;
    }
    const pictures = this.tray.take();
    if (text === '' && pictures.length === 0) return;
    this.picker.close({ focus: false });
    this.area.value = '';
    this.lastTyping = 0;
    this.#fit();
    pictures.forEach((picture) => this.actions.sendPicture(picture));
    if (text !== '') this.actions.send(text);
    this.focus();
  }

  #chosen() {
    const files = [...(this.file.files ?? [])];
    this.file.value = ''; // the same file may be chosen again
    void this.attach(files);
  }

  /** @param {ClipboardEvent} event */
  #paste(event) {
    const files = [...(event.clipboardData?.files ?? [])].filter(({ type }) => type.startsWith('image/'));
    // A table from a spreadsheet comes as words and as a picture: words are meant.
    if (files.length === 0 || event.clipboardData?.types.includes('text/plain')) return;
    event.preventDefault();
    void this.attach(files);
  }

  #written() {
    this.#fit();
    const now = Date.now();
    if (this.area.value.trim() === '' || now - this.lastTyping < TYPING_EVERY_MS) return;
    this.lastTyping = now;
    this.actions.typing();
  }

  #fit() {
    this.area.style.height = 'auto';
    this.area.style.height = `${Math.min(this.area.scrollHeight + 2, 120)}px`;
    this.button.disabled = this.area.value.trim() === '' && this.tray.pictures.length === 0;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    // 229 is what some browsers report for the key that ends a composition after `isComposing` is false again.
    const composing = event.isComposing || event.keyCode === 229;
    if (event.key !== 'Enter' || event.shiftKey || composing) return;
    event.preventDefault();
    this.#send();
  }
}
