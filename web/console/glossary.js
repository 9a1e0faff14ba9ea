// The shop's own words: what shoppers say instead, the English, and what replies must never say.

import { h } from '../shared/html.js';
import { EntryPage } from './entry_page.js';
import { listOf } from './facts.js';
import { Form } from './form.js';
import { sureButton } from './parts.js';

/** @typedef {import('./draft.js').Draft} Draft */
/** @typedef {import('./faq.js').World} World */
/** @typedef {import('./controls.js').Field} Field */

/** The entry of what is never said, which no word can be. */
const FORBIDDEN = '!';

/** The entry of how replies sound. */
const TONE = '~';

/** @type {Field[]} */
const TONE_FIELDS = ['you', 'hail', 'tail'].map((key) => ({ name: `tone_${key}`, key: [key], kind: /** @type {const} */ ('text') }));

/** @type {Field[]} */
const FIELDS = [
  { name: 'word', key: ['word'], kind: 'text', needed: true }, { name: 'word_en', key: ['en'], kind: 'text' }, { name: 'synonyms', key: ['synonyms'], kind: 'words', wide: true },
];

export class GlossaryPage {
  /** @param {Draft} draft @param {string} shop @param {World} world */
  constructor(draft, shop, world) {
    this.world = world;
    const { t } = world;
    this.page = new EntryPage(draft, world, {
      title: t('glossary'), hint: t('glossary_hint'), path: `shops/${shop}/glossary.toml`, search: t('search_glossary'), empty: t('no_terms'),
      add: { words: t('add_term'), run: () => world.go('+') },
      rows: (_known, value) => [
        { id: FORBIDDEN, title: t('never_said'), note: listOf(value?.forbidden).join('、') || t('f_forbidden_hint') },
        { id: TONE, title: t('tone'), note: ['hail', 'you', 'tail'].map((key) => value?.tone?.[key]).filter(Boolean).join('、') || t('tone_none') },
        ...listOf(value?.term).filter((one) => typeof one?.word === 'string').map((one) => ({ id: one.word, title: one.word, note: [...listOf(one.synonyms), one.en].filter(Boolean).join('、'), group: t('terms') })),
      ],
      detail: (open, known, value) => this.#detail(open, known, value),
      rowOf: ({ entry, index }, value) => (entry === 'term' ? listOf(value?.term)[index]?.word : FORBIDDEN),
      entryOf: (value, id) => (id === FORBIDDEN ? value?.forbidden : id === TONE ? value?.tone : listOf(value?.term).find((one) => one?.word === id)),
    });
    this.root = this.page.root;
  }

  /** @param {string} open the word in the address; `+` is a new one */
  update(open) {
    return this.page.update(open);
  }

  /** @param {string} open @param {import('./facts.js').Known} known @param {any} value @returns {import('./entry_page.js').Detail | null} */
  #detail(open, known, value) {
    const { t } = this.world;
    const terms = listOf(value?.term);
    if (open === FORBIDDEN) {
      const form = new Form({
        groups: [{ fields: [{ name: 'forbidden', key: ['forbidden'], kind: 'words', wide: true }] }], value, at: [], world: this.world, known, name: t('never_said'),
        heading: h('h3', null, t('never_said')), save: (edits) => this.page.edit(edits),
      });
      return { nodes: [form.root], forms: [{ form, mine: ({ entry }) => entry !== 'term' }] };
    }
    if (open === TONE) {
      const form = new Form({
        groups: [{ fields: TONE_FIELDS }], value: value?.tone ?? {}, at: ['tone'], world: this.world, known, name: t('tone'),
        heading: h('div', null, h('h3', null, t('tone')), h('p', { class: 'soft' }, t('tone_hint'))), save: (edits) => this.page.edit(edits),
      });
      return { nodes: [form.root], forms: [{ form, mine: ({ entry, key }) => entry === '' && key.startsWith('tone') }] };
    }
    const index = terms.findIndex(({ word }) => word === open);
    if (open !== '+' && index < 0) return null;
    const isNew = open === '+';
    const one = isNew ? {} : terms[index];
    const form = new Form({
      groups: [{ fields: FIELDS }], value: one, at: ['term', isNew ? terms.length : { by: 'word', is: open }], isNew, world: this.world, known, name: isNew ? t('add_term') : open,
      heading: h('h3', null, isNew ? t('add_term') : open),
      acts: !isNew && sureButton(t('remove'), t('remove_sure'), () => void this.#remove(open)),
      save: (edits, made, leaving) => this.#keep(edits, { word: made.valueOf('word'), before: isNew ? '' : open, terms, leaving }),
    });
    return { nodes: [form.root], forms: [{ form, mine: (place) => !isNew && place.entry === 'term' && place.index === index }] };
  }

  /**
   * @param {import('./draft.js').Edit[]} edits
   * @param {{ word: string, before: string, terms: any[], leaving: boolean }} what `before`: what it was called
   */
  async #keep(edits, { word, before, terms, leaving }) {
    const { t } = this.world;
    if (word !== before && (word === FORBIDDEN || word === '+' || terms.some((one) => one.word === word))) return t('problem_word_taken');
    // The word names the entry for the other edits: a new name comes last.
    const named = (/** @type {import('./draft.js').Edit} */ { at }) => Number(before !== '' && at.at(-1) === 'word');
    const problem = await this.page.edit([...edits].sort((one, other) => named(one) - named(other)));
    if (problem === '' && word !== before && !leaving) queueMicrotask(() => this.world.go(word));
    return problem;
  }

  /** @param {string} word */
  async #remove(word) {
    const problem = await this.page.edit([{ at: ['term', { by: 'word', is: word }] }]);
    if (problem) this.page.said.say(problem, true);
    else this.world.go('');
  }
}
