// What people do for a shopper: refund, return, another address … Each is asked for in a form, quoted by the server by
// the shop's rules, shown with what it costs, and done only after an explicit yes. The id of a wish is made once, so a
// yes that is pressed twice, or repeated on a bad line, is carried out once.

import { fill, h } from '../shared/html.js';
import { icon } from '../shared/icons.js';
import { showDay, showMoney } from '../shared/format.js';
import { drawPart } from '../shared/parts.js';
import { request } from '../shared/signin.js';
import { chosen, option } from './dialogs.js';

/** @typedef {import('./case_data.js').Case} Case */
/** @typedef {import('./case_data.js').CaseOrder} CaseOrder */
/** @typedef {import('./case_data.js').ActionName} ActionName */
/** @typedef {import('./dialogs.js').Words} Words */
/** @typedef {{ conversation: string, name: ActionName, order: CaseOrder | null, known: Case, currency: string }} Wish */

export const TICKET_KINDS = ['refund_only', 'return', 'exchange', 'repair', 'missing_or_wrong'];
export const REASONS = ['no_reason', 'size', 'fault', 'damaged', 'not_as_described', 'wrong', 'missing', 'cancel'];
const PAYS = ['refund_only', 'return'];

/**
 * @param {Words} words
 * @param {Wish} wish
 * @returns {Promise<boolean>} whether something was changed
 */
export function askChange(words, wish) {
  return new Promise((done) => new ChangeDialog(words, wish, done).open());
}

class ChangeDialog {
  /** @param {Words} words @param {Wish} wish @param {(changed: boolean) => void} done */
  constructor({ t, locale }, wish, done) {
    this.t = t;
    this.locale = locale;
    this.wish = wish;
    this.done = done;
    this.changed = false;
    this.busy = false;
    /** @type {'form' | 'quote' | 'done'} */
    this.step = 'form';
    /** @type {any} */
    this.change = null;
    this.id = '';
    this.form = this.#drawForm();
    this.body = h('div', { class: 'dialog-body' });
    this.problem = h('p', { class: 'problem', role: 'alert', hidden: true });
    this.foot = h('footer');
    this.dialog = /** @type {HTMLDialogElement} */ (h('dialog', { class: 'dialog', 'aria-labelledby': 'change-title' },
      h('form', { method: 'dialog', onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); void this.#next(); } },
        h('header', null, h('h2', { id: 'change-title' }, t(`do_${wish.name}`)), h('button', { class: 'shut', type: 'button', 'aria-label': t('cancel'), onclick: () => this.dialog.close() }, icon('close', 20))),
        this.body, this.foot)));
    this.dialog.addEventListener('close', () => {
      this.dialog.remove();
      done(this.changed);
    });
  }

  open() {
    document.body.append(this.dialog);
    this.#draw();
    this.dialog.showModal();
  }

