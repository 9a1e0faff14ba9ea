// The learning queue: what shoppers said that was not answered well, by meaning, and what to make of it.

import { fill, h } from '../shared/html.js';
import { showDay } from '../shared/format.js';
import { request } from '../shared/signin.js';
import { allFaq } from './faq.js';
import { allWordings } from './intents.js';
import { Said } from './parts.js';

/** @typedef {import('./draft.js').Draft} Draft */
/** @typedef {import('./faq.js').World} World */
/**
 * @typedef {object} Entry
 * @property {{ text: string, count: number }[]} wordings
 * @property {number} count
 * @property {number} different
 * @property {{ why: string, count: number }[]} why
 * @property {{ intent: string, count: number }[]} meant
 * @property {string[]} answers
 * @property {string} first
 * @property {string} last
 * @property {{ earlier: number, later: number }} trend
 * @property {{ intent: string, confidence: number }[]} intents
 * @property {{ faq: string, score: number }[]} faq
 */

/** So many in the later half, and more than twice as many as in the earlier one, are a rise. */
const RISES_FROM = 3;

export class LearnPage {
  /** @param {Draft} draft @param {string} shop @param {World} world */
  constructor(draft, shop, world) {
    this.draft = draft;
    this.shop = shop;
    this.world = world;
    this.path = `${draft.path}/learning`;
    this.glossary = `shops/${shop}/glossary.toml`;
    /** @type {{ word: string, synonyms?: string[] }[]} */
    this.terms = [];
    /** @type {Entry[]} */
    this.entries = [];
    /** @type {import('./faq.js').Entry[]} */
    this.faq = [];
    /** The version that the queue was read for. @type {string | null | undefined} */
    this.shown = undefined;
    this.said = new Said();
    this.list = h('ol', { class: 'learning' });
    const { t } = world;
    this.root = h('section', { class: 'page' }, h('h2', null, t('learn')), h('p', { class: 'soft' }, t('learn_hint')), this.said.root, this.list);
  }

  async update() {
    if (this.shown === this.draft.version) return;
    this.shown = this.draft.version;
    await this.#load();
  }

