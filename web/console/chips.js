// A list of short texts, each a chip that can be taken away; more are typed, or picked from what there is.

import { fill, h } from '../shared/html.js';

/** @typedef {import('../shared/i18n.js').Translate} Translate */
/** @typedef {{ value: string, label: string }} Choice */

const MOST_SHOWN = 7;
const SEPARATORS = /[,，、;；\n]+/;

/**
 * Choices that speak of something, those that begin with it first.
 * @param {Choice[]} choices
 * @param {string} words
 * @param {string[]} taken
 */
export function fitting(choices, words, taken) {
  const wanted = words.trim().toLowerCase();
  const free = choices.filter(({ value }) => !taken.includes(value));
  if (wanted === '') return free;
  const at = (/** @type {Choice} */ { value, label }) => {
    const places = [label, value].map((text) => text.toLowerCase().indexOf(wanted)).filter((place) => place >= 0);
    return places.length === 0 ? -1 : Math.min(...places);
  };
  return free.filter((one) => at(one) >= 0).sort((one, other) => at(one) - at(other));
}

export class Chips {
  /**
   * @param {string[]} values
   * @param {{ t: Translate, id: string, label: string, choices?: Choice[], strict?: boolean, type?: string, describedby?: string }} how strict: only what there is
   */
  constructor(values, how) {
    this.values = [...values];
    this.how = { choices: [], strict: false, type: 'text', ...how };
    const { t, id, label, type, describedby } = this.how;
    this.list = h('ul', { class: 'chip-list' });
    this.input = /** @type {HTMLInputElement} */ (h('input', {
      id, type, autocomplete: 'off', enterkeyhint: 'done', placeholder: this.how.strict ? t('chips_pick') : t('chips_add'), 'aria-describedby': describedby ?? null,
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event), oninput: () => this.#typed(), onfocus: () => this.#suggest(),
      onblur: () => { if (!this.how.strict) this.#take(); },
    }));
    this.offered = h('ul', { class: 'offered', hidden: true, 'aria-label': t('chips_offered', { name: label }) });
    this.node = h('div', { class: 'chips-box', onfocusout: (/** @type {FocusEvent} */ event) => {
      if (!this.node.contains(/** @type {Node | null} */ (event.relatedTarget))) this.offered.hidden = true;
    } }, this.list, this.input, this.offered);
    this.#draw();
  }

  /** What is there, with what is typed and not yet a chip. */
  read() {
    const typed = this.#named(this.input.value);
    const all = [...new Set([...this.values, ...typed])];
    return all.length > 0 ? all : null;
  }

  /** The values that a text means. @param {string} text */
  #named(text) {
    const parts = text.split(SEPARATORS).map((part) => part.trim()).filter(Boolean);
    if (!this.how.strict) return parts;
    return parts.flatMap((part) => this.how.choices.find(({ value, label }) => value === part || label === part)?.value ?? []);
  }

  #draw() {
    const { t, choices } = this.how;
    fill(this.list, this.values.map((value) => {
      const label = choices.find((one) => one.value === value)?.label ?? value;
      return h('li', null, h('span', null, label), h('button', { type: 'button', 'aria-label': t('chips_remove', { name: label }), onclick: () => {
        this.values = this.values.filter((one) => one !== value);
        this.#changed();
        this.input.focus();
      } }, '×'));
    }));
    this.list.hidden = this.values.length === 0;
  }

  #changed() {
    this.#draw();
    this.node.dispatchEvent(new Event('input', { bubbles: true }));
  }

  /** @param {string} value */
  #add(value) {
    this.input.value = '';
    if (!this.values.includes(value)) this.values.push(value);
    this.#changed();
    this.#suggest();
  }

  #take() {
    const named = this.#named(this.input.value);
    if (named.length === 0) return;
    this.input.value = '';
    this.values = [...new Set([...this.values, ...named])];
    this.#changed();
  }

  #typed() {
    if (!this.how.strict && SEPARATORS.test(this.input.value)) this.#take();
    this.#suggest();
  }

  #suggest() {
    const { choices } = this.how;
    const found = choices.length === 0 ? [] : fitting(choices, this.input.value, this.values).slice(0, MOST_SHOWN);
    fill(this.offered, found.map(({ value, label }) => h('li', null, h('button', {
      // The text keeps the keyboard, so that a click takes what was meant and not what is typed.
      type: 'button', onpointerdown: (/** @type {Event} */ event) => event.preventDefault(), onkeydown: (/** @type {KeyboardEvent} */ event) => this.#among(event),
      onclick: () => { this.#add(value); this.input.focus(); },
    }, h('span', null, label), label !== value && h('code', null, value)))));
    this.offered.hidden = found.length === 0;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.isComposing) return;
    if (event.key === 'Enter') {
      const [first] = this.how.strict && this.input.value.trim() !== '' ? fitting(this.how.choices, this.input.value, this.values) : [];
      if (this.input.value.trim() === '') return;
      event.preventDefault();
      if (first) this.#add(first.value);
      else this.#take();
    } else if (event.key === 'ArrowDown' && !this.offered.hidden) {
      event.preventDefault();
      /** @type {HTMLElement | null} */ (this.offered.querySelector('button'))?.focus();
    } else if (event.key === 'Escape' && !this.offered.hidden) {
      event.stopPropagation();
      this.offered.hidden = true;
    } else if (event.key === 'Backspace' && this.input.value === '' && this.values.length > 0) {
      this.values.pop();
      this.#changed();
    }
  }

  /** @param {KeyboardEvent} event in the list of what is offered */
  #among(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Escape') {
      this.offered.hidden = true;
      this.input.focus();
    }
    if (step === undefined) return;
    event.preventDefault();
    const all = [...this.offered.querySelectorAll('button')];
    const next = all[all.indexOf(/** @type {HTMLButtonElement} */ (event.target)) + step];
    (next ?? this.input).focus();
  }
}
