// Replies that fit the shopper's last words, above the box: Tab in the empty box takes the first, Alt and a number any.
// What is changed before it is sent teaches the assistant; the composer says what the words were made from.

import { h } from '../shared/html.js';
import { Drawn } from './drawn.js';

/** @typedef {import('./board.js').Board} Board */
/** @typedef {import('./thread.js').Suggestion} Suggestion */

const MOST = 3;

export class Suggestions {
  /** @param {{ accept: (suggestion: Suggestion) => void, focus: () => HTMLElement }} actions */
  constructor(actions) {
    this.actions = actions;
    this.root = h('div', { class: 'suggestions', role: 'group' });
    this.drawn = new Drawn(this.root, actions.focus);
    /** @type {Suggestion[]} */
    this.list = [];
    /** Those that were put aside, until there are others. */
    this.dismissed = '';
    this.stamp = '';
  }

  /**
   * @param {Board} board
   * @param {import('./lists.js').Setting} setting
   * @param {boolean} fits whether the box is there to be filled
   */
  update(board, { t, locale }, fits) {
    const all = fits ? board.suggestions.slice(0, MOST) : [];
    const stamp = JSON.stringify([board.open, all]);
    this.list = stamp === this.dismissed ? [] : all;
    this.root.hidden = this.list.length === 0;
    this.root.setAttribute('aria-label', t('suggestions'));
    this.drawn.update([locale, this.list], () => [
      h('ul', null, this.list.map((suggestion, place) => h('li', null, h('button', {
        type: 'button', dataset: { key: `suggestion${place}` }, onclick: () => this.actions.accept(suggestion), title: suggestion.text, 'aria-keyshortcuts': place === 0 ? 'Tab' : `Alt+${place + 1}`,
      },
      h('span', { class: 'suggestion-head' }, h('span', { class: 'source' }, t(`source_${suggestion.source}`)), h('kbd', { 'aria-hidden': 'true' }, place === 0 ? 'Tab' : `Alt ${place + 1}`)),
      h('span', { class: 'suggestion-text' }, suggestion.text))))),
    ]);
    this.stamp = stamp;
  }

  /** Puts what is shown aside. @returns {boolean} whether there was something */
  dismiss() {
    if (this.list.length === 0) return false;
    this.dismissed = this.stamp;
    return true;
  }
}