  #draw() {
    const { t, step } = this;
    const { order } = this.wish;
    fill(this.body, order && step !== 'done' && h('p', { class: 'soft about-order' }, t('order', { id: order.id })), step === 'form' ? this.form : this.quoted, this.problem);
    const say = step === 'form' ? t('see_quote') : this.yes ?? t('confirm');
    fill(this.foot,
      step === 'done' ? null : h('button', { class: 'button line small', type: 'button', onclick: () => (step === 'quote' ? this.#to('form') : this.dialog.close()) }, t(step === 'quote' ? 'back' : 'cancel')),
      h('button', { class: 'button small', type: 'submit', disabled: this.busy, 'aria-busy': this.busy ? 'true' : null }, step === 'done' ? t('dismiss') : this.busy ? t('working') : say));
  }

  /** @param {'form' | 'quote' | 'done'} step */
  #to(step) {
    this.step = step;
    this.problem.hidden = true;
    this.#draw();
    /** @type {HTMLElement | null} */ (this.foot.querySelector('[type=submit]'))?.focus();
  }

  async #next() {
    if (this.busy) return;
    if (this.step === 'done') return this.dialog.close();
    if (this.step === 'form') {
      this.change = readChange(this.wish, this.form);
      // Another wish is another id; the same one keeps its own, however often it is sent.
      this.id = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
    }
    const path = `/api/v1/desk/conversations/${encodeURIComponent(this.wish.conversation)}`;
    this.#working(true);
    const { ok, status, code, value } = this.step === 'form'
      ? await request('POST', `${path}/quote`, { change: this.change })
      : await request('POST', `${path}/changes`, { id: this.id, change: this.change });
    this.#working(false);
    const refused = value?.refused ?? value?.outcome?.refused ?? (value?.outcome === 'refused' ? value?.code : null);
    if (!ok || refused) return this.#refuse(status, refused ?? code, value);
    if (this.step === 'form') {
      this.#quote(value);
      return this.#to('quote');
    }
    this.changed = true;
    this.quoted = h('div', { class: 'stack' }, h('p', { class: 'done-words', role: 'status' }, icon('check', 22), h('span', null, value?.words ?? value?.text ?? this.t('change_done'))), value?.card && drawPart(value.card, this.#context()));
    this.#to('done');
  }

  /** @param {boolean} on */
  #working(on) {
    this.busy = on;
    this.problem.hidden = true;
    this.#draw();
  }

  /** @param {number} status @param {string} code @param {any} value */
  #refuse(status, code, value) {
    const { t } = this;
    const known = t(`refused_${code}`);
    const words = value?.refused_words ?? value?.words ?? (known !== `refused_${code}` ? known : status === 404 ? t('refused_not_there') : (value?.error?.message && status === 422 ? value.error.message : t('error_other')));
    this.problem.textContent = words;
    this.problem.hidden = false;
  }

