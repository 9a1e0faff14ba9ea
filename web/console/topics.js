// A page of settings in topics, each a form over one file; a topic may also hold entries, each a form of its own.

import { h } from '../shared/html.js';
import { EntryPage } from './entry_page.js';
import { drawEntries } from './entries.js';
import { shownValue } from './controls.js';
import { Form, valueAt } from './form.js';

/** @typedef {import('./draft.js').Draft} Draft */
/** @typedef {import('./draft.js').Edit} Edit */
/** @typedef {import('./faq.js').World} World */
/** @typedef {import('./form.js').Group} Group */
/** @typedef {import('./controls.js').Field} Field */
/** @typedef {import('./entry_page.js').Detail} Detail */
/** @typedef {{ words: string, page: string, rest: string }} Link */
/** @typedef {{ id: string, fields?: Field[], entries?: import('./entries.js').Entries, links?: Link[], mend?: (edits: Edit[], form: Form) => Edit[] }} Topic */

const MOST_NOTED = 3;

export class TopicsPage {
  /**
   * @param {Draft} draft
   * @param {World} world
   * @param {{ name: string, path: string, topics: Topic[], inherited?: (field: Field, value: any) => any, prepare?: () => Promise<void> }} how
   */
  constructor(draft, world, how) {
    this.world = world;
    this.how = how;
    const { t } = world;
    this.page = new EntryPage(draft, world, {
      title: t(how.name), hint: t(`${how.name}_hint`), path: how.path, first: how.topics[0].id,
      rows: async (_known, value) => {
        await how.prepare?.();
        return how.topics.map((topic) => ({ id: topic.id, title: t(`topic_${topic.id}`), note: this.#note(topic, value) }));
      },
      detail: (open, known, value) => this.#detail(how.topics.find(({ id }) => id === open), known, value),
      rowOf: ({ entry, key }) => (entry === '' ? ownerOf(how.topics, key) : how.topics.find(({ entries }) => entries?.list === entry))?.id,
      entryOf: (value, open) => {
        const topic = how.topics.find(({ id }) => id === open);
        return [keysOf(topic?.fields ?? []).map((key) => valueAt(value, key) ?? null), topic?.entries ? value?.[topic.entries.list] : null];
      },
    });
    this.root = this.page.root;
  }

  /** @param {string} open the topic in the address */
  update(open) {
    return this.page.update(open);
  }

  /** What is stated, in short. @param {Topic} topic @param {any} value */
  #note({ fields = [], entries, id }, value) {
    const { t } = this.world;
    const stated = fields.flatMap((field) => {
      const own = valueAt(value, field.key);
      if (own === undefined || typeof own === 'object' || field.either) return [];
      const words = field.options?.find(({ value: one }) => one === own)?.label ?? shownValue(own, t);
      return [`${t(`f_${field.name}`)} ${words}${field.unit ? ` ${t(`unit_${field.unit}`)}` : ''}`];
    });
    const count = entries && Array.isArray(value?.[entries.list]) ? [t('n_entries', { n: value[entries.list].length })] : [];
    return [...count, ...stated].slice(0, MOST_NOTED).join(' · ') || t(`topic_${id}_hint`);
  }

  /** @param {Topic | undefined} topic @param {import('./facts.js').Known} known @param {any} value @returns {Detail | null} */
  #detail(topic, known, value) {
    if (!topic) return null;
    const { t } = this.world;
    const links = (topic.links ?? []).map(({ words, page, rest }) => h('button', { class: 'link', type: 'button', onclick: () => this.world.goTo?.(page, rest) }, t(words)));
    const heading = h('div', { class: 'form-head' }, h('h3', null, t(`topic_${topic.id}`)), h('p', { class: 'soft' }, t(`topic_${topic.id}_hint`)), links);
    /** @type {Detail} */
    const detail = { nodes: [], forms: [] };
    const { fields } = topic;
    if (fields) {
      const form = new Form({
        groups: [{ fields }], value, at: [], world: this.world, known, heading, name: t(`topic_${topic.id}`),
        inherited: (field) => this.how.inherited?.(field, value), save: (edits, made) => this.page.edit(topic.mend?.(edits, made) ?? edits),
      });
      detail.nodes.push(form.root);
      detail.forms?.push({ form, mine: ({ entry, key }) => entry === '' && ownerOf(this.how.topics, key) === topic });
    } else detail.nodes.push(h('div', { class: 'card' }, heading));
    if (topic.entries) {
      const more = drawEntries(topic.entries, { page: this.page, world: this.world, known, value });
      detail.nodes.push(more.node);
      detail.forms?.push(...more.forms);
    }
    return detail;
  }
}

/** The ways to all values of fields. @param {Field[]} fields @returns {string[][]} */
const keysOf = (fields) => fields.flatMap((field) => (field.either ? keysOf(field.either.flatMap(({ fields: inner }) => inner ?? [])) : [field.key]));

/**
 * The topic that tells what is wrong with a value: the one that shows it, else the first about its table, else the first.
 * @param {Topic[]} topics
 * @param {string} key
 */
export function ownerOf(topics, key) {
  const formed = topics.filter(({ fields }) => fields);
  const shows = (/** @type {string[]} */ way) => key === way.join('.') || key.startsWith(`${way.join('.')}.`);
  return formed.find(({ fields }) => keysOf(fields ?? []).some(shows)) ?? formed.find(({ fields }) => keysOf(fields ?? []).some(([table]) => table === key.split('.')[0])) ?? formed[0];
}
