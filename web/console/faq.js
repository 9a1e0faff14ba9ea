// The shop's FAQ and those of its packs: found, read, edited.

import { fill, h } from '../shared/html.js';
import { openIntake } from './intake.js';
import { Said, drawProblems, linesOf, sureButton } from './parts.js';

/** @typedef {import('./draft.js').Draft} Draft */
/** @typedef {import('../shared/i18n.js').Translate} Translate */
/** @typedef {{ id: string, ask: string[], answer: { zh?: string, en?: string }, intent?: string, follow?: string[] }} Faq */
/** @typedef {{ path: string, own: boolean, faq: Faq }} Entry */
/** @typedef {{ t: Translate, locale: import('../shared/i18n.js').Locale, go: (rest: string) => void, live?: (version: string) => Promise<void>, goTo?: (page: string, rest: string) => void, facts?: import('./facts.js').Facts }} World */

const FAQ_FILE = /^(?:shops\/[^/]+|packs\/[^/]+)\/faq\/[^/]+\.toml$/;
const ID = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/** Every FAQ as it would be, the shop's own first. @param {Draft} draft @returns {Promise<Entry[]>} */
export async function allFaq(draft) {
  const paths = draft.paths.filter((path) => FAQ_FILE.test(path));
  const files = await Promise.all(paths.map((path) => draft.file(path)));
  /** @type {Entry[]} */
  const entries = [];
  files.forEach((file, n) => {
    const list = Array.isArray(file?.value?.faq) ? file.value.faq : [];
    for (const faq of list) if (typeof faq?.id === 'string') entries.push({ path: paths[n], own: paths[n].startsWith('shops/'), faq });
  });
  const own = new Set(entries.filter((entry) => entry.own).map(({ faq }) => faq.id));
  return entries.filter((entry) => entry.own || !own.has(entry.faq.id)).sort((one, other) => Number(other.own) - Number(one.own));
}

/** Where a shop's new questions go. @param {string} shop */
export const ownFaqFile = (shop) => `shops/${shop}/faq/faq.toml`;

/** Whether an entry speaks of something. @param {Faq} faq @param {string} words */
export function speaksOf(faq, words) {
  const all = [faq.id, ...(faq.ask ?? []), faq.answer?.zh, faq.answer?.en, faq.intent].filter(Boolean).join('\n').toLowerCase();
  return words.toLowerCase().split(/\s+/).every((word) => all.includes(word));
}

