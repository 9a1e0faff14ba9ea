// The shop's files as text, each problem beside its line.

import { fill, h } from '../shared/html.js';
import { Said, drawProblems, sureButton } from './parts.js';

/** @typedef {import('./draft.js').Draft} Draft */
/** @typedef {import('./faq.js').World} World */

const WAIT_MS = 500;

export class FilesPage {
  /** @param {Draft} draft @param {string} shop @param {World} world */
  constructor(draft, shop, world) {
    this.draft = draft;
    this.shop = shop;
    this.world = world;
    this.open = '';
    this.asked = '';
    this.said = new Said();
    this.list = h('div', { class: 'entries' });
    this.detail = h('div', { class: 'detail' });
    this.problems = h('div');
    const { t } = world;
    this.root = h('section', { class: 'page' },
      h('div', { class: 'section-head' }, h('h2', null, t('files')), h('button', { class: 'button small', type: 'button', onclick: () => world.go('+') }, t('new_file'))),
      h('p', { class: 'soft' }, t('files_hint')), this.said.root,
      h('div', { class: 'two' }, h('div', { class: 'left' }, this.list), this.detail));
  }

  /** @param {string} asked the path in the address, perhaps with a line: `shops/demo/policy.toml:24`; `+` is a new one */
  async update(asked) {
    const [, path, line] = /^(.+\.toml):(\d+)$/.exec(asked) ?? [];
    const open = path ?? asked;
    const changed = asked !== this.asked;
    this.asked = asked;
    this.open = open;
    this.root.classList.toggle('opened', open !== '');
    this.#drawList();
    if (changed || !this.detail.contains(document.activeElement)) await this.#drawDetail();
    else this.#drawProblems();
    if (changed && line !== undefined && this.asked === asked) this.#toLine(Number(line));
  }

  #drawList() {
    const { t } = this.world;
    const count = (/** @type {string} */ path) => this.draft.problems.filter((one) => one.path === path).length;
    const group = (/** @type {string[]} */ paths) => h('ul', null, paths.map((path) => h('li', null, h('button', { class: 'entry', type: 'button', 'aria-current': path === this.open ? 'true' : null, onclick: () => this.world.go(path) },
      h('b', null, path.split('/').slice(2).join('/'), this.draft.changes.has(path) && h('span', { class: 'dot', title: t('save_draft') })),
      count(path) > 0 && h('span', { class: 'soft' }, t('problems_n', { n: count(path) }))))));
    const own = this.draft.paths.filter((path) => path.startsWith('shops/'));
    const packs = new Map();
    for (const path of this.draft.paths.filter((one) => one.startsWith('packs/'))) packs.set(path.split('/')[1], [...(packs.get(path.split('/')[1]) ?? []), path]);
    fill(this.list, h('h3', null, t('of_shop')), group(own), ...[...packs].flatMap(([pack, paths]) => [h('h3', null, `packs/${pack}`), group(paths)]));
  }

  async #drawDetail() {
    const { t } = this.world;
    const { open } = this;
    const back = h('button', { class: 'link back', type: 'button', onclick: () => this.world.go('') }, `← ${t('back_to_list')}`);
    if (open === '') return fill(this.detail, h('p', { class: 'soft empty' }, t('pick_one')));
    if (open === '+') return fill(this.detail, back, this.#newForm());
    const file = await this.draft.file(open);
    if (open !== this.open) return;
    if (!file) return fill(this.detail, back, h('p', { class: 'soft empty' }, t('no_entry')));
    const own = open.startsWith('shops/');
    let timer = 0;
    this.area = /** @type {HTMLTextAreaElement} */ (h('textarea', { class: 'source', rows: 24, spellcheck: 'false', readonly: !own, 'aria-label': open, oninput: () => {
      clearTimeout(timer);
      timer = setTimeout(() => void this.draft.write(open, this.area?.value ?? ''), WAIT_MS);
    } }, file.text));
    this.#drawProblems();
    return fill(this.detail, back, h('div', { class: 'card' }, h('h3', null, h('code', null, open)), !own && h('p', { class: 'soft' }, t('read_only')),
      this.problems, this.area, own && h('div', { class: 'acts' }, sureButton(t('remove'), t('remove_sure'), () => { void this.draft.write(open, null); this.world.go(''); }))));
  }

  #drawProblems() {
    const problems = this.draft.problems.filter(({ path }) => path === this.open);
    fill(this.problems, problems.length > 0 && drawProblems(problems, { ...this.world, toLine: ({ line }) => this.#toLine(line) }));
  }

  /** @param {number} line */
  #toLine(line) {
    const { area } = this;
    if (!area) return;
    const lines = area.value.split('\n');
    const start = lines.slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0);
    area.focus();
    area.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
    area.scrollTop = Math.max(0, (line - 6) * (area.scrollHeight / Math.max(1, lines.length)));
  }

  #newForm() {
    const { t } = this.world;
    const name = /** @type {HTMLInputElement} */ (h('input', { placeholder: 'faq/节日.toml', autocomplete: 'off' }));
    return h('form', { class: 'card', onsubmit: async (/** @type {Event} */ event) => {
      event.preventDefault();
      const path = `shops/${this.shop}/${name.value.trim()}`;
      if (!/^shops\/[^/]+\/(?:[^./][^/]*\/)*[^./][^/]*\.toml$/.test(path) || this.draft.paths.includes(path)) return this.said.say(t('problem_bad_path'), true);
      await this.draft.write(path, 'version = 1\n');
      this.world.go(path);
    } }, h('label', { class: 'field' }, t('new_file_label'), name), h('div', { class: 'acts' }, h('button', { class: 'button', type: 'submit' }, t('save_draft'))));
  }
}
