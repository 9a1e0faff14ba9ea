// Where the shopper writes. Enter sends, Shift and Enter makes a new line, and Enter that only ends the choice of a
// character by an input method sends nothing.

import { h } from '../shared/html.js';
import { icon } from '../shared/icons.js';

const TYPING_EVERY_MS = 3_000;
const LONGEST = 2_000;

export class Composer {
  /** @param {{ send: (text: string) => void, typing: () => void, tooLong: () => void }} actions */
  constructor(actions) {
    this.actions = actions;
    this.lastTyping = 0;
    this.area = /** @type {HTMLTextAreaElement} */ (h('textarea', {
      rows: 1, enterkeyhint: 'send', autocomplete: 'off',
      oninput: () => this.#written(),
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
    }));
    this.button = /** @type {HTMLButtonElement} */ (h('button', { class: 'send', type: 'submit', disabled: true }, icon('send', 22)));
    this.root = h('form', { class: 'composer', onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); this.#send(); } }, this.area, this.button);
  }

  /** @param {{ label: string, placeholder: string, send: string }} words */
  update({ label, placeholder, send }) {
    this.area.setAttribute('aria-label', label);
    this.area.placeholder = placeholder;
    this.button.setAttribute('aria-label', send);
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
    if (text === '') return;
    if ([...text].length > LONGEST) {
      this.actions.tooLong();
      return;
    }
    this.area.value = '';
    this.lastTyping = 0;
    this.#fit();
    this.actions.send(text);
    this.focus();
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
    this.button.disabled = this.area.value.trim() === '';
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
