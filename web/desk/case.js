// What is known beside the open conversation: why it came to people, the shopper, orders, tickets; and what can be done.
// Personal data is shown in part; asking for all of it is written down with the name of who asked.

import { h } from '../shared/html.js';
import { icon } from '../shared/icons.js';
import { showDay } from '../shared/format.js';
import { drawPart } from '../shared/parts.js';
import { request } from '../shared/signin.js';
import { actionsFor, isMasked, productCard, readCase, slotWords } from './case_data.js';
import { askChange } from './changes.js';
import { Drawn } from './drawn.js';

/** @typedef {import('./board.js').Board} Board */
/** @typedef {import('./board.js').Card} Card */
/** @typedef {import('./case_data.js').ActionName} ActionName */
/** @typedef {import('./case_data.js').Case} Case */
/** @typedef {import('./case_data.js').CaseOrder} CaseOrder */
/** @typedef {import('./case_data.js').Masked} Masked */
/** @typedef {import('./lists.js').Setting} Setting */
/** @typedef {import('../shared/i18n.js').Translate} Translate */
/** @typedef {{ back: () => void, tags: () => void, draw: () => void, open: (conversation: string) => void, words: () => import('./dialogs.js').Words }} CaseActions */
/** @typedef {{ state: 'loading' | 'there' | 'missing' | 'failed', known: Case, revealed: Map<string, string>, refused: Set<string>, revision: number }} Loaded */

const AGAIN_AFTER_MS = 600;

export class CasePane {
  /** @param {CaseActions} actions */
  constructor(actions) {
    this.actions = actions;
    this.head = h('header', { class: 'case-head' });
    this.top = h('div', { class: 'case-part' });
    this.known = h('div', { class: 'case-part' });
    this.facts = h('div', { class: 'case-part' });
    this.root = h('section', { class: 'case', tabindex: '-1' }, this.head, h('div', { class: 'case-scroll', tabindex: '0' }, this.top, this.known, this.facts));
    this.drawnHead = new Drawn(this.head);
    this.drawnTop = new Drawn(this.top);
    this.drawnKnown = new Drawn(this.known);
    this.drawnFacts = new Drawn(this.facts);
    /** @type {Map<string, Loaded>} */
    this.cases = new Map();
    /** Which orders were folded open or shut by hand. @type {Map<string, boolean>} */
    this.folded = new Map();
    this.conversation = '';
    this.shop = '';
    this.timer = 0;
  }

  /**
   * @param {Board} board
   * @param {Setting} setting
   */
  update(board, setting) {
    const { card } = board;
    const { t, locale } = setting;
    this.root.hidden = card === null;
    this.root.setAttribute('aria-label', t('case'));
    if (!card) {
      this.conversation = '';
      if (board.isGone) this.#forget(board.open ?? '');
      return;
    }
    if (this.conversation !== card.conversation && board.live) {
      this.conversation = card.conversation;
      this.shop = card.shop;
      void this.#load(card.conversation);
    }
    const loaded = this.cases.get(card.conversation);
    this.drawnHead.update([locale], () => [h('button', { class: 'round case-back', type: 'button', dataset: { key: 'case-back' }, 'aria-label': t('back'), onclick: this.actions.back }, icon('back')), h('h2', null, t('case'))]);
    this.drawnTop.update([locale, card.conversation, card.reason, card.summary, card.slots, card.tags, board.live], () => this.#drawTop(board, card, setting));
    this.drawnKnown.update([locale, card.conversation, card.order, loaded?.state, loaded?.revision, board.isMine], () => (loaded ? this.#drawKnown(board, card, loaded, setting) : null));
    this.drawnFacts.update([locale, card, board.shops.length], () => this.#drawFacts(board, card, setting));
  }

  /** Nothing that was shown of it stays in the page. @param {string} conversation */
  #forget(conversation) {
    this.cases.delete(conversation);
    for (const part of [this.drawnTop, this.drawnKnown, this.drawnFacts]) part.update([], () => null);
  }

  focus() {
    this.root.focus();
  }

  /** A frame that may have changed the case: something was said by the shop, or the conversation changed hands. @param {any} frame */
  heard(frame) {
    if (frame.conversation !== this.conversation) return;
    const changed = frame.type === 'state' || (frame.type === 'message' && (frame.from === 'system' || frame.parts?.some((/** @type {any} */ part) => ['order', 'ticket', 'coupon', 'image'].includes(part.kind))));
    if (!changed) return;
    clearTimeout(this.timer);
    this.timer = /** @type {any} */ (setTimeout(() => {
      // It may have been shut meanwhile.
      if (this.conversation === frame.conversation) void this.#load(this.conversation);
    }, AGAIN_AFTER_MS));
  }

  /** The orders that the bot may go on with. @param {Translate} t @returns {{ id: string, words: string }[]} */
  orders(t) {
    return (this.cases.get(this.conversation)?.known.orders ?? []).map((order) => ({ id: order.id, words: `${t('order', { id: order.id })} ${titleOf(order)}` }));
  }

  /** @param {string} conversation */
  async #load(conversation) {
    const before = this.cases.get(conversation);
    if (!before) this.cases.set(conversation, { state: 'loading', known: readCase(null), revealed: new Map(), refused: new Set(), revision: 0 });
    const { ok, status, value } = await request('GET', pathOf(conversation, 'case'));
    const loaded = /** @type {Loaded} */ (this.cases.get(conversation));
    if (ok) loaded.known = readCase(value);
    loaded.state = ok ? 'there' : status === 404 ? 'missing' : before?.state === 'there' ? 'there' : 'failed';
    loaded.revision += 1;
    this.actions.draw();
  }

  /** @param {Loaded} loaded @param {Masked} value */
  async #reveal(loaded, { field, order }) {
    const { ok, value } = await request('POST', pathOf(this.conversation, 'reveal'), { field, ...(order ? { order } : {}) });
    if (ok && typeof value?.value === 'string') loaded.revealed.set(`${field} ${order}`, value.value);
    else loaded.refused.add(`${field} ${order}`);
    loaded.revision += 1;
    this.actions.draw();
  }

  /** @param {ActionName} name @param {CaseOrder | null} order @param {Case} known */
  async #do(name, order, known) {
    const { conversation } = this;
    const currency = order?.left?.currency ?? order?.card.total?.currency ?? 'CNY';
    if (await askChange(this.actions.words(), { conversation, shop: this.shop, name, order, known, currency })) await this.#load(conversation);
  }

