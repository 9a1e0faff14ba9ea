// A page of entries, a list beside what is open: what the structured editors have in common.

import { fill, h } from '../shared/html.js';
import { Said } from './parts.js';
import { placed } from './places.js';

/** @typedef {import('./draft.js').Draft} Draft */
/** @typedef {import('./faq.js').World} World */
/** @typedef {import('./facts.js').Known} Known */
/** @typedef {import('./form.js').Form} Form */
/** @typedef {import('./form.js').Placed} Placed */
/** @typedef {{ id: string, title: string, note?: string, state?: { words: string, tone: string }, group?: string, changed?: boolean, problems?: number, speaks?: string }} Row */
/** @typedef {{ nodes: import('../shared/html.js').Children[], forms?: { form: Form, mine: (place: Placed) => boolean }[] }} Detail */
/**
 * @typedef {{
 *   title: string, hint: string, path: string, more?: string[], search?: string, add?: { words: string, run: () => void }, empty?: string, first?: string,
 *   rows: (known: Known, value: any) => Row[] | Promise<Row[]>, detail: (open: string, known: Known, value: any) => Detail | null, entryOf?: (value: any, id: string) => any, rowOf?: (place: Placed, value: any) => string | undefined, above?: () => import('../shared/html.js').Children,
 * }} How what is special about a page; `entryOf` what an entry holds, to mark what is not published; `rowOf` which entry a problem is about; `more` are other files that it edits; `first` is what is open where there is room and nothing is named
 */

/** How long it is of interest, in milliseconds, that something was kept. */
const SAID_MS = 1500;

export class EntryPage {
  /** @param {Draft} draft @param {World} world @param {How} how */
  constructor(draft, world, how) {
    this.draft = draft;
    this.world = world;
    this.how = how;
    this.words = '';
    /** @type {string | null} */
    this.open = null;
    /** @type {Row[]} */
    this.rows = [];
    /** @type {{ form: Form, mine: (place: Placed) => boolean }[]} */
    this.forms = [];
    this.said = new Said();
    this.saidAt = 0;
    this.list = h('div', { class: 'entries' });
    this.detail = h('div', { class: 'detail' });
    const { t } = world;
    const find = how.search && /** @type {HTMLInputElement} */ (h('input', { type: 'search', placeholder: how.search, 'aria-label': how.search, oninput: () => { if (find) this.words = find.value.trim().toLowerCase(); this.#drawList(); } }));
    this.root = h('section', { class: 'page' },
      h('div', { class: 'section-head' }, h('h2', null, how.title), h('span', { class: 'acts' }, h('button', { class: 'link', type: 'button', onclick: () => world.goTo?.('files', how.path) }, t('as_file')), how.add && h('button', { class: 'button small', type: 'button', onclick: how.add.run }, how.add.words))),
      h('p', { class: 'soft' }, how.hint), this.said.root,
      h('div', { class: 'two' }, h('div', { class: 'left' }, find && h('label', { class: 'field' }, find), this.list), this.detail));
  }

  /** The file as it would be. */
  async value() {
    const file = await this.draft.file(this.how.path);
    /** Texts of the page's files, by path. @type {Map<string, string>} */
    this.texts = new Map([[this.how.path, file?.text ?? '']]);
    for (const path of this.how.more ?? []) this.texts.set(path, (await this.draft.file(path))?.text ?? '');
    /** The file as it is published. @type {any} */
    this.before = this.draft.changes.has(this.how.path) ? (this.draft.read.get(this.how.path)?.value ?? {}) : file?.value;
    this.broken = file !== null && file.value === null;
    return file?.value ?? {};
  }

  /** @param {string} open what the address names */
  async update(open) {
    this.wanted = open;
    const [known, value] = await Promise.all([/** @type {import('./facts.js').Facts} */ (this.world.facts).known(), this.value()]);
    const rows = await this.how.rows(known, value);
    if (this.wanted !== open) return;
    const entry = (/** @type {any} */ of, /** @type {string} */ id) => JSON.stringify(this.how.entryOf?.(of, id));
    /** @type {Map<string | undefined, number>} */
    const problems = new Map();
    for (const place of this.#placed()) {
      const id = this.how.rowOf?.(place, value);
      problems.set(id, (problems.get(id) ?? 0) + 1);
    }
    this.rows = rows.map((row) => ({ ...row, problems: problems.get(row.id) ?? 0, changed: this.before !== value && entry(value, row.id) !== entry(this.before, row.id) }));
    const changed = open !== this.open;
    if (changed && this.open !== null) void this.#leave();
    this.open = open;
    this.root.classList.toggle('opened', open !== '');
    this.#drawList();
    // What somebody is writing is not drawn anew under their hands.
    const busy = this.forms.some(({ form }) => form.dirty) || this.detail.contains(document.activeElement);
    if (changed || !busy) this.#drawDetail(known, value);
    this.#showProblems();
  }

  /** What was being written is kept, and what was said of it is said no longer. */
  async #leave() {
    const { forms } = this;
    this.forms = [];
    if (Date.now() - this.saidAt > SAID_MS) this.said.say('');
    for (const { form } of forms) await form.leave();
  }

  /** Draws what is open anew, whoever is writing. */
  async refresh() {
    this.open = null;
    await this.update(this.wanted ?? '');
  }

  /** What is shown as open: with room beside the list, the first where nothing is named. */
  get #shown() {
    return this.open || (matchMedia('(min-width: 760px)').matches ? (this.how.first ?? '') : '');
  }

  #drawList() {
    const { t } = this.world;
    const { how, words } = this;
    const found = this.rows.filter(({ id, title, note, speaks }) => words === '' || [id, title, note, speaks].join('\n').toLowerCase().includes(words));
    /** @type {Map<string, Row[]>} */
    const groups = new Map();
    for (const row of found) groups.set(row.group ?? '', [...(groups.get(row.group ?? '') ?? []), row]);
    // The keyboard stays on the entry that it was on.
    const held = this.list.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement).dataset.id : undefined;
    fill(this.list, how.above?.(), found.length === 0 && h('p', { class: 'soft' }, words === '' && how.empty ? how.empty : t('none_found')),
      [...groups].flatMap(([name, rows]) => [name !== '' && h('h3', null, `${name} ${rows.length}`), h('ul', null, rows.map((row) => h('li', null, h('button', {
        class: 'entry', type: 'button', dataset: { id: row.id }, 'aria-current': row.id === this.#shown ? 'true' : null, onclick: () => this.world.go(row.id),
      }, h('b', null, row.title, row.changed && h('span', { class: 'dot', title: t('changed_dot') }), row.problems ? h('span', { class: 'state bad' }, t('problems_n', { n: row.problems })) : row.state && h('span', { class: `state ${row.state.tone}` }, row.state.words)),
      row.note && h('span', { class: 'soft' }, row.note)))))]));
    if (held !== undefined) /** @type {HTMLElement[]} */ ([...this.list.querySelectorAll('[data-id]')]).find(({ dataset }) => dataset.id === held)?.focus({ preventScroll: true });
  }

