// The intents, by what people call them: the shop's own wordings beside those of its packs.

import { fill, h } from '../shared/html.js';
import { ownFaqFile } from './faq.js';
import { Said, drawProblems, linesOf } from './parts.js';

/** @typedef {import('./draft.js').Draft} Draft */
/** @typedef {import('./draft.js').Intent} Intent */
/** @typedef {{ path: string, own: boolean, examples: string[], not: string[] }} Wordings of one intent in one file */
/** @typedef {import('./faq.js').World} World */

const ID = /^[a-z0-9][a-z0-9._-]{0,63}$/;
const INTENT_FILE = /^(?:shops\/[^/]+|packs\/[^/]+)\/intents\/[^/]+\.toml$/;

/** Every intent's wordings by file. @param {Draft} draft @returns {Promise<Map<string, Wordings[]>>} */
export async function allWordings(draft) {
  const paths = draft.paths.filter((path) => INTENT_FILE.test(path));
  const files = await Promise.all(paths.map((path) => draft.file(path)));
  /** @type {Map<string, Wordings[]>} */
  const found = new Map();
  files.forEach((file, n) => {
    for (const [id, value] of Object.entries(file?.value ?? {})) {
      if (typeof value !== 'object' || value === null) continue;
      const list = (/** @type {unknown} */ items) => (Array.isArray(items) ? items.filter((one) => typeof one === 'string') : []);
      found.set(id, [...(found.get(id) ?? []), { path: paths[n], own: paths[n].startsWith('shops/'), examples: list(value.examples), not: list(value.not) }]);
    }
  });
  return found;
}