  /** @param {Board} board @param {Card} card @param {Setting} setting */
  #drawTop(board, card, { t }) {
    return [
      (card.reason || card.summary.length > 0) && section(t('why'), card.reason && h('p', { class: 'tag' }, card.reason.text),
        card.summary.length > 0 && h('ul', { class: 'summary', 'aria-label': t('summary') }, card.summary.map((line) => h('li', null, line)))),
      card.slots.length > 0 && section(t('slots'), pairs(card.slots.map((slot) => slotWords(slot, t)))),
      section(t('tags'), h('div', { class: 'tag-row' }, (card.tags ?? []).map((tag) => h('span', { class: 'tag plain' }, tag)),
        h('button', { class: 'link', type: 'button', dataset: { key: 'tags' }, disabled: !board.live, onclick: this.actions.tags }, t('change_tags')))),
    ];
  }

  /** @param {Board} board @param {Card} card @param {Loaded} loaded @param {Setting} setting */
  #drawKnown(board, card, loaded, { t, locale }) {
    const { known, state } = loaded;
    if (state === 'loading') return [0, 1].map(() => h('span', { class: 'bone', 'aria-hidden': 'true' }));
    if (state === 'failed') {
      return section(t('orders'), h('p', { class: 'soft' }, t('case_failed')),
        h('button', { class: 'link', type: 'button', dataset: { key: 'again' }, onclick: () => void this.#load(card.conversation) }, t('retry')));
    }
    if (state === 'missing') return null;
    const context = { t, locale, pictures: location.origin, links: location.origin, active: false, say: null };
    const mayDo = board.isMine;
    return [
      known.unavailable && h('p', { class: 'problem', role: 'status' }, t('case_unavailable')),
      known.shopper && section(t('shopper'), known.shopper.masked.map((value) => this.#drawMasked(loaded, value, t)),
        pairs([[t('level'), known.shopper.level], [t('points'), known.shopper.points === null ? null : String(known.shopper.points)], [t('shopper_note'), known.shopper.note]])),
      !known.shopper && section(t('shopper'), h('p', { class: 'soft' }, t('shopper_unknown'))),
      board.isOwner && h('p', null, h('a', { href: `/console#privacy/${encodeURIComponent(card.shop)}/${encodeURIComponent(card.conversation)}`, dataset: { key: 'privacy' } }, t('privacy'))),
      known.orders.length > 0 && section(t('orders'), known.orders.map((order) => this.#drawOrder(order, loaded, mayDo, context))),
      known.tickets.length > 0 && section(t('tickets'), known.tickets.map((part) => drawPart(part, context))),
      known.product && section(t('product_label'), drawPart(productCard(known.product, locale), context)),
      (known.coupons.length > 0 || (mayDo && known.mayGive.length > 0)) && section(t('coupons'), known.coupons.map((part) => drawPart(part, context)),
        mayDo && known.mayGive.length > 0 && h('button', { class: 'button line small', type: 'button', dataset: { key: 'do-coupon' }, onclick: () => void this.#do('coupon', null, known) }, t('do_coupon'))),
      known.pictures.length > 0 && section(t('pictures'), h('div', { class: 'picture-row' }, known.pictures.map(({ part }) => drawPart({ ...part, width: 72, height: 72 }, context)))),
      known.earlier.length > 0 && section(t('earlier_cases'), h('ul', { class: 'earlier-cases' }, known.earlier.map((one) => h('li', null, h('button', {
        class: 'link', type: 'button', dataset: { key: `earlier-${one.conversation}` }, onclick: () => this.actions.open(one.conversation),
      }, [one.at && showDay(locale, one.at), one.agent, one.score === null ? '' : t('rated', { score: one.score }), one.summary[0] ?? t('earlier_case')].filter(Boolean).join(' · ')))))),
    ];
  }

  /** @param {CaseOrder} order @param {Loaded} loaded @param {boolean} mayDo @param {import('../shared/parts.js').PartContext} context */
  #drawOrder(order, loaded, mayDo, context) {
    const { t } = context;
    const open = this.folded.get(order.id) ?? order.open;
    const state = t(`order_${order.card.state}`);
    const actions = mayDo ? actionsFor(order) : [];
    return h('details', { class: 'order-fold', open, ontoggle: (/** @type {Event} */ event) => this.folded.set(order.id, /** @type {HTMLDetailsElement} */ (event.target).open) },
      h('summary', { dataset: { key: `order-${order.id}` } }, h('b', null, titleOf(order) || order.id), h('span', null, state)),
      h('div', { class: 'stack' }, drawPart(order.card, context), order.masked.map((value) => this.#drawMasked(loaded, value, t)),
        actions.length > 0 && h('div', { class: 'order-acts' }, actions.map((name) => h('button', {
          class: 'button line small', type: 'button', dataset: { key: `do-${name}-${order.id}` }, onclick: () => void this.#do(name, order, loaded.known),
        }, t(`do_${name}`))))));
  }

  /** @param {Loaded} loaded @param {Masked} value @param {Translate} t */
  #drawMasked(loaded, value, t) {
    const key = `${value.field} ${value.order}`;
    const whole = loaded.revealed.get(key);
    const hidden = whole === undefined && isMasked(value.value);
    const label = t(value.order === null && value.field === 'name' ? 'shopper_name' : `masked_${value.field}`);
    return h('div', { class: 'masked' }, h('span', { class: 'soft' }, label), h('span', { class: 'masked-value' }, whole ?? value.value),
      hidden && loaded.refused.has(key) && h('small', { class: 'soft' }, t('reveal_refused')),
      hidden && !loaded.refused.has(key) && h('button', {
        class: 'reveal', type: 'button', dataset: { key: `reveal-${key}` }, title: t('reveal_hint'), 'aria-label': `${t('reveal')} ${label}`, onclick: () => void this.#reveal(loaded, value),
      }, icon('eye', 16), h('span', null, t('reveal'))));
  }

  /** @param {Board} board @param {Card} card @param {Setting} setting */
  #drawFacts(board, card, { t, locale }) {
    const whole = this.cases.get(card.conversation)?.state === 'there';
    return section(t('facts'), pairs([
      [t('shop_label'), board.shop(card.shop).name], [t('group'), card.group?.name], [t('contact'), card.contact], [t('promised'), card.promised && showDay(locale, card.promised)],
      [t('since'), showDay(locale, card.since)], [t('product_label'), !whole && card.product], [t('order_label'), card.order], [t('ticket_label'), card.ticket],
      [t('locale_label'), t(`speaks_${card.locale}`) === `speaks_${card.locale}` ? card.locale : t(`speaks_${card.locale}`)], [t('wrap_up_label'), board.wrapUp(card)], [t('left_note'), card.note],
      [t('rating'), card.rating && [t('rated', { score: card.rating.score }), card.rating.comment].filter(Boolean).join('：')],
    ]));
  }
}

/** @param {string} conversation @param {string} what */
const pathOf = (conversation, what) => `/api/v1/desk/conversations/${encodeURIComponent(conversation)}/${what}`;

/** @param {CaseOrder} order */
const titleOf = ({ card }) => (card.lines ?? []).map((/** @type {any} */ line) => line.title).filter(Boolean).join('、');

/** @param {string} title @param {...import('../shared/html.js').Children} children */
const section = (title, ...children) => h('section', null, h('h3', null, title), ...children);

/** @param {[string, string | null | undefined | false][]} all those without a value are left out */
export function pairs(all) {
  const there = all.filter(([, value]) => value);
  return there.length > 0 && h('dl', { class: 'facts' }, there.map(([name, value]) => h('div', null, h('dt', null, name), h('dd', null, value))));
}
