// What the assistant says: the wording of the packs beside the shop's own.

import { fill, h } from '../shared/html.js';
import { EntryPage } from './entry_page.js';
import { Form } from './form.js';
import { sureButton } from './parts.js';
import { partsOf, repliesOf, slotsOf } from './reply_keys.js';

/** @typedef {import('./draft.js').Draft} Draft */
/** @typedef {import('./faq.js').World} World */
/** @typedef {import('./reply_keys.js').Reply} Reply */
/** @typedef {import('./controls.js').Field} Field */
/** @typedef {'zh' | 'en'} Language */

/** @type {Language[]} */
const LANGUAGES = ['zh', 'en'];

export class RepliesPage {
  /** @param {Draft} draft @param {string} shop @param {World} world */
  constructor(draft, shop, world) {
    this.draft = draft;
    this.shop = shop;
    this.world = world;
    this.onlyMine = false;
    /** Of the packs, by language and key. @type {Record<Language, Map<string, Reply>>} */
    this.packs = { zh: new Map(), en: new Map() };
    /** Of the shop. @type {Record<Language, Map<string, Reply>>} */
    this.own = { zh: new Map(), en: new Map() };
    /** @type {Map<string, { zh: string, en: string }>} */
    this.parts = new Map();
    const { t } = world;
    const only = /** @type {HTMLInputElement} */ (h('input', { type: 'checkbox', onchange: () => { this.onlyMine = only.checked; void this.page.update(this.page.wanted ?? ''); } }));
    const filter = h('label', { class: 'check' }, only, t('only_mine'));
    this.page = new EntryPage(draft, world, {
      title: t('replies'), hint: t('replies_hint'), path: this.#path('zh'), more: [this.#path('en')], search: t('search_replies'), empty: t('none_found'), above: () => filter,
      rows: () => this.#rows(), detail: (open, known) => this.#detail(open, known),
      rowOf: ({ key }) => LANGUAGES.flatMap((language) => [...this.own[language].keys()]).find((own) => key === own || key.startsWith(`${own}.`)),
    });
    this.root = this.page.root;
  }

  /** @param {Language} language */
  #path(language) {
    return `shops/${this.shop}/replies/${language}.toml`;
  }

  /** @param {string} open the key in the address */
  update(open) {
    return this.page.update(open);
  }

  async #load() {
    const known = await this.world.facts?.known();
    for (const language of LANGUAGES) {
      // A later pack's wording counts over an earlier one's.
      const files = await Promise.all((known?.packs ?? []).map((pack) => this.draft.file(`packs/${pack}/replies/${language}.toml`)));
      this.packs[language] = new Map(files.flatMap((file) => repliesOf(file?.value).map((reply) => [reply.key, reply])));
      if (language === 'zh') for (const file of files) for (const [word, part] of partsOf(file?.text ?? '')) if (!this.parts.has(word)) this.parts.set(word, part);
      this.own[language] = new Map(repliesOf((await this.draft.file(this.#path(language)))?.value).map((reply) => [reply.key, reply]));
    }
  }

  async #rows() {
    await this.#load();
    const { t, locale } = this.world;
    /** @type {[Language, Language]} */
    const order = locale === 'en' ? ['en', 'zh'] : ['zh', 'en'];
    const keys = [...new Set(LANGUAGES.flatMap((language) => [...this.packs[language].keys(), ...this.own[language].keys()]))];
    const said = (/** @type {string} */ key) => order.flatMap((language) => (this.own[language].get(key) ?? this.packs[language].get(key))?.say ?? []);
    const isOwn = (/** @type {string} */ key) => LANGUAGES.some((language) => this.own[language].has(key));
    const places = [...this.parts.keys()];
    const rows = keys.filter((key) => !this.onlyMine || isOwn(key)).map((key) => {
      const part = this.parts.get(key.split('.')[0]);
      return { id: key, title: said(key)[0] ?? key, note: key, group: part ? part[locale === 'en' ? 'en' : 'zh'] : t('reply_others'), state: isOwn(key) ? { words: t('of_shop_short'), tone: 'good' } : undefined, speaks: said(key).join('\n'), order: part ? places.indexOf(key.split('.')[0]) : places.length };
    });
    return rows.sort((one, other) => one.order - other.order);
  }

  /** @param {string} open @param {import('./facts.js').Known} known @returns {import('./entry_page.js').Detail | null} */
  #detail(open, known) {
    if (!LANGUAGES.some((language) => this.packs[language].has(open) || this.own[language].has(open))) return null;
    const parts = LANGUAGES.map((language) => this.#language(open, language, known));
    return { nodes: [h('h3', { class: 'reply-key' }, h('code', null, open)), ...parts.map(({ node }) => node)], forms: parts.flatMap(({ form, path }) => (form ? [{ form, mine: (place) => place.problem.path === path && (place.key === open || place.key.startsWith(`${open}.`)) }] : [])) };
  }

  /**
   * One language: what the packs say, and what the shop says instead.
   * @param {string} key
   * @param {Language} language
   * @param {import('./facts.js').Known} known
   */
  #language(key, language, known) {
    const { t } = this.world;
    const pack = this.packs[language].get(key);
    const own = this.own[language].get(key);
    const path = this.#path(language);
    const words = pack ? h('ul', { class: 'wordings' }, pack.say.map((one) => h('li', null, one))) : h('p', { class: 'soft' }, t('reply_unsaid'));
    const heading = h('div', { class: 'form-head' }, h('h4', null, t(`language_${language}`)));
    if (!own) {
      const start = () => this.#change(path, [{ at: [key, 'say'], to: pack?.say ?? [] }]);
      return { path, form: null, node: h('section', { class: 'card' }, heading, h('p', { class: 'soft' }, t('of_pack_wording')), words, pack && h('div', { class: 'acts' }, h('button', { class: 'button line small', type: 'button', onclick: () => void start() }, t('override')))) };
    }
    const slots = slotsOf([...LANGUAGES.flatMap((one) => this.packs[one].get(key)?.say ?? []), ...(pack ? [] : own.say)]);
    /** @type {Field} */
    const field = { name: 'own_wording', key: [], kind: '', control: (_field, _value, { id }) => variantsControl(own.say, { t, id, slots, language: t(`language_${language}`) }) };
    const form = new Form({
      groups: [{ fields: [field] }], value: {}, at: [], world: this.world, known, heading, name: t(`language_${language}`),
      foot: pack && h('details', null, h('summary', null, t('of_pack_wording')), words),
      acts: pack && sureButton(t('back_to_pack'), t('back_to_pack_sure'), () => void this.#change(path, [{ at: own.at }])),
      save: async (_edits, made) => {
        const say = made.valueOf('own_wording');
        // In the form it has: a table with `say`, or the texts themselves.
        const value = (await this.draft.file(path))?.value;
        const there = own.at.reduce((inner, part) => inner?.[part], value);
        const at = there && typeof there === 'object' && 'say' in there ? [...own.at, 'say'] : own.at;
        return this.page.edit([{ at, to: say.length === 1 && typeof (there?.say ?? there) === 'string' ? say[0] : say }], path);
      },
    });
    return { path, form, node: form.root };
  }

  /** @param {string} path @param {import('./draft.js').Edit[]} edits */
  async #change(path, edits) {
    const problem = await this.page.edit(edits, path);
    if (problem) this.page.said.say(problem, true);
    else await this.page.refresh();
  }
}