  async #load() {
    const [{ ok, value }, faq, glossary] = await Promise.all([request('GET', this.path), allFaq(this.draft), this.draft.file(this.glossary)]);
    this.terms = (Array.isArray(glossary?.value?.term) ? glossary.value.term : []).filter((/** @type {any} */ one) => typeof one?.word === 'string');
    if (!ok) return this.said.say(this.world.t('failed'), true);
    this.faq = faq;
    this.entries = value.entries;
    this.#draw();
  }

  #draw() {
    const { t } = this.world;
    fill(this.list, this.entries.length === 0 ? h('li', { class: 'card soft empty' }, t('learn_none')) : this.entries.map((entry) => this.#drawEntry(entry)));
  }

  /** @param {Entry} entry */
  #drawEntry(entry) {
    const { t, locale } = this.world;
    const rising = entry.trend.later >= RISES_FROM && entry.trend.later > 2 * entry.trend.earlier;
    const picked = () => [...item.querySelectorAll('input[type=checkbox]')].filter((box) => /** @type {HTMLInputElement} */ (box).checked).map((box) => /** @type {HTMLInputElement} */ (box).value);
    /** @type {HTMLElement} */
    const item = h('li', { class: 'card' },
      h('div', { class: 'version-head' }, h('h3', null, entry.wordings[0]?.text ?? ''),
        h('p', { class: 'soft' }, t('learn_count', { n: entry.count }), rising && h('span', { class: 'state' }, t('learn_rising')), ` · ${showDay(locale, entry.last)}`)),
      h('p', { class: 'chips-row' }, entry.why.map(({ why, count }) => h('span', { class: `state ${why === 'rated_badly' ? 'bad' : ''}` }, `${t(`why_${why}`)} ${count}`))),
      h('ul', { class: 'wordings pick' }, entry.wordings.map(({ text, count }) => h('li', null, h('label', null, h('input', { type: 'checkbox', value: text, checked: true }), ' ', text, count > 1 && h('span', { class: 'soft' }, ` ×${count}`))))),
      entry.different > entry.wordings.length && h('p', { class: 'soft' }, t('learn_more', { n: entry.different - entry.wordings.length })),
      entry.answers.length > 0 && h('details', null, h('summary', null, t('learn_answers')), h('ul', { class: 'wordings' }, entry.answers.map((one) => h('li', null, one)))),
      entry.why.some(({ why }) => why === 'not_found') && this.#toTerm(entry),
      this.#toIntent(entry, picked), this.#toFaq(entry, picked),
      h('div', { class: 'acts' },
        h('button', { class: 'button line small', type: 'button', onclick: () => this.#newFaq(entry, picked()) }, t('learn_new_faq')),
        h('button', { class: 'button line small', type: 'button', onclick: () => void this.#dismiss(entry, entry.wordings.map(({ text }) => text)) }, t('learn_dismiss'))));
    return item;
  }

  /** @param {Entry} entry @param {() => string[]} picked */
  #toIntent(entry, picked) {
    const { t, locale } = this.world;
    const first = entry.meant[0]?.intent ?? entry.intents[0]?.intent;
    const near = new Set([...entry.meant.map(({ intent }) => intent), ...entry.intents.map(({ intent }) => intent)]);
    const name = (/** @type {import('./draft.js').Intent} */ one) => `${(locale === 'en' ? one.name.en : one.name.zh) ?? ''} ${one.id}`;
    const sorted = [...this.draft.intents].sort((one, other) => Number(near.has(other.id)) - Number(near.has(one.id)));
    const choice = /** @type {HTMLSelectElement} */ (h('select', { 'aria-label': t('learn_intent') }, sorted.map((one) => h('option', { value: one.id, selected: one.id === first }, name(one)))));
    return h('div', { class: 'teach' }, h('label', { class: 'field' }, t('learn_intent'), choice),
      h('button', { class: 'button small', type: 'button', onclick: () => void this.#teachIntent(entry, choice.value, picked()) }, t('learn_add')));
  }

  /** @param {Entry} entry @param {() => string[]} picked */
  #toFaq(entry, picked) {
    const { t } = this.world;
    const own = this.faq.filter((one) => one.own);
    if (own.length === 0) return null;
    const near = new Set(entry.faq.map(({ faq }) => faq));
    const sorted = [...own].sort((one, other) => Number(near.has(other.faq.id)) - Number(near.has(one.faq.id)));
    const choice = /** @type {HTMLSelectElement} */ (h('select', { 'aria-label': t('learn_faq') }, sorted.map(({ faq }) => h('option', { value: faq.id }, faq.ask?.[0] ?? faq.id))));
    return h('div', { class: 'teach' }, h('label', { class: 'field' }, t('learn_faq'), choice),
      h('button', { class: 'button small', type: 'button', onclick: () => void this.#teachFaq(entry, choice.value, picked()) }, t('learn_add')));
  }

  /** What shoppers call something that the shop sells by another name. @param {Entry} entry */
  #toTerm(entry) {
    const { t } = this.world;
    if (this.terms.length === 0) return null;
    const choice = /** @type {HTMLSelectElement} */ (h('select', null, this.terms.map(({ word }) => h('option', { value: word }, word))));
    const called = /** @type {HTMLInputElement} */ (h('input', { maxlength: 40, autocomplete: 'off', value: entry.wordings[0]?.text ?? '' }));
    return h('div', { class: 'teach' }, h('div', { class: 'pair' }, h('label', { class: 'field' }, t('learn_called'), called), h('label', { class: 'field' }, t('learn_term'), choice)),
      h('button', { class: 'button small', type: 'button', onclick: () => void this.#teachTerm(entry, choice.value, called.value.trim()) }, t('learn_add')));
  }

  /** @param {Entry} entry @param {string} word @param {string} called */
  async #teachTerm(entry, word, called) {
    const term = this.terms.find((one) => one.word === word);
    if (called === '' || !term) return this.said.say(this.world.t('learn_pick'), true);
    const to = [...new Set([...(term.synonyms ?? []), called])];
    this.#taught(entry, await this.draft.edit(this.glossary, [{ at: ['term', { by: 'word', is: word }, 'synonyms'], to }]));
    term.synonyms = to;
  }

  /** @param {Entry} entry @param {string} id @param {string[]} words */
  async #teachIntent(entry, id, words) {
    if (words.length === 0) return this.said.say(this.world.t('learn_pick'), true);
    const own = ((await allWordings(this.draft)).get(id) ?? []).find((one) => one.own);
    const path = own?.path ?? `shops/${this.shop}/intents/own.toml`;
    const code = await this.draft.edit(path, [{ at: [id, 'examples'], to: [...new Set([...(own?.examples ?? []), ...words])] }]);
    this.#taught(entry, code);
  }

  /** @param {Entry} entry @param {string} id @param {string[]} words */
  async #teachFaq(entry, id, words) {
    if (words.length === 0) return this.said.say(this.world.t('learn_pick'), true);
    const found = (await allFaq(this.draft)).find((one) => one.own && one.faq.id === id);
    if (!found) return this.said.say(this.world.t('no_entry'), true);
    const code = await this.draft.edit(found.path, [{ at: ['faq', { by: 'id', is: id }, 'ask'], to: [...new Set([...(found.faq.ask ?? []), ...words])] }]);
    this.#taught(entry, code);
  }

  /** @param {Entry} entry @param {string} code why it could not be done, if it could not */
  #taught(entry, code) {
    if (code) return this.said.say(this.world.t(`problem_${code}`), true);
    this.said.say(this.world.t('learn_taught'));
    this.entries = this.entries.filter((one) => one !== entry);
    this.#draw();
  }

  /** @param {Entry} entry @param {string[]} words */
  #newFaq(entry, words) {
    this.draft.begun = { ask: words, answer: entry.answers[0] ?? '' };
    location.hash = `faq/${encodeURIComponent(this.shop)}/+`;
  }

  /** @param {Entry} entry @param {string[]} words */
  async #dismiss(entry, words) {
    const { ok } = await request('POST', `${this.path}/dismiss`, { words });
    if (!ok) return this.said.say(this.world.t('failed'), true);
    this.entries = this.entries.filter((one) => one !== entry);
    this.#draw();
  }
}
