// What was written and not sent, kept in the browser: drafts by conversation, and words on their way. A reload, a crash
// and a switch of conversation lose none of it. Other windows of the same person see the same: the last one that was
// written in wins, and a window that is being written in is never overwritten.

import { Storage } from '../shared/storage.js';

/** @typedef {import('./thread.js').Pending} Pending */
/** @typedef {import('./thread.js').Suggestion} Suggestion */
/** @typedef {'say' | 'note'} Kind */
/** @typedef {{ text: string, at: number, suggestion?: Suggestion }} Draft */
/** @typedef {import('../shared/storage.js').Shelf & { length?: number, key?: (place: number) => string | null }} Shelf */

const KEPT_FOR_MS = 14 * 86_400_000;

export class Kept {
  /**
   * @param {string} agent whose words they are
   * @param {Shelf | null} [shelf] where they are kept; the browser's own storage by default
   */
  constructor(agent, shelf = undefined) {
    this.storage = new Storage(`desk/${agent}`, shelf);
    this.prefix = `xiaoer:desk/${agent}:`;
    /** Drafts as they were last read: the lists look at all of them each time they are drawn. @type {Map<string, Draft | null>} */
    this.read = new Map();
  }

  /** @param {string} conversation @param {Kind} kind @returns {Draft | null} */
  draft(conversation, kind) {
    const place = `${conversation}/${kind}`;
    const known = this.read.get(place);
    if (known !== undefined) return known;
    const draft = this.storage.get(`draft/${place}`);
    const fine = draft && typeof draft.text === 'string' ? draft : null;
    this.read.set(place, fine);
    return fine;
  }

  /** @param {string} conversation @param {Kind} kind @param {Draft | null} draft */
  setDraft(conversation, kind, draft) {
    const kept = draft && draft.text.trim() !== '' ? draft : null;
    this.read.set(`${conversation}/${kind}`, kept);
    this.storage.set(`draft/${conversation}/${kind}`, kept);
  }

  /**
   * Words that could not be sent go back before whatever was written since.
   * @param {string} conversation
   * @param {Kind} kind
   * @param {string} text
   * @param {number} now
   */
  giveBack(conversation, kind, text, now) {
    const since = this.draft(conversation, kind)?.text ?? '';
    this.setDraft(conversation, kind, { text: since.trim() === '' ? text : `${text}\n${since}`, at: now });
  }

  /** @param {string} conversation @returns {boolean} whether something is written and not sent */
  hasDraft(conversation) {
    return this.draft(conversation, 'say') !== null;
  }

  /** @param {string} conversation @returns {Pending[]} */
  outbox(conversation) {
    const entries = this.storage.get(`outbox/${conversation}`);
    return Array.isArray(entries) ? entries : [];
  }

  /** @param {string} conversation @param {Pending[]} entries */
  setOutbox(conversation, entries) {
    this.storage.set(`outbox/${conversation}`, entries.length > 0 ? entries : null);
  }

  /** @returns {string[]} conversations with words on their way */
  unsent() {
    return this.#names('outbox/').map((name) => name.slice('outbox/'.length));
  }

  /** What nobody came back to for two weeks goes. @param {number} now */
  sweep(now) {
    for (const name of this.#names('draft/')) {
      const draft = this.storage.get(name);
      if (!draft || !(now - draft.at < KEPT_FOR_MS)) this.storage.set(name, null);
    }
    this.read.clear();
    for (const name of this.#names('outbox/')) {
      const entries = this.storage.get(name);
      if (!Array.isArray(entries) || entries.every(({ at }) => !(now - Date.parse(at) < KEPT_FOR_MS))) this.storage.set(name, null);
    }
  }

  /** Which draft a change of storage in another window is about. @param {string | null} key @returns {string | null} `conversation/kind` */
  changed(key) {
    const start = `${this.prefix}draft/`;
    if (key === null) this.read.clear();
    if (key === null || !key.startsWith(start)) return null;
    const place = key.slice(start.length);
    this.read.delete(place);
    return place;
  }

  /** @param {string} start @returns {string[]} */
  #names(start) {
    const shelf = /** @type {Shelf | null} */ (this.storage.shelf);
    const names = [...this.storage.memory.keys()];
    try {
      for (let place = 0; place < (shelf?.length ?? 0); place += 1) names.push(shelf?.key?.(place) ?? '');
    } catch {
      // A shelf that refuses holds nothing of ours.
    }
    return [...new Set(names)].filter((name) => name.startsWith(this.prefix + start)).map((name) => name.slice(this.prefix.length));
  }
}
