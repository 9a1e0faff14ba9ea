// The shop's promotions: what runs, what is planned and what is over; a form for each kind.

import { h } from '../shared/html.js';
import { EntryPage } from './entry_page.js';
import { inLanguage, listOf } from './facts.js';
import { Form } from './form.js';
import { readMoment, stateOf, toLocal } from './moments.js';
import { sureButton } from './parts.js';
import { FOR_WHAT, ID, KINDS, STACK, TOLD, WHEN, summary } from './promotion_fields.js';

/** @typedef {import('./draft.js').Draft} Draft */
/** @typedef {import('./faq.js').World} World */
/** @typedef {import('./facts.js').Known} Known */

const DAY = 86_400_000;
/** The entry of what holds for all, which no id can be. */
const ALL = '!';
const STATES = ['running', 'planned', 'unknown', 'over'];
const TONES = { running: 'good', planned: '', unknown: '', over: 'done' };
/** What a copy does not take over: it is another one, at another time. */
const OWN = ['id', 'from', 'until', 'balance_from', 'balance_until'];

export class PromotionsPage {
  /** @param {Draft} draft @param {string} shop @param {World} world */
  constructor(draft, shop, world) {
    this.draft = draft;
    this.world = world;
    const { t } = world;
    this.page = new EntryPage(draft, world, {
      title: t('promotions'), hint: t('promotions_hint'), path: `shops/${shop}/promotions.toml`, search: t('search_promotions'), empty: t('no_promotions'),
      add: { words: t('add_promotion'), run: () => world.go('+') },
      rows: (known, value) => this.#rows(known, value), detail: (open, known, value) => this.#detail(open, known, value),
      rowOf: ({ entry, index }, value) => (entry === 'promotion' ? listOf(value?.promotion)[index]?.id : ALL),
      entryOf: (value, id) => (id === ALL ? value?.threshold_base : listOf(value?.promotion).find((one) => one?.id === id)),
    });
    this.root = this.page.root;
  }

  /** @param {string} open the id in the address; `+` a new one, `+kind` one of a kind, `+kind=id` like another */
  update(open) {
    return this.page.update(open);
  }

  /** @param {Known} known @param {any} value */
  #rows(known, value) {
    const { t, locale } = this.world;
    const now = Date.now();
    const rows = listOf(value?.promotion).filter((one) => typeof one?.id === 'string').map((one) => {
      const state = stateOf(one, known, now);
      const rule = summary(one, t, known.symbol, (id) => known.products.find(({ value: product }) => product === id)?.label ?? id);
      return {
        id: one.id, title: inLanguage(one.title, locale) || one.id, note: [t(`k_${one.kind}`), rule].filter(Boolean).join(' · '), group: t(`state_${state}`),
        state: { words: this.#when(state, one, known, now), tone: TONES[state] }, order: STATES.indexOf(state), speaks: JSON.stringify(one),
      };
    });
    const all = { id: ALL, title: t('for_all'), note: t('f_threshold_base'), group: t('g_more') };
    return [...rows.sort((one, other) => one.order - other.order), all];
  }

