// A short list under the caret, worked from the text box that stays focused: arrows, Enter or Tab, Escape.

import { fill, h } from '../shared/html.js';

/** @typedef {import('./completions.js').Option} Option */

export class Picker {
  /**
   * @param {HTMLTextAreaElement} area
   * @param {{ choose: (option: Option) => void }} actions
   */
  constructor(area, actions) {
    this.area = area;
    this.actions = actions;
    this.list = h('ul', { role: 'listbox', id: 'picker' });
    this.none = h('p', { class: 'picker-none', role: 'status' });
    this.root = h('div', { class: 'picker', hidden: true }, this.list, this.none);
    /** @type {Option[]} */
    this.options = [];
    this.at = 0;
  }

  /**
   * @param {Option[]} options
   * @param {{ label: string, none: string, detail: (option: Option) => string }} words `none` is said when nothing fits, unless it is empty
   */
  show(options, { label, none, detail }) {
    this.options = options;
    this.at = 0;
    this.root.hidden = options.length === 0 && none === '';
    this.list.hidden = options.length === 0;
    this.none.hidden = options.length > 0 || none === '';
    this.none.textContent = none;
    this.list.setAttribute('aria-label', label);
    fill(this.list, options.map((option, place) => h('li', {
      role: 'option', id: `pick-${place}`, onmousedown: (/** @type {Event} */ event) => { event.preventDefault(); this.actions.choose(option); },
    }, h('b', null, option.label), h('span', null, detail(option)))));
    this.#mark();
  }

  hide() {
    this.root.hidden = true;
    this.options = [];
    this.area.removeAttribute('aria-activedescendant');
    this.area.removeAttribute('aria-controls');
  }

  /** @param {KeyboardEvent} event @returns {boolean} whether the key was for the list */
  key(event) {
    if (this.root.hidden) return false;
    if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      this.hide();
      return true;
    }
    if (this.options.length === 0 || event.altKey) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      this.at = (this.at + step + this.options.length) % this.options.length;
      this.#mark();
      return true;
    }
    if ((event.key === 'Enter' || event.key === 'Tab') && !event.shiftKey) {
      event.preventDefault();
      this.actions.choose(this.options[this.at]);
      return true;
    }
    return false;
  }

  #mark() {
    if (this.options.length === 0) return;
    [...this.list.children].forEach((item, place) => item.setAttribute('aria-selected', String(place === this.at)));
    this.list.children[this.at]?.scrollIntoView({ block: 'nearest' });
    this.area.setAttribute('aria-controls', 'picker');
    this.area.setAttribute('aria-activedescendant', `pick-${this.at}`);
  }
}