  /** @param {Known} known @param {any} value */
  #drawDetail(known, value) {
    const { t } = this.world;
    const shown = this.#shown;
    // Who had the keyboard here has it still.
    if (this.detail.contains(document.activeElement)) {
      queueMicrotask(() => {
        const all = /** @type {HTMLElement[]} */ ([...this.detail.querySelectorAll('[type=submit], .folded > summary'), ...this.list.querySelectorAll('.entry')]);
        all.find((one) => one.checkVisibility())?.focus({ preventScroll: true });
      });
    }
    const back = h('button', { class: 'link back', type: 'button', onclick: () => this.world.go('') }, `← ${t('back_to_list')}`);
    this.forms = [];
    if (this.broken) {
      return fill(this.detail, back, h('div', { class: 'card' }, h('p', { class: 'problem' }, t('problem_not_toml')), h('div', { class: 'acts' }, h('button', { class: 'button line small', type: 'button', onclick: () => this.world.goTo?.('files', this.how.path) }, t('as_file')))));
    }
    if (shown === '') return fill(this.detail, h('p', { class: 'soft empty' }, t('pick_one')));
    const detail = this.how.detail(shown, known, value);
    if (!detail) return fill(this.detail, back, h('p', { class: 'soft empty' }, t('no_entry')));
    this.forms = detail.forms ?? [];
    return fill(this.detail, back, ...detail.nodes);
  }

  /** What is wrong with the page's files, and where. @returns {Placed[]} */
  #placed() {
    return [...(this.texts ?? [])].flatMap(([path, text]) => placed(this.draft.problems, path, text));
  }

  #showProblems() {
    const all = this.#placed();
    for (const { form, mine } of this.forms) form.showProblems(all.filter(mine));
  }

  /**
   * Edits the page's file; empty, or words for why not.
   * @param {import('./draft.js').Edit[]} edits
   * @param {string} [path]
   */
  async edit(edits, path = this.how.path) {
    const { t } = this.world;
    const code = edits.length === 0 ? '' : await this.draft.edit(path, edits);
    if (code) return t(`problem_${code}`);
    this.said.say(t('saved_draft'));
    this.saidAt = Date.now();
    return '';
  }
}
