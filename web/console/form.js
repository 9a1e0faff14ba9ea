// A form of fields over values of a file: it shows each problem at its field, and says as edits what was changed, so
// that whatever no field shows stays as it is.

import { fill, h } from '../shared/html.js';
import { CONTROLS, shownValue } from './controls.js';
import { drawProblems } from './parts.js';

/** @typedef {import('./draft.js').Edit} Edit */
/** @typedef {import('./controls.js').Field} Field */
/** @typedef {import('./controls.js').Control} Control */
/** @typedef {import('./places.js').Place} Place */
/** @typedef {Place & { problem: import('./standing.js').Problem }} Placed */
/** @typedef {{ title?: string, hint?: string, fields: Field[] }} Group */
/** @typedef {{ field: Field, control: Control, initial: string, raw: any, problems: HTMLElement, active: () => boolean }} View */
/**
 * @typedef {{
 *   groups: Group[], value: any, at: any[], isNew?: boolean, world: import('./faq.js').World, known: import('./facts.js').Known,
 *   save: (edits: Edit[], form: Form, leaving: boolean) => Promise<string>, acts?: import('../shared/html.js').Children, foot?: import('../shared/html.js').Children,
 *   heading?: import('../shared/html.js').Children, inherited?: (field: Field) => any, name?: string,
 * }} How
 */

let made = 0;

/** The value at a way of keys. @param {any} value @param {string[]} key */
export const valueAt = (value, key) => key.reduce((inner, part) => inner?.[part], value);