  /** @param {any} value the server's answer to what it would come to */
  #quote(value) {
    const { t, locale } = this;
    const amount = value?.amount ? showMoney(value.amount) : '';
    const lines = Array.isArray(value?.lines ?? value?.explained) ? (value.lines ?? value.explained) : [];
    const due = value?.due ? showDay(locale, value.due) : '';
    const payer = value?.shipping_payer ? t(`pays_${value.shipping_payer}`) : '';
    /** @type {[string, string][]} */
    const facts = [[t('refund_amount'), amount], [t('refund_most'), value?.most ? showMoney(value.most) : ''], [t('shipping_payer'), payer], [t('due'), due]];
    this.yes = amount !== '' ? t('yes_refund', { amount }) : t(`yes_${this.wish.name}`);
    this.quoted = h('div', { class: 'stack' },
      value?.summary && h('p', null, value.summary), amount !== '' && h('p', { class: 'big-amount' }, amount),
      lines.length > 0 && h('ul', { class: 'explained' }, lines.map((/** @type {any} */ line) => h('li', { class: line?.warning ? 'warning' : null }, typeof line === 'string' ? line : [h('span', null, line.words ?? line.text ?? line.label ?? ''), line.amount && h('b', null, showMoney(line.amount))]))),
      h('dl', { class: 'facts' }, facts.slice(amount !== '' ? 1 : 0).filter(([, words]) => words !== '').map(([name, words]) => h('div', null, h('dt', null, name), h('dd', null, words)))),
      h('p', { class: 'soft' }, t('explicit_yes')));
  }

  #context() {
    return { t: this.t, locale: this.locale, pictures: location.origin, links: location.origin, active: false, say: null };
  }

  #drawForm() {
    const { t, wish } = this;
    const { order, known } = wish;
    if (wish.name === 'coupon') {
      return h('div', { class: 'stack' }, h('fieldset', { class: 'options coupons' }, h('legend', null, t('which_coupon')),
        known.mayGive.length === 0 ? h('p', { class: 'soft' }, t('no_coupons')) : known.mayGive.map((card, place) => option('promotion', String(card.id), drawPart(card, this.#context()), { checked: place === 0 }))));
    }
    if (wish.name === 'address') {
      const field = (/** @type {string} */ name, /** @type {string} */ complete) => h('label', { class: 'field' }, t(`address_${name}`), h('input', { name, autocomplete: complete, maxlength: 200 }));
      return h('div', { class: 'stack' }, h('p', { class: 'soft' }, t('address_hint')), ['name', 'phone', 'region', 'detail'].map((name) => field(name, 'off')));
    }
    if (wish.name === 'variant') {
      return h('div', { class: 'stack' }, (order?.variants ?? []).map((line) => h('fieldset', { class: 'options' }, h('legend', null, line.title),
        line.options.map(({ id, words }) => option('variant', `${line.line}\n${id}`, words)))));
    }
    if (wish.name === 'cancel') return h('p', null, t('cancel_hint'));
    return this.#drawTicketForm();
  }

  #drawTicketForm() {
    const { t, wish } = this;
    const { order, known } = wish;
    const money = h('label', { class: 'field' }, t('amount_optional', { most: order?.left ? showMoney(order.left) : '' }), h('input', { name: 'amount', inputmode: 'decimal', pattern: '\\d{1,7}(\\.\\d{1,2})?', autocomplete: 'off', placeholder: t('amount_computed') }));
    const want = h('label', { class: 'field', hidden: true }, t('want'), h('input', { name: 'want', maxlength: 200, autocomplete: 'off' }));
    const form = h('div', { class: 'stack' },
      h('fieldset', { class: 'options three' }, h('legend', null, t('ticket_kind')), TICKET_KINDS.map((kind, place) => option('kind', kind, t(`kind_${kind}`), {
        checked: place === 0, onchange: () => {
          money.hidden = !PAYS.includes(chosen(form, 'kind') ?? '');
          want.hidden = chosen(form, 'kind') !== 'exchange';
        },
      }))),
      h('fieldset', { class: 'units' }, h('legend', null, t('which_units')), (order?.claimable ?? []).map(({ line, title, units }) => h('label', null, h('span', null, title),
        h('select', { name: 'units', 'data-line': line }, Array.from({ length: units + 1 }, (_, n) => h('option', { value: n, selected: n === units }, t('units', { n }))))))),
      h('label', { class: 'field' }, t('ticket_reason'), h('select', { name: 'reason' }, REASONS.map((reason) => h('option', { value: reason }, t(`reason_${reason}`))))),
      want, money, known.refundLimit && h('p', { class: 'soft' }, t('refund_limit', { amount: showMoney(known.refundLimit) })));
    return form;
  }
}

/**
 * What a form asks for, as the server reads it.
 * @param {Wish} wish
 * @param {HTMLElement} form
 */
export function readChange({ name, order, currency }, form) {
  const text = (/** @type {string} */ field) => /** @type {HTMLInputElement | null} */ (form.querySelector(`[name="${field}"]`))?.value.trim() ?? '';
  const some = (/** @type {string} */ field) => (text(field) === '' ? {} : { [field]: text(field) });
  if (name === 'coupon') return { kind: 'coupon', coupon: chosen(form, 'promotion') };
  if (name === 'address') return { kind: 'address', order: order?.id, ...some('name'), ...some('phone'), ...some('region'), ...some('detail') };
  if (name === 'variant') {
    const [line, variant] = (chosen(form, 'variant') ?? '').split('\n');
    return { kind: 'variant', order: order?.id, line, variant };
  }
  if (name === 'cancel') return { kind: 'cancel', order: order?.id };
  const kind = chosen(form, 'kind') ?? TICKET_KINDS[0];
  const lines = [.../** @type {NodeListOf<HTMLSelectElement>} */ (form.querySelectorAll('[name=units]'))].map((one) => ({ line: one.dataset.line, units: Number(one.value) })).filter(({ units }) => units > 0);
  const amount = PAYS.includes(kind) && text('amount') !== '' ? { amount: { amount: text('amount'), currency } } : {};
  return { kind, order: order?.id, lines, reason: text('reason'), ...(kind === 'exchange' ? some('want') : {}), ...amount };
}
