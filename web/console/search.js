// One box that finds everything the workshop holds, as it is typed; `/` leads to it, arrows through what it finds.

import { fill, h } from '../shared/html.js';
import { icon } from '../shared/icons.js';
import { entriesOf } from './search_entries.js';
import { around, find, lineOf, marked, wordsOf } from './search_index.js';

/** @typedef {import('./search_index.js').Entry} Entry */
/** @typedef {import('./draft.js').Draft} Draft */

const WAIT_MS = 90;

export class SearchBox {
  /** @param {Draft} draft @param {import('./search_entries.js').Setting & { goTo: (page: string, rest: string) => void }} world */
  constructor(draft, world) {
    this.draft = draft;
    this.world = world;
    /** @type {Entry[]} */
    this.entries = [];
    /** What the entries were made of. @type {string | null} */
    this.stamp = null;
    /** @type {HTMLElement[]} */
    this.options = [];
    this.at = -1;
    this.timer = 0;
    const { t } = world;
    this.input = /** @type {HTMLInputElement} */ (h('input', {
      type: 'search', role: 'combobox', 'aria-expanded': 'false', 'aria-controls': 'found', 'aria-autocomplete': 'list', 'aria-label': t('search_all'),
      placeholder: matchMedia('(hover: hover)').matches ? `${t('search_all')} · ${t('search_key')}` : t('search_all'), autocomplete: 'off', maxlength: 100, enterkeyhint: 'search',
      onfocus: () => void this.#ready(), oninput: () => this.#typed(), onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
    }));
    this.status = h('p', { class: 'hush', role: 'status' });
    this.none = h('p', { class: 'soft none', hidden: true });
    this.list = h('div', { id: 'found', role: 'listbox', 'aria-label': t('search_all') });
    this.panel = h('div', { class: 'found', hidden: true }, this.none, this.list);
    this.root = h('search', { class: 'search-all', onfocusout: (/** @type {FocusEvent} */ event) => {
      if (!this.root.contains(/** @type {Node | null} */ (event.relatedTarget))) this.#close();
    } }, icon('search', 18), this.input, this.status, this.panel);
    addEventListener('keydown', (event) => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || !this.root.isConnected || document.querySelector('dialog[open]')) return;
      if (event.target instanceof HTMLElement && event.target.closest('input, textarea, select, [contenteditable]')) return;
      event.preventDefault();
      this.input.focus();
      this.input.select();
    });
  }

  /** Reads anew what can be found, if something changed since. */
  async #ready() {
    const stamp = JSON.stringify([this.draft.version, [...this.draft.changes.values()].map(({ path, text }) => [path, text?.length, text])]);
    if (stamp === this.stamp) return;
    this.stamp = stamp;
    this.entries = await entriesOf(this.draft, this.world);
    if (this.input.value.trim() !== '' && document.activeElement === this.input) this.#show();
  }

  #typed() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.#ready().then(() => this.#show()), WAIT_MS);
  }

  #show() {
    const { t } = this.world;
    const text = this.input.value;
    const words = wordsOf(text);
    if (words.length === 0) return this.#close();
    const found = find(this.entries, text);
    this.options = [];
    const option = (/** @type {Entry} */ entry) => {
      const node = h('div', { class: 'hit', role: 'option', id: `found-${this.options.length}`, 'aria-selected': 'false', onpointerdown: (/** @type {Event} */ event) => event.preventDefault(), onclick: () => this.#open(entry) },
        h('b', null, mark(around(entry.title, words), words)), entry.text !== '' && h('span', { class: 'soft' }, mark(around(entry.text, words), words)));
      this.options.push(node);
      return node;
    };
    fill(this.list, found.map(({ kind, hits, more }) => h('div', { role: 'group', 'aria-label': t(`kind_${kind}`) },
      h('p', { class: 'kind', 'aria-hidden': 'true' }, t(`kind_${kind}`), more > 0 && h('span', { class: 'soft' }, ` · ${t('search_more', { n: more })}`)), hits.map(({ entry }) => option(entry)))));
    const count = found.reduce((sum, { hits, more }) => sum + hits.length + more, 0);
    this.none.hidden = count > 0;
    this.none.textContent = count > 0 ? '' : t('search_none', { words: text.trim() });
    this.status.textContent = count > 0 ? t('search_found', { n: count }) : this.none.textContent;
    this.panel.hidden = false;
    this.input.setAttribute('aria-expanded', String(count > 0));
    this.#choose(count > 0 ? 0 : -1);
  }

  /** @param {number} at */
  #choose(at) {
    this.options[this.at]?.setAttribute('aria-selected', 'false');
    this.at = at;
    const chosen = this.options[at];
    chosen?.setAttribute('aria-selected', 'true');
    if (chosen) this.input.setAttribute('aria-activedescendant', chosen.id);
    else this.input.removeAttribute('aria-activedescendant');
    chosen?.scrollIntoView({ block: 'nearest' });
  }

  #close() {
    clearTimeout(this.timer);
    this.panel.hidden = true;
    this.status.textContent = '';
    this.input.setAttribute('aria-expanded', 'false');
    this.#choose(-1);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && !this.panel.hidden && this.options.length > 0) {
      event.preventDefault();
      this.#choose((this.at + step + this.options.length) % this.options.length);
    } else if (event.key === 'Enter' && !this.panel.hidden) {
      event.preventDefault();
      this.options[this.at]?.click();
    } else if (event.key === 'Escape' && !this.panel.hidden) {
      event.preventDefault();
      this.#close();
    }
  }

  /** @param {Entry} entry */
  #open({ page, rest, text }) {
    const line = page === 'files' ? lineOf(text, wordsOf(this.input.value)) : 0;
    this.#close();
    this.input.value = '';
    this.input.blur();
    this.world.goTo(page, line > 0 ? `${rest}:${line}` : rest);
  }
}

/** @param {string} text @param {string[]} words */
const mark = (text, words) => marked(text, words).map((piece) => (piece.hit ? h('mark', null, piece.text) : piece.text));