/**
 * Wordings, each in a box of its own, and what may be filled in.
 * @param {string[]} say
 * @param {{ t: import('../shared/i18n.js').Translate, id: string, slots: string[], language: string }} setting
 * @returns {import('./controls.js').Control}
 */
function variantsControl(say, { t, id, slots, language }) {
  let texts = say.length > 0 ? [...say] : [''];
  let last = 0;
  const list = h('div', { class: 'variants' });
  const unknown = h('p', { class: 'problem', role: 'status', hidden: true });
  const warn = () => {
    const strange = slotsOf(texts).filter((name) => !slots.includes(name));
    unknown.hidden = strange.length === 0;
    fill(unknown, strange.map((name) => t('slot_unknown', { name: `{${name}}` })).join(' '));
  };
  const changed = () => {
    draw();
    warn();
    list.dispatchEvent(new Event('input', { bubbles: true }));
  };
  const draw = () => fill(list, texts.map((text, n) => {
    const area = /** @type {HTMLTextAreaElement} */ (h('textarea', { id: `${id}-${n}`, rows: Math.max(2, Math.ceil(text.length / 30)), required: true, 'aria-label': t('variant_n', { n: n + 1, language }), onfocus: () => { last = n; }, oninput: () => { texts[n] = area.value; warn(); } }, text));
    return h('div', { class: 'variant' }, area, texts.length > 1 && h('button', { class: 'button line small', type: 'button', 'aria-label': t('variant_remove', { n: n + 1 }), onclick: () => { texts = texts.filter((_one, m) => m !== n); last = 0; changed(); } }, '×'));
  }));
  const insert = (/** @type {string} */ name) => {
    const area = /** @type {HTMLTextAreaElement} */ (list.querySelectorAll('textarea')[Math.min(last, texts.length - 1)]);
    area.setRangeText(`{${name}}`, area.selectionStart, area.selectionEnd, 'end');
    area.focus();
    area.dispatchEvent(new Event('input', { bubbles: true }));
  };
  draw();
  warn();
  const node = h('div', { class: 'variants-box' }, list, unknown,
    slots.length > 0 && h('div', { class: 'slots' }, h('small', { class: 'soft' }, t('slots')), slots.map((name) => h('button', { class: 'slot', type: 'button', 'aria-label': t('slot_insert', { name: `{${name}}` }), onclick: () => insert(name) }, `{${name}}`))),
    h('div', { class: 'acts' }, h('button', { class: 'button line small', type: 'button', onclick: () => { texts = [...texts, '']; changed(); [...list.querySelectorAll('textarea')].at(-1)?.focus(); } }, `＋ ${t('variant_add')}`), h('small', { class: 'soft' }, t('variants_hint'))));
  return { node, several: true, read: () => texts.map((text) => text.trim()).filter(Boolean) };
}
