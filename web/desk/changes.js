// What people do for a shopper: refund, return, another address … Each is asked for in a form, quoted by the server by
// the shop's rules, shown with what it costs, and done only after an explicit yes. The id of a wish is made once, so a
// yes that is pressed twice, or repeated on a bad line, is carried out once.

import { fill, h } from '../shared/html.js';
import { icon } from '../shared/icons.js';
import { showDay, showMoney } from '../shared/format.js';
import { drawPart } from '../shared/parts.js';
import { request } from '../shared/signin.js';
import { otherVariants } from './case_data.js';
import { localized } from './completions.js';
import { chosen, option } from './dialogs.js';

/** @typedef {import('./case_data.js').Case} Case */
/** @typedef {import('./case_data.js').CaseOrder} CaseOrder */
/** @typedef {import('./case_data.js').ActionName} ActionName */
/** @typedef {import('./dialogs.js').Words} Words */
/** @typedef {{ conversation: string, shop: string, name: ActionName, order: CaseOrder | null, known: Case, currency: string }} Wish */

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
    /** @type {HTMLElement | null} */
    this.quoted = null;
    this.yes = '';
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
    const say = step === 'form' ? t('see_quote') : this.yes;
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
    const refused = value?.refused ?? (value?.outcome === 'refused' ? value.reason : null);
    if (!ok || refused) return this.#refuse(status, refused ?? code, value);
    if (this.step === 'form') {
      this.#quote(value);
      return this.#to('quote');
    }
    this.changed = true;
    this.quoted = h('div', { class: 'stack' }, h('p', { class: 'done-words', role: 'status' }, icon('check', 22), h('span', null, this.t('change_done'))),
      value?.ticket ? drawPart(value.ticket, this.#context()) : value?.order && drawPart(value.order, this.#context()));
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
    const limit = value?.error?.limit ? showMoney(value.error.limit) : '';
    const known = t(`refused_${code}`, { limit });
    this.problem.textContent = known !== `refused_${code}` ? known : status === 404 ? t('refused_not_there') : t('error_other');
    this.problem.hidden = false;
  }

  /** @param {any} value what it would come to */
  #quote(value) {
    const { t, locale } = this;
    const amount = value.amount ? showMoney(value.amount) : '';
    /** @type {[string, string][]} */
    const facts = [
      [t('refund_most'), value.most ? showMoney(value.most) : ''], [t('shipping_payer'), value.shipping_payer ? t(`pays_${value.shipping_payer}`) : ''],
      [t('due'), value.due ? showDay(locale, value.due) : ''],
    ];
    this.yes = amount !== '' ? t('yes_refund', { amount }) : t(`yes_${this.wish.name}`);
    this.quoted = h('div', { class: 'stack' },
      amount !== '' ? h('p', { class: 'big-amount' }, amount) : h('p', null, this.#inWords()),
      h('ul', { class: 'explained' }, (value.lines ?? []).map((/** @type {any} */ line) => this.#drawExplained(line))),
      h('dl', { class: 'facts' }, facts.filter(([, words]) => words !== '').map(([name, words]) => h('div', null, h('dt', null, name), h('dd', null, words)))),
      h('p', { class: 'soft' }, t('explicit_yes')));
  }

  /** What a wish without money is, so that the yes is to something. */
  #inWords() {
    const { t, change, wish } = this;
    const address = change.address ?? {};
    if (wish.name === 'address') return [t('to_address'), address.name, address.phone, address.region, address.detail].filter(Boolean).join(' ');
    if (wish.name === 'coupon') return wish.known.mayGive.find(({ id }) => String(id) === change.coupon)?.title ?? '';
    if (wish.name === 'variant') return t('to_variant', { variant: this.form.querySelector('[name=variant]:checked')?.parentElement?.textContent ?? '' });
    return wish.name === 'cancel' ? t('cancel_hint') : t(`kind_${change.ticket ?? 'refund_only'}`);
  }

  /** @param {any} line a code with what it is about */
  #drawExplained(line) {
    const { t, locale } = this;
    const code = line.code === 'beyond' ? `beyond_${line.rule}` : line.code === 'condition' ? `condition_${line.condition}` : `explained_${line.code}`;
    const title = [localized(line.title, locale), localized(line.variant, locale)].filter(Boolean).join(' ');
    const words = line.code === 'line' ? `${title} ${t('units', { n: line.units })}` : t(code, { from: line.from ? showMoney(line.from) : '', to: line.to ? showMoney(line.to) : '' });
    const warning = !['line', 'shipping'].includes(line.code);
    return h('li', { class: warning ? 'warning' : null }, h('span', null, words === code ? t('beyond_other') : words), line.amount && h('b', null, showMoney(line.amount)));
  }

  #context() {
    return { t: this.t, locale: this.locale, pictures: location.origin, links: location.origin, active: false, say: null };
  }

  #drawForm() {
    const { t, wish } = this;
    const { known } = wish;
    if (wish.name === 'coupon') {
      return h('div', { class: 'stack' }, h('fieldset', { class: 'options coupons' }, h('legend', null, t('which_coupon')),
        known.mayGive.length === 0 ? h('p', { class: 'soft' }, t('no_coupons')) : known.mayGive.map((card, place) => option('promotion', String(card.id), drawPart(card, this.#context()), { checked: place === 0 }))));
    }
    if (wish.name === 'address') {
      const field = (/** @type {string} */ name, /** @type {string} */ complete) => h('label', { class: 'field' }, t(`address_${name}`), h('input', { name, autocomplete: complete, maxlength: 200 }));
      return h('div', { class: 'stack' }, h('p', { class: 'soft' }, t('address_hint')), ['name', 'phone', 'region', 'detail'].map((name) => field(name, 'off')));
    }
    if (wish.name === 'variant') return this.#drawVariantForm();
    if (wish.name === 'cancel') return h('p', null, t('cancel_hint'));
    return this.#drawTicketForm();
  }

  /** Which variants there are is asked of the catalog when it is needed. */
  #drawVariantForm() {
    const { t, wish } = this;
    const place = h('div', { class: 'stack' }, h('p', { class: 'soft', role: 'status' }, t('working')));
    void request('GET', `/api/v1/shops/${encodeURIComponent(wish.shop)}/products`).then(({ ok, value }) => {
      const lines = (wish.order?.changeable ?? []).map((line) => ({ line, others: ok ? otherVariants(value, line) : [] })).filter(({ others }) => others.length > 0);
      fill(place, lines.length === 0 ? h('p', { class: 'soft' }, t('no_variants')) : lines.map(({ line, others }) => h('fieldset', { class: 'options two' }, h('legend', null, line.title),
        others.map(({ id, words }) => option('variant', `${line.line}\n${id}`, words)))));
    });
    return place;
  }

  #drawTicketForm() {
    const { t, wish } = this;
    const { order, known } = wish;
    const money = h('label', { class: 'field' }, t('amount_optional', { most: order?.left ? showMoney(order.left) : '' }),
      h('input', { name: 'amount', inputmode: 'decimal', pattern: '\\d{1,7}(\\.\\d{1,2})?', autocomplete: 'off', placeholder: t('amount_computed') }));
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
  if (name === 'address') return { kind: 'address', order: order?.id, address: { ...some('name'), ...some('phone'), ...some('region'), ...some('detail') } };
  if (name === 'variant') {
    const [line, variant] = (chosen(form, 'variant') ?? '').split('\n');
    return { kind: 'variant', order: order?.id, line, variant };
  }
  if (name === 'cancel') return { kind: 'cancel', order: order?.id };
  const kind = chosen(form, 'kind') ?? TICKET_KINDS[0];
  const lines = [.../** @type {NodeListOf<HTMLSelectElement>} */ (form.querySelectorAll('[name=units]'))].map((one) => ({ line: one.dataset.line, units: Number(one.value) })).filter(({ units }) => units > 0);
  const amount = PAYS.includes(kind) && text('amount') !== '' ? { amount: { amount: asWritten(text('amount'), order?.left?.amount), currency } } : {};
  return {
    ...(kind === 'refund_only' ? { kind: 'refund' } : { kind: 'ticket', ticket: kind }), order: order?.id, lines, reason: text('reason'), ...(kind === 'exchange' ? some('want') : {}), ...amount,
  };
}

/**
 * An amount with as many decimals as the shop's amounts have: `12` beside `99.00` is `12.00`.
 * @param {string} amount
 * @param {string} [like]
 */
export function asWritten(amount, like = '0.00') {
  const decimals = like.split('.')[1]?.length ?? 0;
  const [whole, cents = ''] = amount.split('.');
  return decimals === 0 ? whole : `${whole}.${cents.padEnd(decimals, '0').slice(0, Math.max(decimals, cents.length))}`;
}