export class FaqPage {
  /** @param {Draft} draft @param {string} shop @param {World} world */
  constructor(draft, shop, world) {
    this.draft = draft;
    this.shop = shop;
    this.world = world;
    this.words = '';
    this.said = new Said();
    this.list = h('div', { class: 'entries' });
    this.detail = h('div', { class: 'detail' });
    const { t } = world;
    const find = /** @type {HTMLInputElement} */ (h('input', { type: 'search', placeholder: t('search_faq'), 'aria-label': t('search_faq'), oninput: () => { this.words = find.value.trim(); void this.#drawList(); } }));
    this.root = h('section', { class: 'page' },
      h('div', { class: 'section-head' }, h('h2', null, t('faq')), h('div', { class: 'acts' },
        h('button', { class: 'button line small', type: 'button', onclick: () => openIntake(draft, world) }, t('intake')),
        h('button', { class: 'button small', type: 'button', onclick: () => world.go('+') }, t('add_faq')))),
      h('p', { class: 'soft' }, t('faq_hint')), this.said.root,
      h('div', { class: 'two' }, h('div', { class: 'left' }, h('label', { class: 'field' }, find), this.list), this.detail));
  }

  /** @param {string} open the id in the address; `+` is a new one */
  async update(open) {
    const changed = open !== this.open;
    this.open = open;
    this.root.classList.toggle('opened', open !== '');
    await this.#drawList();
    if (changed || !this.detail.contains(document.activeElement)) this.#drawDetail();
  }

  async #drawList() {
    const { t } = this.world;
    this.entries = await allFaq(this.draft);
    const found = this.entries.filter(({ faq }) => this.words === '' || speaksOf(faq, this.words));
    const group = (/** @type {Entry[]} */ entries) => h('ul', null, entries.map(({ faq, path }) => h('li', null, h('button', {
      class: 'entry', type: 'button', 'aria-current': faq.id === this.open ? 'true' : null, onclick: () => this.world.go(faq.id),
    }, h('b', null, faq.ask?.[0] ?? faq.id, this.draft.changes.has(path) && h('span', { class: 'dot', title: t('save_draft') })), h('span', { class: 'soft' }, faq.answer?.zh ?? faq.answer?.en ?? '')))));
    const [own, packs] = [found.filter((entry) => entry.own), found.filter((entry) => !entry.own)];
    fill(this.list,
      h('h3', null, `${t('of_shop')} ${own.length}`), own.length > 0 ? group(own) : h('p', { class: 'soft' }, t(this.words ? 'none_found' : 'none_yet')),
      packs.length > 0 && [h('h3', null, `${t('of_packs')} ${packs.length}`), group(packs)]);
  }

  #drawDetail() {
    const { t } = this.world;
    if (!this.open) return fill(this.detail, h('p', { class: 'soft empty' }, t('pick_one')));
    const entry = this.open === '+' ? null : this.entries?.find(({ faq }) => faq.id === this.open);
    const back = h('button', { class: 'link back', type: 'button', onclick: () => this.world.go('') }, `← ${t('back_to_list')}`);
    if (entry === undefined) return fill(this.detail, back, h('p', { class: 'soft empty' }, t('no_entry')));
    return fill(this.detail, back, this.#form(entry));
  }

  /** @param {Entry | null} entry */
  #form(entry) {
    const { t, locale } = this.world;
        const begun = entry ? null : this.draft.begun;
    this.draft.begun = null;
    /** @type {Faq} */
    const faq = entry?.faq ?? { id: '', ask: begun?.ask ?? [], answer: { zh: begun?.answer ?? '' } };
    const mine = entry === null || entry.own;
    const area = (/** @type {string} */ label, /** @type {string} */ text, /** @type {number} */ rows) => /** @type {HTMLTextAreaElement} */ (h('textarea', { rows, readonly: !mine, 'aria-label': label }, text));
    const id = /** @type {HTMLInputElement} */ (h('input', { value: faq.id, readonly: entry !== null, placeholder: 'store.parking', autocomplete: 'off' }));
    const ask = area(t('ask_label'), (faq.ask ?? []).join('\n'), Math.min(12, Math.max(4, (faq.ask ?? []).length + 1)));
    const zh = area(t('answer_zh'), faq.answer?.zh ?? '', 4);
    const en = area(t('answer_en'), faq.answer?.en ?? '', 3);
    const intent = /** @type {HTMLSelectElement} */ (h('select', { disabled: !mine }, h('option', { value: '' }, '—'),
      this.draft.intents.map((one) => h('option', { value: one.id, selected: one.id === faq.intent }, `${(locale === 'en' ? one.name.en : one.name.zh) ?? ''} ${one.id}`))));
    const problems = entry ? this.draft.problems.filter(({ path, line }) => path === entry.path && this.#near(entry, line)) : [];
    return h('form', { class: 'card', onsubmit: (/** @type {Event} */ event) => {
      event.preventDefault();
      void this.#keep(entry, { id: id.value.trim(), ask: linesOf(ask.value), zh: zh.value.trim(), en: en.value.trim(), intent: intent.value });
    } },
    problems.length > 0 && drawProblems(problems, this.world),
    h('label', { class: 'field' }, t('ask_label'), ask), h('label', { class: 'field' }, t('answer_zh'), zh), h('label', { class: 'field' }, t('answer_en'), en),
    h('label', { class: 'field' }, t('intent_label'), intent, h('small', { class: 'soft' }, t('intent_hint'))),
    h('label', { class: 'field' }, t('id_label'), id),
    entry && h('p', { class: 'soft' }, h('code', null, entry.path)),
    mine
      ? h('div', { class: 'acts' }, h('button', { class: 'button', type: 'submit' }, t('save_draft')), entry && sureButton(t('remove'), t('remove_sure'), () => void this.#remove(entry)))
      : h('div', { class: 'acts' }, h('p', { class: 'soft' }, t('of_packs_hint')), h('button', { class: 'button line', type: 'button', onclick: () => void this.#copy(faq) }, t('make_mine'))));
  }

  /** Whether a line of the file is within the entry. @param {Entry} entry @param {number} line */
  #near(entry, line) {
    const text = (this.draft.changes.get(entry.path)?.text ?? this.draft.read.get(entry.path)?.text ?? '').split('\n');
    const at = text.findIndex((one) => one.replaceAll(' ', '') === `id="${entry.faq.id}"`);
    if (at < 0) return false;
    const starts = text.flatMap((one, n) => (one.trimStart().startsWith('[[') ? [n + 1] : []));
    const begins = starts.findLast((n) => n <= at + 1) ?? 1;
    return begins <= line && line < (starts.find((n) => n > at + 1) ?? Infinity);
  }

  /**
   * @param {Entry | null} entry
   * @param {{ id: string, ask: string[], zh: string, en: string, intent: string }} wanted
   */
  async #keep(entry, { id, ask, zh, en, intent }) {
    const { t } = this.world;
    if (ask.length === 0 || zh === '') return this.said.say(t('problem_missing'), true);
    if (!ID.test(id)) return this.said.say(t('problem_bad_id'), true);
    if (!entry && this.entries?.some(({ faq, own }) => own && faq.id === id)) return this.said.say(t('problem_id_taken'), true);
    const path = entry?.path ?? ownFaqFile(this.shop);
    const at = (/** @type {string[]} */ ...keys) => ['faq', { by: 'id', is: id }, ...keys];
    const code = await this.draft.edit(path, [
      { at: at('ask'), to: ask }, { at: at('intent'), to: intent || null }, { at: at('answer', 'zh'), to: zh }, { at: at('answer', 'en'), to: en || null },
    ]);
    if (code) return this.said.say(t(`problem_${code}`), true);
    this.said.say(t('saved_draft'));
    this.world.go(id);
  }

  /** @param {Entry} entry */
  async #remove({ path, faq }) {
    const code = await this.draft.edit(path, [{ at: ['faq', { by: 'id', is: faq.id }] }]);
    if (code) this.said.say(this.world.t(`problem_${code}`), true);
    else this.world.go('');
  }

  /** @param {Faq} faq */
  async #copy(faq) {
    const code = await this.draft.edit(ownFaqFile(this.shop), [{ at: ['faq', { by: 'id', is: faq.id }], to: faq }]);
    if (code) this.said.say(this.world.t(`problem_${code}`), true);
    else void this.update(faq.id).then(() => this.#drawDetail());
  }
}
