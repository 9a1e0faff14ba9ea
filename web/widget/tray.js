// Pictures that are about to be sent, above the box to write in: each with a way to take it out again.

import { fill, h } from '../shared/html.js';
import { icon } from '../shared/icons.js';

/** @typedef {import('./conversation.js').Picture} Picture */

export const MOST = 9;

export class Tray {
  /** @param {{ changed: () => void }} actions */
  constructor(actions) {
    this.actions = actions;
    /** @type {Picture[]} */
    this.pictures = [];
    /** Files that are being made ready. */
    this.expected = 0;
    this.root = h('ul', { class: 'tray', hidden: true });
    /** @type {import('../shared/i18n.js').Translate} */
    this.t = (name) => name;
  }

  /** @param {import('../shared/i18n.js').Translate} t */
  update(t) {
    this.t = t;
    this.root.setAttribute('aria-label', t('tray'));
    this.#draw();
  }

  get room() {
    return MOST - this.pictures.length - this.expected;
  }

  /** @param {number} more files that will come, or fewer */
  expect(more) {
    this.expected += more;
    this.#draw();
  }

  /** @param {Picture} picture @returns {boolean} false when there is no room for another */
  add(picture) {
    if (this.pictures.length >= MOST) return false;
    this.pictures.push(picture);
    this.#draw();
    this.actions.changed();
    return true;
  }

  /** @returns {Picture[]} all of them, which leaves none */
  take() {
    const all = this.pictures;
    this.pictures = [];
    this.#draw();
    this.actions.changed();
    return all;
  }

  /** @param {number} place */
  #remove(place) {
    const [gone] = this.pictures.splice(place, 1);
    URL.revokeObjectURL(gone.url);
    this.#draw();
    this.actions.changed();
    const next = /** @type {HTMLElement | undefined} */ (this.root.querySelectorAll('button')[Math.min(place, this.pictures.length - 1)]);
    next?.focus();
  }

  #draw() {
    this.root.hidden = this.pictures.length + this.expected === 0;
    fill(this.root, ...this.pictures.map((picture, place) => h('li', null,
      h('img', { src: picture.url, alt: this.t('tray_picture', { n: place + 1 }) }),
      h('button', { type: 'button', 'aria-label': this.t('tray_remove', { n: place + 1 }), onclick: () => this.#remove(place) }, icon('close', 15)))), Array.from({ length: this.expected }, () => h('li', { class: 'expected' })));
  }
}