export class IntentsPage {
  /** @param {Draft} draft @param {string} shop @param {World} world */
  constructor(draft, shop, world) {
    this.draft = draft;
    this.shop = shop;
    this.world = world;
    this.words = '';
    this.open = '';
    /** @type {Map<string, Wordings[]>} */
    this.wordings = new Map();
    this.said = new Said();
    this.list = h('div', { class: 'entries' });
    this.detail = h('div', { class: 'detail' });
    const { t } = world;
    const find = /** @type {HTMLInputElement} */ (h('input', { type: 'search', placeholder: t('search_intents'), 'aria-label': t('search_intents'), oninput: () => { this.words = find.value.trim().toLowerCase(); this.#drawList(); } }));
    this.root = h('section', { class: 'page' },
      h('div', { class: 'section-head' }, h('h2', null, t('intents')), h('button', { class: 'button small', type: 'button', onclick: () => world.go('+') }, t('add_intent'))),
      h('p', { class: 'soft' }, t('intents_hint')), this.said.root,
      h('div', { class: 'two' }, h('div', { class: 'left' }, h('label', { class: 'field' }, find), this.list), this.detail));
  }

  /** @param {string} open the id in the address */
  async update(open) {
    const changed = open !== this.open;
    this.open = open;
    this.root.classList.toggle('opened', open !== '');
    this.wordings = await allWordings(this.draft);
    this.#drawList();
    if (changed || !this.detail.contains(document.activeElement)) this.#drawDetail();
  }

  /** @param {Intent} intent */
  #name(intent) {
    return (this.world.locale === 'en' ? intent.name.en : intent.name.zh) ?? intent.id;
  }

  #drawList() {
    const { t } = this.world;
    const speaks = (/** @type {Intent} */ intent) => this.words === '' || [intent.id, this.#name(intent), ...(this.wordings.get(intent.id) ?? []).flatMap(({ examples }) => examples)].join('\n').toLowerCase().includes(this.words);
    const found = this.draft.intents.filter(speaks);
    fill(this.list, found.length === 0 ? h('p', { class: 'soft' }, t('none_found')) : h('ul', null, found.map((intent) => {
      const own = (this.wordings.get(intent.id) ?? []).filter((one) => one.own).flatMap(({ examples }) => examples).length;
      return h('li', null, h('button', { class: 'entry', type: 'button', 'aria-current': intent.id === this.open ? 'true' : null, onclick: () => this.world.go(intent.id) },
        h('b', null, this.#name(intent)), h('span', { class: 'soft' }, h('code', null, intent.id), ` · ${t('n_examples', { n: intent.examples })}`, own > 0 && ` · ${t('own_n', { n: own })}`)));
    })));
  }

  #drawDetail() {
    const { t } = this.world;
    if (this.open === '+') return this.#drawNew();
    const intent = this.draft.intents.find(({ id }) => id === this.open);
    if (!intent) return fill(this.detail, h('p', { class: 'soft empty' }, t(this.open ? 'no_entry' : 'pick_one')));
    const all = this.wordings.get(intent.id) ?? [];
    const own = all.filter((one) => one.own);
    const packs = all.filter((one) => !one.own).flatMap(({ examples }) => examples);
    const area = (/** @type {string[]} */ lines, /** @type {number} */ rows) => /** @type {HTMLTextAreaElement} */ (h('textarea', { rows }, lines.join('\n')));
    const target = own[0] ?? { path: `shops/${this.shop}/intents/own.toml`, examples: [], not: [] };
    const examples = area(target.examples, Math.min(14, Math.max(5, target.examples.length + 1)));
    const not = area(target.not, 3);
    const problems = this.draft.problems.filter(({ path }) => path === target.path);
    return fill(this.detail,
      h('button', { class: 'link back', type: 'button', onclick: () => this.world.go('') }, `← ${t('back_to_list')}`),
      h('form', { class: 'card', onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        void this.#keep(intent.id, target.path, linesOf(examples.value), linesOf(not.value));
      } },
      h('h3', null, this.#name(intent), ' ', h('code', null, intent.id)),
      problems.length > 0 && drawProblems(problems, this.world),
      h('label', { class: 'field' }, t('examples_own'), examples), h('label', { class: 'field' }, t('not_own'), not),
      h('p', { class: 'soft' }, h('code', null, target.path)),
      h('div', { class: 'acts' }, h('button', { class: 'button', type: 'submit' }, t('save_draft')))),
      packs.length > 0 && h('details', { class: 'card' }, h('summary', null, t('examples_pack', { n: packs.length })), h('ul', { class: 'wordings' }, packs.map((one) => h('li', null, one)))));
  }

  /** An intent of the shop's own needs words and an answer; neither is anything without the other. */
  #drawNew() {
    const { t } = this.world;
    const id = /** @type {HTMLInputElement} */ (h('input', { maxlength: 64, autocomplete: 'off', placeholder: 'tea.brewing' }));
    const examples = /** @type {HTMLTextAreaElement} */ (h('textarea', { rows: 8 }));
    const answer = /** @type {HTMLTextAreaElement} */ (h('textarea', { rows: 4 }));
    return fill(this.detail, h('button', { class: 'link back', type: 'button', onclick: () => this.world.go('') }, `← ${t('back_to_list')}`),
      h('form', { class: 'card', 'aria-label': t('add_intent'), onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        void this.#make(id.value.trim(), linesOf(examples.value), answer.value.trim());
      } }, h('h3', null, t('add_intent')), h('p', { class: 'soft' }, t('add_intent_hint')),
      h('label', { class: 'field' }, t('id_label'), id), h('label', { class: 'field' }, t('examples_new'), examples), h('label', { class: 'field' }, t('answer_zh'), answer),
      h('div', { class: 'acts' }, h('button', { class: 'button', type: 'submit' }, t('save_draft')))));
  }

  /** @param {string} id @param {string[]} examples @param {string} answer */
  async #make(id, examples, answer) {
    const { t } = this.world;
    if (!ID.test(id)) return this.said.say(t('problem_bad_id'), true);
    if (this.draft.intents.some((one) => one.id === id)) return this.said.say(t('problem_id_taken'), true);
    if (examples.length === 0 || answer === '') return this.said.say(t('problem_missing_intent'), true);
    const faq = ['faq', { by: 'id', is: id }];
    const code = await this.draft.edit(`shops/${this.shop}/intents/own.toml`, [{ at: [id, 'examples'], to: examples }])
      || await this.draft.edit(ownFaqFile(this.shop), [{ at: [...faq, 'ask'], to: examples.slice(0, 1) }, { at: [...faq, 'intent'], to: id }, { at: [...faq, 'answer', 'zh'], to: answer }]);
    if (code) return this.said.say(t(`problem_${code}`), true);
    await this.draft.checking;
    this.said.say(t('saved_draft'));
    this.world.go(id);
  }

  /** @param {string} id @param {string} path @param {string[]} examples @param {string[]} not */
  async #keep(id, path, examples, not) {
    const { t } = this.world;
    const nothing = examples.length === 0 && not.length === 0;
    const code = await this.draft.edit(path, nothing ? [{ at: [id] }] : [{ at: [id, 'examples'], to: examples }, { at: [id, 'not'], to: not.length > 0 ? not : null }]);
    this.said.say(code ? t(`problem_${code}`) : t('saved_draft'), code !== '');
  }
}