  /** How long it runs still, or until it begins. @param {string} state @param {any} one @param {Known} known @param {number} now */
  #when(state, one, known, now) {
    const { t } = this.world;
    const at = { running: readMoment(one.until, known, 'end'), planned: readMoment(one.from, known, 'start') }[state] ?? null;
    return at === null ? t(`state_${state}`) : t(`${state}_days`, { n: Math.max(1, Math.ceil((at - now) / DAY)) });
  }

  /** @param {string} open @param {Known} known @param {any} value @returns {import('./entry_page.js').Detail | null} */
  #detail(open, known, value) {
    const all = listOf(value?.promotion);
    if (open === ALL) return this.#ofAll(known, value);
    if (open === '+') return { nodes: [this.#kinds()] };
    if (open.startsWith('+')) {
      const [kind, like] = open.slice(1).split('=');
      return KINDS[kind] ? this.#form(kind, known, { one: copyOf(all.find(({ id }) => id === like), this.world), index: -1, taken: all.map(({ id }) => id) }) : null;
    }
    const index = all.findIndex(({ id }) => id === open);
    if (index < 0) return null;
    if (!KINDS[all[index].kind]) return { nodes: [h('div', { class: 'card' }, h('p', { class: 'problem' }, this.world.t('kind_unknown')))] };
    return this.#form(all[index].kind, known, { one: all[index], index, taken: [] });
  }

  /** @param {Known} known @param {any} value */
  #ofAll(known, value) {
    const { t } = this.world;
    const form = new Form({
      groups: [{ fields: [{ name: 'threshold_base', key: ['threshold_base'], kind: 'pick', options: ['after_item', 'remaining'].map((one) => ({ value: one, label: t(`base_${one}`) })) }] }],
      value, at: [], world: this.world, known, name: t('for_all'), heading: h('h3', null, t('for_all')), save: (edits) => this.page.edit(edits),
    });
    return { nodes: [form.root], forms: [{ form, mine: (/** @type {import('./form.js').Placed} */ { entry }) => entry === '' }] };
  }

  /** Which kind is a new one? */
  #kinds() {
    const { t } = this.world;
    return h('div', { class: 'card' }, h('h3', null, t('pick_kind')), h('ul', { class: 'kinds' }, Object.keys(KINDS).map((kind) => h('li', null, h('button', { class: 'entry', type: 'button', onclick: () => this.world.go(`+${kind}`) },
      h('b', null, t(`k_${kind}`)), h('span', { class: 'soft' }, t(`k_${kind}_hint`)))))));
  }

  /**
   * @param {string} kind
   * @param {Known} known
   * @param {{ one: any, index: number, taken: string[] }} what
   */
  #form(kind, known, { one, index, taken }) {
    const { t } = this.world;
    const isNew = index < 0;
    const value = isNew ? { ...started(kind, known, taken), ...one } : one;
    const form = new Form({
      groups: [{ fields: TOLD }, { title: t('g_rule'), fields: KINDS[kind] }, { title: t('g_when'), hint: t('zone_hint', { zone: known.zone }), fields: WHEN }, { title: t('g_for_what'), fields: FOR_WHAT },
        { title: t('g_more'), fields: isNew ? [STACK, ID] : [STACK] }],
      value, isNew, world: this.world, known, name: t(`k_${kind}`),
      at: ['promotion', { by: 'id', is: value.id }],
      heading: h('div', { class: 'form-head' }, h('h3', null, t(`k_${kind}`), ' ', !isNew && h('code', null, value.id)), h('p', { class: 'soft' }, t(`k_${kind}_hint`))),
      acts: isNew ? null : [
        h('button', { class: 'button line small', type: 'button', onclick: () => this.world.go(`+${kind}=${value.id}`) }, t('duplicate')),
        sureButton(t('remove'), t('remove_sure'), () => void this.#remove(value.id))],
      save: (edits, made) => (isNew ? this.#add(kind, edits, made, taken) : this.page.edit(edits)),
    });
    return { nodes: [form.root], forms: [{ form, mine: (/** @type {import('./form.js').Placed} */ place) => !isNew && place.entry === 'promotion' && place.index === index }] };
  }

  /**
   * @param {string} kind
   * @param {import('./draft.js').Edit[]} edits
   * @param {Form} form
   * @param {string[]} taken
   */
  async #add(kind, edits, form, taken) {
    const { t } = this.world;
    const id = form.valueOf('id') ?? '';
    if (!/^[\w.-]{1,64}$/.test(id)) return t('problem_bad_id');
    if (taken.includes(id)) return t('problem_id_taken');
    // A new entry begins with what it is: people look for it there.
    const at = ['promotion', { by: 'id', is: id }];
    const kinds = [{ at: [...at, 'kind'], to: kind }, ...edits.filter(({ at: place }) => place[2] !== 'id').map(({ at: place, to }) => ({ at: [...at, ...place.slice(2)], to }))];
    const problem = await this.page.edit(kinds);
    if (problem === '') {
      form.rebase();
      this.world.go(id);
    }
    return problem;
  }

  /** @param {string} id */
  async #remove(id) {
    const problem = await this.page.edit([{ at: ['promotion', { by: 'id', is: id }] }]);
    if (problem) this.page.said.say(problem, true);
    else this.world.go('');
  }
}

/** What another is to be like. @param {any} one @param {World} world */
function copyOf(one, { t }) {
  if (!one) return {};
  const copy = Object.fromEntries(Object.entries(one).filter(([key]) => !OWN.includes(key)));
  const title = typeof copy.title === 'string' ? { zh: copy.title } : copy.title;
  return { ...copy, title: { ...title, zh: t('copy_of', { name: title?.zh ?? '' }) } };
}

/** A new one begins tomorrow, for a week. @param {string} kind @param {Known} known @param {string[]} taken */
function started(kind, known, taken) {
  const day = (/** @type {number} */ days) => `${toLocal(Date.now() + days * DAY, known.zone).slice(0, 10)}T00:00:00`;
  const name = `${kind.replaceAll('_', '-')}-${day(1).slice(0, 10).replaceAll('-', '')}`;
  let id = name;
  for (let n = 2; taken.includes(id); n += 1) id = `${name}-${n}`;
  return { id, from: day(1), until: day(8) };
}