export class Form {
  /** @param {How} how */
  constructor(how) {
    this.how = how;
    made += 1;
    this.id = `form${made}`;
    /** @type {View[]} */
    this.views = [];
    /** Values that a choice between fields sets. @type {{ key: string[], raw: any, read: () => any }[]} */
    this.sets = [];
    this.above = h('div', { class: 'above' });
    this.unsaved = h('small', { class: 'soft unsaved', hidden: true }, how.world.t('unsaved'));
    const { t } = how.world;
    this.root = h('form', { class: 'card editor', 'aria-label': how.name ?? null, oninput: () => this.#touched(), onchange: () => this.#touched(), onsubmit: (/** @type {Event} */ event) => {
      event.preventDefault();
      void this.keep();
    } },
    how.heading, this.above,
    how.groups.map(({ title, hint, fields }) => h('div', { class: 'group' }, title && h('h4', null, title), hint && h('p', { class: 'soft' }, hint), h('div', { class: 'fields' }, fields.map((field) => this.#draw(field, () => true))))),
    how.foot,
    h('div', { class: 'acts' }, h('button', { class: 'button', type: 'submit' }, t('save_draft')), how.acts, this.unsaved));
    this.rebase();
  }

  /** @param {Field} field @param {() => boolean} active @returns {HTMLElement} */
  #draw(field, active) {
    return field.either ? this.#drawEither(field, active) : this.#drawField(field, active);
  }

  /** @param {Field} field @param {() => boolean} active */
  #drawField(field, active) {
    const { t, locale } = this.how.world;
    const id = `${this.id}-${this.views.length}`;
    const label = t(`f_${field.name}`);
    const hints = [optional(t, `f_${field.name}_hint`)];
    const raw = valueAt(this.how.value, field.key);
    const inherited = this.how.inherited?.(field);
    if (inherited !== undefined && field.kind !== 'yesno') hints.push(t('inherited', { value: withUnit(shownValue(inherited, t), field, t) }));
    const words = hints.filter(Boolean).join(' ');
    const make = field.control ?? CONTROLS[field.kind];
    const control = make(field, raw, { t, locale, known: this.how.known, id, describedby: words === '' ? '' : `${id}-hint`, label, inherited });
    const problems = h('div', { class: 'at-field' });
    this.views.push({ field, control, initial: '', raw, problems, active });
    const hint = words !== '' && h('small', { class: 'soft', id: `${id}-hint` }, words);
    if (field.kind === 'yes') return h('div', { class: 'field wide' }, h('label', { class: 'check' }, control.node, label), hint, problems);
    const wide = field.wide || control.several || field.kind === 'words';
    return control.several
      ? h('fieldset', { class: wide ? 'field set wide' : 'field set' }, h('legend', null, label), hint, control.node, problems)
      : h('div', { class: wide ? 'field wide' : 'field' }, h('label', { for: id }, label, field.needed && h('span', { class: 'needed', 'aria-hidden': 'true' }, ' *')), control.node, hint, problems);
  }

  /** One of several ways to say it, each with fields of its own. @param {Field} field @param {() => boolean} active */
  #drawEither(field, active) {
    const { t } = this.how.world;
    const options = field.either ?? [];
    const name = `${this.id}-${field.name}`;
    let chosen = Math.max(0, options.findIndex(({ is }) => is(this.how.value)));
    const parts = options.map((option, n) => h('div', { class: 'fields', hidden: n !== chosen }, (option.fields ?? []).map((inner) => this.#draw(inner, () => active() && chosen === n))));
    const keys = new Set(options.flatMap(({ sets }) => Object.keys(sets ?? {})));
    for (const key of keys) this.sets.push({ key: [...field.key, key], raw: valueAt(this.how.value, [...field.key, key]), read: () => options[chosen].sets?.[key] ?? null });
    const choose = (/** @type {number} */ n) => {
      chosen = n;
      parts.forEach((part, m) => {
        part.hidden = m !== chosen;
        // What is not chosen must not keep the form from being saved.
        for (const inner of part.querySelectorAll('input, select, textarea')) /** @type {HTMLInputElement} */ (inner).disabled = m !== chosen;
      });
    };
    choose(chosen);
    return h('fieldset', { class: 'field set wide either' }, h('legend', null, t(`f_${field.name}`)),
      h('div', { class: 'checks' }, options.map((option, n) => h('label', { class: 'check' }, h('input', { type: 'radio', name, checked: n === chosen, onchange: () => choose(n) }), t(`o_${option.name}`)))), parts);
  }

  /** What the form says now, by each view. @param {View} view */
  #now({ active, control }) {
    return active() ? control.read() : null;
  }

  /** Nothing is changed as of now. */
  rebase() {
    for (const view of this.views) view.initial = JSON.stringify(this.#now(view));
    for (const one of this.sets) one.raw = one.read();
    this.unsaved.hidden = true;
  }

  get dirty() {
    return !this.unsaved.hidden;
  }

  #touched() {
    this.unsaved.hidden = this.edits().length === 0;
  }

  /** @returns {Edit[]} */
  edits() {
    const { at, isNew } = this.how;
    /** @type {Edit[]} */
    const edits = [];
    for (const view of this.views) {
      const now = this.#now(view);
      const place = [...at, ...view.field.key];
      if (isNew ? now !== null : JSON.stringify(now) !== view.initial) edits.push(...(view.control.edits?.(place, now) ?? [{ at: place, to: now }]));
    }
    for (const { key, raw, read } of this.sets) {
      const now = read();
      if (isNew ? now !== null : now !== (raw ?? null)) edits.push({ at: [...at, ...key], to: now });
    }
    return edits;
  }

  /** The value of a field, by its name. @param {string} name */
  valueOf(name) {
    const view = this.views.find(({ field }) => field.name === name);
    return view ? this.#now(view) : null;
  }

  /** What is changed goes into the draft. @param {boolean} [leaving] somebody went on to something else meanwhile */
  async keep(leaving = false) {
    const problem = await this.how.save(this.edits(), this, leaving);
    if (problem === '') this.rebase();
    else this.showAbove(h('p', { class: 'problem', role: 'alert' }, problem));
  }

  /** Nothing that was changed is lost by going on; what is not whole, or new and not yet kept, is. */
  async leave() {
    const form = /** @type {HTMLFormElement} */ (this.root);
    if (this.dirty && !this.how.isNew && form.checkValidity()) await this.keep(true);
  }

  /** @param {...import('../shared/html.js').Children} what */
  showAbove(...what) {
    fill(this.above, ...what);
  }

  /** Problems of the values that the form is over, each at its field. @param {Placed[]} placed */
  showProblems(placed) {
    const left = new Set(placed);
    const world = { ...this.how.world, toLine: (/** @type {import('./standing.js').Problem} */ { path, line }) => this.how.world.goTo?.('files', `${path}:${line}`) };
    for (const { field, problems } of this.views) {
      const key = field.key.join('.');
      const mine = placed.filter((one) => one.key === key || one.key.startsWith(`${key}.`));
      for (const one of mine) left.delete(one);
      fill(problems, mine.length > 0 && drawProblems(mine.map(({ problem }) => problem), world));
    }
    fill(this.above, left.size > 0 && drawProblems([...left].map(({ problem }) => problem), world));
  }
}

/** A text that not every field has. @param {import('../shared/i18n.js').Translate} t @param {string} name */
function optional(t, name) {
  const words = t(name);
  return words === name ? '' : words;
}

/** @param {string} value @param {Field} field @param {import('../shared/i18n.js').Translate} t */
function withUnit(value, field, t) {
  return field.unit ? `${value} ${t(`unit_${field.unit}`)}` : value;
}
