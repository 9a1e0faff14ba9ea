// The test window: a conversation with the draft, and beside each answer what was understood, and why.

import { fill, h } from '../shared/html.js';
import { translator } from '../shared/i18n.js';
import { PART_STYLE } from '../shared/part_style.js';
import { PART_TEXTS } from '../shared/part_texts.js';
import { drawPart } from '../shared/parts.js';
import { request } from '../shared/signin.js';
import { Said, drawProblems } from './parts.js';
import { record } from './record.js';
import { drawUnderstanding } from './understanding.js';

/** @typedef {import('./draft.js').Draft} Draft */
/** @typedef {import('./faq.js').World} World */
/** @typedef {{ text: string } | { choice: string } | { product: string }} Line */

export class TryPage {
  /** @param {Draft} draft @param {string} shop @param {World} world */
  constructor(draft, shop, world) {
    this.draft = draft;
    this.shop = shop;
    this.world = world;
    /** @type {Line[]} */
    this.lines = [];
    /** @type {any} */
    this.talk = null;
    this.asking = 0;
    this.said = new Said();
    const { t } = world;
    this.partWords = translator(PART_TEXTS, world.locale);
    linkPartStyle();
    this.log = h('ol', { class: 'try-log', 'aria-live': 'polite', tabindex: '0', 'aria-label': t('try_log') });
    this.why = h('div', { class: 'card why' });
    this.shopper = /** @type {HTMLSelectElement} */ (h('select', { onchange: () => void this.#run() }, h('option', { value: '' }, t('try_guest'))));
    this.text = /** @type {HTMLInputElement} */ (h('input', { maxlength: 2000, autocomplete: 'off', placeholder: t('try_placeholder'), 'aria-label': t('try_placeholder') }));
    this.root = h('section', { class: 'page' },
      h('div', { class: 'section-head' }, h('h2', null, t('try')), h('div', { class: 'acts' },
        h('button', { class: 'button line small', type: 'button', onclick: () => void this.#record() }, t('record')),
        h('button', { class: 'button line small', type: 'button', onclick: () => this.#back() }, t('try_back')),
        h('button', { class: 'button line small', type: 'button', onclick: () => this.#again() }, t('try_again')))),
      h('p', { class: 'soft' }, t('try_hint')), this.said.root,
      h('label', { class: 'field inline' }, t('try_as'), this.shopper),
      h('div', { class: 'two even' }, h('div', { class: 'card' }, this.log,
        h('form', { class: 'try-form', onsubmit: (/** @type {Event} */ event) => {
          event.preventDefault();
          const text = this.text.value.trim();
          if (text === '') return;
          this.text.value = '';
          this.#say({ text });
        } }, this.text, h('button', { class: 'button', type: 'submit' }, t('try_say')))), this.why));
    void this.#loadShoppers();
    this.#draw();
  }

  update() {
    // What is tried is the draft: after an edit the same conversation is held again.
    const now = JSON.stringify([...this.draft.changes.values()]);
    if (this.tried !== undefined && this.tried !== now) void this.#run();
  }

  async #loadShoppers() {
    const { ok, value } = await request('GET', '/api/v1/demo/shoppers');
    if (!ok || this.shop !== 'demo') return;
    this.shopper.append(...value.shoppers.map((/** @type {{ id: string, name: string }} */ one) => h('option', { value: one.id }, one.name)));
  }

  /** @param {Line} line */
  #say(line) {
    this.lines.push(line);
    void this.#run();
  }

  async #record() {
    const { t } = this.world;
    const first = this.lines.find((line) => 'text' in line);
    const name = first && 'text' in first ? first.text.slice(0, 40) : t('record_unnamed');
    const code = await record(this.draft, { name, said: this.lines, as: this.shopper.value || null });
    this.said.say(t(code === '' ? 'recorded' : code === 'no_test' ? 'record_nothing' : 'failed'), code !== '');
  }

  #back() {
    this.lines.pop();
    void this.#run();
  }

  #again() {
    this.lines = [];
    this.talk = null;
    this.#draw();
  }

  async #run() {
    this.asking += 1;
    const mine = this.asking;
    const files = [...this.draft.changes.values()];
    this.tried = JSON.stringify(files);
    if (this.lines.length === 0) return this.#again();
    const { ok, code, value } = await request('POST', `${this.draft.path}/talk`, { files, said: this.lines, as: this.shopper.value || null });
    if (mine !== this.asking) return;
    if (!ok) {
      this.said.say(this.world.t(code === 'has_errors' ? 'try_broken' : 'failed'), true);
      if (code === 'has_errors') fill(this.why, drawProblems(value.error.problems, this.world));
      return;
    }
    this.said.say('');
    this.talk = value;
    if (value.refused !== null) this.lines.length = value.refused;
    this.#draw();
  }

  #draw() {
    const { t, locale } = this.world;
    const messages = this.talk?.messages ?? [];
    const last = messages.length - 1;
    fill(this.log, messages.map((/** @type {any} */ message, /** @type {number} */ n) => h('li', { class: `say ${message.from}` },
      message.parts.map((/** @type {any} */ part) => drawPart(part, {
        t: this.partWords, locale, pictures: location.origin, links: location.origin, active: n === last, find: undefined,
        say: (/** @type {any} */ content) => this.#say(content),
      })),
      message.source && h('small', { class: 'soft' }, [message.intent, message.source].filter(Boolean).join(' · ')))),
    messages.length === 0 && h('li', { class: 'soft empty' }, t('try_empty')));
    this.log.scrollTop = this.log.scrollHeight;
    const understood = this.talk?.understood?.at(-1);
    const flows = this.talk?.flows ?? [];
    fill(this.why, understood ? drawUnderstanding(understood, t) : h('p', { class: 'soft empty' }, t('try_why')),
      flows.length > 0 && h('div', { class: 'flows' }, h('h3', null, t('try_flows')), flows.map((/** @type {any} */ run) => h('p', null, h('code', null, run.flow), run.asking && ` → ${run.asking}`,
        h('span', { class: 'soft' }, ` ${Object.entries(run.slots).map(([name, value]) => `${name} = ${value}`).join(' · ')}`)))),
      this.talk && h('p', { class: 'soft' }, `${t('try_mode')} ${t(`mode_${this.talk.mode}`)}`));
  }
}

let linked = false;

/** How parts of messages look, as everywhere. */
function linkPartStyle() {
  if (linked) return;
  linked = true;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(PART_STYLE);
  document.adoptedStyleSheets.push(sheet);
}
