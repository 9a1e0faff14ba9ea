// The conversation tests: held with the draft, what differed, and what of the shop's knowledge no test touches.

import { fill, h } from '../shared/html.js';
import { request } from '../shared/signin.js';
import { Said, drawProblems } from './parts.js';

/** @typedef {import('./draft.js').Draft} Draft */
/** @typedef {import('./faq.js').World} World */
/** @typedef {{ path: string, line: number, name: string, difference: string | null }} Case */
/** @typedef {{ of: number, touched: number, untouched: string[] }} Share */
/** @typedef {{ passed: number, failures: Case[], tests: Case[], coverage: Record<'intents' | 'faq' | 'flows' | 'replies', Share> }} Tested */

/** Where what is not touched is written. @type {Record<string, string>} */
const PAGES = { intents: 'intents', faq: 'faq', replies: 'replies' };

export class TestsPage {
  /** @param {Draft} draft @param {string} shop @param {World} world */
  constructor(draft, shop, world) {
    this.draft = draft;
    this.shop = shop;
    this.world = world;
    /** What the shown outcome is of. @type {string | undefined} */
    this.tried = undefined;
    this.said = new Said();
    this.body = h('div', { class: 'tested', 'aria-live': 'polite' });
    const { t } = world;
    this.run = /** @type {HTMLButtonElement} */ (h('button', { class: 'button small', type: 'button', onclick: () => void this.#run() }, t('tests_run')));
    this.root = h('section', { class: 'page' },
      h('div', { class: 'section-head' }, h('h2', null, t('tests')), h('div', { class: 'acts' }, this.run)),
      h('p', { class: 'soft' }, t('tests_hint')), this.said.root, this.body);
  }

  update() {
    const now = JSON.stringify([this.draft.version, ...this.draft.changes.values()]);
    if (this.tried === now) return;
    if (this.tried === undefined) void this.#run();
    // What was found is of another draft by now.
    else this.said.say(this.world.t('tests_stale'));
  }

  async #run() {
    const { t } = this.world;
    this.tried = JSON.stringify([this.draft.version, ...this.draft.changes.values()]);
    this.run.disabled = true;
    this.said.say('');
    if (this.body.childElementCount === 0) fill(this.body, h('p', { class: 'card soft empty' }, t('tests_running')));
    const { ok, code, value } = await request('POST', `${this.draft.path}/tests`, { files: [...this.draft.changes.values()] });
    this.run.disabled = false;
    if (!ok) {
      fill(this.body, code === 'has_errors' ? drawProblems(value.error.problems, this.world) : null);
      return this.said.say(t(code === 'has_errors' ? 'try_broken' : 'failed'), true);
    }
    return this.#draw(value);
  }

  /** @param {Tested} tested */
  #draw(tested) {
    const { t } = this.world;
    if (tested.tests.length === 0) return fill(this.body, h('div', { class: 'card empty soft' }, h('p', null, t('tests_none'))), this.#coverage(tested));
    /** @type {Map<string, Case[]>} */
    const files = new Map();
    for (const one of tested.tests) files.set(one.path, [...(files.get(one.path) ?? []), one]);
    const failed = tested.failures.length;
    return fill(this.body,
      h('p', { class: failed === 0 ? 'fine' : 'problem', role: 'status' }, t('tests_result', { n: tested.passed, m: failed })),
      failed > 0 && h('ul', { class: 'failures' }, tested.failures.map((one) => h('li', null, h('b', null, one.name), this.#place(one), h('pre', null, one.difference)))),
      this.#coverage(tested),
      h('div', { class: 'card' }, h('h3', null, t('tests_all')), [...files].map(([path, cases]) => h('details', null,
        h('summary', null, path.split('/').at(-1), h('span', { class: 'soft' }, ` ${t('tests_of_file', { n: cases.length, m: cases.filter(({ difference }) => difference !== null).length })}`)),
        h('ul', { class: 'wordings' }, cases.map((one) => h('li', null, h('span', { class: one.difference === null ? 'fine' : 'problem', 'aria-hidden': 'true' }, one.difference === null ? '✓ ' : '✗ '), one.name, h('span', { class: 'hush' }, t(one.difference === null ? 'test_held' : 'test_failed')))))))));
  }

  /** @param {Case} one */
  #place({ path, line }) {
    return h('a', { class: 'link', href: `#files/${encodeURIComponent(this.shop)}/${encodeURIComponent(path)}` }, `${path}:${line}`);
  }

  /** @param {Tested} tested */
  #coverage({ coverage }) {
    const { t } = this.world;
    return h('div', { class: 'card coverage' }, h('h3', null, t('coverage')), h('p', { class: 'soft' }, t('coverage_hint')),
      Object.entries(coverage).map(([kind, { of, touched, untouched }]) => h('details', null,
        h('summary', null, h('span', { class: 'what' }, t(`coverage_${kind}`)), h('b', null, `${touched} / ${of}`),
          h('span', { class: 'track', 'aria-hidden': 'true' }, h('i', { style: `width:${of === 0 ? 100 : ((touched / of) * 100).toFixed(1)}%` }))),
        untouched.length === 0 ? h('p', { class: 'fine' }, t('coverage_all')) : h('ul', { class: 'untouched' }, untouched.map((id) => h('li', null,
          kind in PAGES ? h('a', { href: `#${PAGES[kind]}/${encodeURIComponent(this.shop)}/${encodeURIComponent(id)}` }, h('code', null, id)) : h('code', null, id)))))));
  }
}
