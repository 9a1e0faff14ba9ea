// The shop's stickers to choose from. Arrow keys move, Enter sends, Escape leaves and gives the focus back.

import { fill, h } from '../shared/html.js';
import { icon } from '../shared/icons.js';
import { sticker } from '../shared/stickers.js';

/** @typedef {{ id: string, alt: string }} Sticker */

const COLUMNS = 4;

export class Picker {
  /** @param {(chosen: Sticker) => void} choose */
  constructor(choose) {
    this.choose = choose;
    this.list = h('div', { class: 'stickers', role: 'group', hidden: true, id: 'stickers', onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event) });
    this.button = h('button', { class: 'tool', type: 'button', hidden: true, 'aria-expanded': 'false', 'aria-controls': 'stickers', onclick: () => (this.isOpen ? this.close() : this.open()) }, icon('face', 24));
    this.drawn = '';
  }

  get isOpen() {
    return !this.list.hidden;
  }

  /**
   * @param {Sticker[]} stickers
   * @param {{ t: import('../shared/i18n.js').Translate, origin: string }} setting
   */
  update(stickers, { t, origin }) {
    this.button.hidden = stickers.length === 0;
    this.button.setAttribute('aria-label', t('stickers'));
    this.button.title = t('stickers');
    this.list.setAttribute('aria-label', t('stickers'));
    const stamp = JSON.stringify(stickers);
    if (stamp === this.drawn) return;
    this.drawn = stamp;
    fill(this.list, stickers.map((one, place) => h('button', {
      type: 'button', tabindex: place === 0 ? '0' : '-1', 'aria-label': one.alt, title: one.alt,
      onclick: () => {
        this.close();
        this.choose(one);
      },
    }, sticker(one.id, one.alt, origin, 68))));
  }

  open() {
    this.list.hidden = false;
    this.button.setAttribute('aria-expanded', 'true');
    this.#all()[0]?.focus();
  }

  /** @param {{ focus: boolean }} [how] */
  close({ focus } = { focus: true }) {
    if (!this.isOpen) return;
    this.list.hidden = true;
    this.button.setAttribute('aria-expanded', 'false');
    if (focus) this.button.focus({ preventScroll: true });
  }

  /** @returns {HTMLElement[]} */
  #all() {
    return /** @type {HTMLElement[]} */ ([...this.list.children]);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key === 'Escape') {
      event.stopPropagation();
      this.close();
      return;
    }
    const all = this.#all();
    const place = all.findIndex((one) => one === event.target);
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS }[event.key];
    const to = event.key === 'Home' ? 0 : event.key === 'End' ? all.length - 1 : step === undefined ? -1 : place + step;
    if (place < 0 || !all[to]) return;
    event.preventDefault();
    all[place].tabIndex = -1;
    all[to].tabIndex = 0;
    all[to].focus();
  }
}
